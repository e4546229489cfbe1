package dev.retort.kernels.device;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How users name one device among several: by its number or a part of its name. */
public final class DeviceSelector {
    private DeviceSelector() {}

    /**
     * The device that is named; the first if none in particular is.
     *
     * @param backend whose devices they are, as users type it
     * @param devices at least one
     * @param name what a device is called
     * @param wanted a number of at most two digits (more are a part of a name, as in 4090), a part of a name, or empty
     * @throws IllegalArgumentException if there is no such device; the message lists those that there are
     */
    public static <D> D of(String backend, List<D> devices, Function<D, String> name, String wanted) {
        String part = wanted.toLowerCase(Locale.ROOT);
        boolean number = wanted.matches("\\d{1,2}");
        return IntStream.range(0, devices.size())
                .filter(i -> number
                        ? wanted.equals(Integer.toString(i))
                        : name.apply(devices.get(i)).toLowerCase(Locale.ROOT).contains(part))
                .mapToObj(devices::get)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no " + backend + " device '" + wanted
                        + "'; there are " + list(devices) + ": name one by its number or a part of its name, such as "
                        + backend + ":0"));
    }

    /** Every device with its number. */
    public static String list(List<?> devices) {
        return IntStream.range(0, devices.size())
                .mapToObj(i -> i + " " + devices.get(i))
                .collect(Collectors.joining(", "));
    }
}
