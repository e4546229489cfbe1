package dev.retort.cli;

import dev.retort.tensor.Backends;
import picocli.CommandLine.IVersionProvider;

/** Tells Retort's version, from its jar, the Java it runs on, and the vectors that its CPU backend computes with. */
final class Version implements IVersionProvider {
    private static final String CPU = "simd";

    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "retort " + (version == null ? "(from class files, not a jar)" : version),
            java(),
            CPU + ": " + Backends.choose(CPU).usability().reason()
        };
    }

    /** The Java that runs this, and the system. */
    static String java() {
        return "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name") + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
