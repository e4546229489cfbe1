package dev.retort.spark;

import dev.retort.detection.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkFiles;

/**
 * Where a run's files are kept: a folder that is written where it is, if it is a local one, or a place beyond, to which what was
 * written is copied, whole or not at all.
 *
 * @param folder that rank 0 writes
 */
record RunFiles(Path folder, org.apache.hadoop.fs.Path kept, FileSystem system, boolean isLocal) {
    private static final String PART = ".part";
    /** What trackers and logs write, event files in a folder of their own. */
    private static final Pattern SMALL = Pattern.compile(".*\\.(jsonl|json|yaml)|.*/events\\.out\\.tfevents\\..*");

    /** @param uri of the run's folder */
    static RunFiles of(String uri, Configuration configuration) throws IOException {
        org.apache.hadoop.fs.Path kept = new org.apache.hadoop.fs.Path(uri);
        FileSystem system = kept.getFileSystem(configuration);
        boolean isLocal = system.getUri().getScheme().equals("file");
        Path folder = isLocal
                ? Path.of(kept.toUri().getPath()).toAbsolutePath()
                : Files.createTempDirectory(Path.of(SparkFiles.getRootDirectory()), "retort-run");
        return new RunFiles(folder, kept, system, isLocal);
    }

    /** Whether there is something to go on from; it is fetched. */
    boolean fetch() throws IOException {
        if (!isLocal && system.exists(new org.apache.hadoop.fs.Path(kept, TrainingRun.CHECKPOINT))) {
            for (var file : system.listStatus(kept)) {
                if (file.isFile() && !file.getPath().getName().endsWith(PART)) {
                    Path here = folder.resolve(file.getPath().getName());
                    system.copyToLocalFile(false, file.getPath(), new org.apache.hadoop.fs.Path(here.toUri()), true);
                }
            }
        }
        return Files.exists(folder.resolve(TrainingRun.CHECKPOINT));
    }

    /** Copies a file, and the small ones beside it, to where they are kept. */
    void keep(Path file) throws IOException {
        if (isLocal) {
            return;
        }
        try (Stream<Path> beside = Files.walk(folder, 2)) {
            for (Path small : beside.filter(
                            other -> SMALL.matcher(other.toString()).matches())
                    .toList()) {
                copy(small);
            }
        }
        copy(file);
    }

    private void copy(Path file) throws IOException {
        String name = folder.relativize(file).toString();
        org.apache.hadoop.fs.Path part = new org.apache.hadoop.fs.Path(kept, name + PART);
        org.apache.hadoop.fs.Path whole = new org.apache.hadoop.fs.Path(kept, name);
        system.copyFromLocalFile(false, true, new org.apache.hadoop.fs.Path(file.toUri()), part);
        // Object stores have no rename over a file that is there; a reader in between finds none, and the part beside.
        system.delete(whole, false);
        if (!system.rename(part, whole)) {
            throw new IOException("Cannot give " + part + " its name " + whole);
        }
    }
}
