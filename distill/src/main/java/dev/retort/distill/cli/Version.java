package dev.retort.distill.cli;

import picocli.CommandLine.IVersionProvider;

/** Tells Retort's version, from its jar, and the Java it runs on. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "retort " + (version == null ? "(from class files, not a jar)" : version),
            "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name") + ", "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
