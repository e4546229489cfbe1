package dev.retort.tensor;

import java.util.List;

/** A capability of backends whose kernels have parameters that are measured for a device: {@link Backend#capability}. */
public interface TunableKernels {
    /** Values of all parameters; its {@link Object#toString} is for people. */
    interface Setting {
        /**
         * Computes with these from now on. Results differ in their last digits.
         *
         * @throws IllegalArgumentException if the device cannot run such kernels
         */
        void use();

        /** Lines of the properties file that the backend reads. */
        String text();
    }

    /** Settings worth timing, that in use first. */
    List<Setting> settings();

    /** The environment variable that names a file of settings. */
    String fileVariable();
}
