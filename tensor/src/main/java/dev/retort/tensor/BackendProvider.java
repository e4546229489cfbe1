package dev.retort.tensor;

/** Makes one kind of backend; found by {@link java.util.ServiceLoader}. Nothing is loaded or probed before it is asked. */
public interface BackendProvider {
    /** The backend's name, as users type it. */
    String name();

    /**
     * Whether the backend can be made here.
     *
     * @param reason what serves it, or why not and what to do
     * @param cause the first failure, or null
     */
    record Usability(boolean usable, String reason, Throwable cause) {
        public static Usability yes(String reason) {
            return new Usability(true, reason, null);
        }

        public static Usability no(String reason, Throwable cause) {
            return new Usability(false, reason, cause);
        }
    }

    /** Probes, once; never throws. */
    Usability usability();

    /** Whether the automatic choice may take it, and how early: lower comes first. */
    int preference();

    /** A new backend. */
    Backend create();
}
