package dev.retort.kernels.device;

/**
 * What a device says of itself.
 *
 * @param cpu whether it is a CPU, which wants wide vectors and few work-items, where a GPU wants many
 * @param doubles whether it computes in float64
 * @param unified whether host and device share their memory
 * @param workGroup the most work-items in a group
 * @param localMemory bytes of local memory in a group
 * @param memory bytes of device memory
 * @param largestBlock bytes of the largest allocation
 */
public record DeviceTraits(
        boolean cpu,
        boolean doubles,
        boolean unified,
        int workGroup,
        long localMemory,
        long memory,
        long largestBlock) {}
