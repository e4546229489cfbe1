package dev.retort.tensor;

/** Makes one kind of backend; found by {@link java.util.ServiceLoader}. Nothing is loaded or probed before it is asked. */
public interface BackendProvider {
    /** The backend's name, as users type it. */
    String name();

    /**
     * Whether the backend can be made here.
     *
     * @param reason what serves it, or why not and what to do
     * @param automatic whether the automatic choice may take it
     * @param ordinary whether absence is normal: the automatic choice then logs it at DEBUG
     * @param cause the first failure, or null
     */
    record Usability(boolean usable, String reason, boolean automatic, boolean ordinary, Throwable cause) {
        public static Usability yes(String reason) {
            return new Usability(true, reason, true, true, null);
        }

        /** Usable, but something else does better: taken only where it is named. */
        public static Usability onRequest(String reason) {
            return new Usability(true, reason, false, true, null);
        }

        /** Not usable, because what it needs is not here, as on most machines. */
        public static Usability absent(String reason, Throwable cause) {
            return new Usability(false, reason, false, true, cause);
        }

        public static Usability no(String reason, Throwable cause) {
            return new Usability(false, reason, false, false, cause);
        }
    }

    /** Probes, once; never throws. */
    Usability usability();

    /**
     * Whether the automatic choice should probe at all, by a look that loads no driver: false only where it would pass the backend over for
     * certain. By name it can still be had.
     */
    default boolean worthTrying() {
        return true;
    }

    /**
     * The same of one device, for backends that have several; others have one, without a name.
     *
     * @param device its number or name, as users type it behind the backend's name and a colon, and mode suffixes from a slash on; empty for
     *     none in particular
     */
    default Usability usability(String device) {
        return device.isEmpty()
                ? usability()
                : Usability.no(
                        name() + " has nothing to choose from: leave out '" + (device.startsWith("/") ? "" : ":")
                                + device + "'",
                        null);
    }

    /** How early the automatic choice tries it: lower comes first. */
    int preference();

    /** A new backend on a device that is usable; see {@link #usability(String)}. */
    default Backend create(String device) {
        return create();
    }

    /** A new backend. */
    Backend create();
}
