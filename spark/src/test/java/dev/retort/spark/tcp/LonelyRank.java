package dev.retort.spark.tcp;

import dev.retort.nn.parallel.Communicator;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** Rank 1 of 2 as a process: it meets rank 0 once, then waits for ever. */
final class LonelyRank {
    static final Duration TIMEOUT = Duration.ofSeconds(4);

    private LonelyRank() {}

    public static void main(String[] args) throws Exception {
        JobSecret secret;
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(Path.of(args[0])))) {
            secret = (JobSecret) in.readObject();
        }
        Path addresses = Path.of(args[1]);
        try (Communicator ranks = TcpRanks.open(1, 2, "127.0.0.1", secret, TIMEOUT, own -> {
            tell(addresses, 1, own);
            return List.of(hear(addresses, 0), own);
        })) {
            ranks.barrier();
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** Writes a rank's address. */
    static void tell(Path folder, int rank, String address) {
        try {
            Path part = Files.writeString(folder.resolve(rank + ".part"), address);
            Files.move(part, folder.resolve(Integer.toString(rank)), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a rank's address. */
    static String hear(Path folder, int rank) {
        Path file = folder.resolve(Integer.toString(rank));
        try {
            while (!Files.exists(file)) {
                Thread.sleep(20);
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
