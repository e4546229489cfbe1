package dev.retort.kernels.device;

/**
 * What a device says of itself.
 *
 * @param name as the driver has it
 * @param vendor as the driver has it
 * @param cpu whether it is a CPU, which wants wide vectors and few work-items, where a GPU wants many
 * @param doubles whether it computes in float64
 * @param unified whether host and device share their memory
 * @param workGroup the most work-items in a group
 * @param localMemory bytes of local memory in a group
 * @param memory bytes of device memory
 * @param largestBlock bytes of the largest allocation
 */
public record DeviceTraits(
        String name,
        String vendor,
        boolean cpu,
        boolean doubles,
        boolean unified,
        int workGroup,
        long localMemory,
        long memory,
        long largestBlock) {
    /** The same as another kind of device. */
    public DeviceTraits withCpu(boolean other) {
        return new DeviceTraits(name, vendor, other, doubles, unified, workGroup, localMemory, memory, largestBlock);
    }

    /** The same with or without float64. */
    public DeviceTraits withDoubles(boolean other) {
        return new DeviceTraits(name, vendor, cpu, other, unified, workGroup, localMemory, memory, largestBlock);
    }

    /** The same with another limit of work-items in a group. */
    public DeviceTraits withWorkGroup(int other) {
        return new DeviceTraits(name, vendor, cpu, doubles, unified, other, localMemory, memory, largestBlock);
    }
}
