package dev.retort.kernels.device;

/** A device as another one: what tests change of it, they override. */
public class DelegatingDevice implements Device {
    private final Device inner;

    public DelegatingDevice(Device inner) {
        this.inner = inner;
    }

    /** The same device, that says of itself that it is no CPU: kernels for GPUs are tested with it where there is none. */
    public static Device asGpu(Device inner) {
        return new DelegatingDevice(inner) {
            @Override
            public DeviceTraits traits() {
                return super.traits().withCpu(false);
            }
        };
    }

    @Override
    public String describe() {
        return inner.describe();
    }

    @Override
    public DeviceTraits traits() {
        return inner.traits();
    }

    @Override
    public Block allocate(long bytes) {
        return inner.allocate(bytes);
    }

    @Override
    public void free(Block block) {
        inner.free(block);
    }

    @Override
    public void write(Object array, int length, Block to, long offset) {
        inner.write(array, length, to, offset);
    }

    @Override
    public void read(Block from, long offset, Object array) {
        inner.read(from, offset, array);
    }

    @Override
    public void launch(Kernel kernel, Grid grid, Arguments arguments, Profile profile) {
        inner.launch(kernel, grid, arguments, profile);
    }

    @Override
    public void finish() {
        inner.finish();
    }

    @Override
    public void close() {
        inner.close();
    }
}
