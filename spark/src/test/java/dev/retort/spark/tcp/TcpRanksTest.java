package dev.retort.spark.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.PeerException;
import dev.retort.nn.parallel.ThreadRanks;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exchanges over TCP on this machine: the sums of threads, and no rank that waits for one which does not come. */
@Tag("long")
@Timeout(60)
class TcpRanksTest {
    private static final String HOST = "127.0.0.1";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final JobSecret SECRET = JobSecret.create();

    @TempDir
    private Path folder;

    private interface Work {
        void run(Communicator ranks) throws Exception;
    }

    /** Threads of this JVM, each with connections of its own; they learn their addresses through memory. */
    private static void run(int size, Duration timeout, List<JobSecret> secrets, Work work) throws Exception {
        ThreadRanks.<Exception>run(size, LONG, threads -> {
            try (Communicator ranks = TcpRanks.open(
                    threads.rank(),
                    size,
                    HOST,
                    secrets.get(threads.rank() % secrets.size()),
                    timeout,
                    own -> threads.allGather(own.getBytes(StandardCharsets.UTF_8)).stream()
                            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                            .toList())) {
                work.run(ranks);
            }
        });
    }

    private static void run(int size, Work work) throws Exception {
        run(size, LONG, List.of(SECRET), work);
    }

    private static float[] values(int rank, int length) {
        Random random = new Random(rank);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            // Of many sizes, so that sums in another order have other bits.
            values[i] = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(24)));
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"2,0", "2,1", "2,7", "3,2", "3,1000", "4,10007", "2,3000000"})
    void sumsAreThoseOfOneLoopOverRanks(int size, int length) throws Exception {
        float[] expected = values(0, length);
        for (int rank = 1; rank < size; rank++) {
            float[] more = values(rank, length);
            for (int i = 0; i < length; i++) {
                expected[i] += more[i];
            }
        }
        run(size, ranks -> {
            for (int again = 0; again < 3; again++) {
                float[] own = values(ranks.rank(), length);
                ranks.allReduce("numbers", own);
                assertThat(own).isEqualTo(expected);
            }
        });
    }

    @Test
    void valuesOfRankZeroAndOfEveryRankArrive() throws Exception {
        run(3, ranks -> {
            float[] values = values(ranks.rank(), 11);
            ranks.broadcast("weights", values);
            assertThat(values).isEqualTo(values(0, 11));
            assertThat(ranks.broadcast(new byte[] {(byte) (7 + ranks.rank())})).containsExactly(7);
            assertThat(ranks.allGather(new byte[ranks.rank()]))
                    .extracting(bytes -> bytes.length)
                    .containsExactly(0, 1, 2);
            assertThat(ranks.allGather(10L * ranks.rank())).containsExactly(0, 10, 20);
            assertThat(ranks.peer(2)).hasToString("rank 2 on 127.0.0.1");
            ranks.barrier();
        });
    }

    @Test
    void aRankThatFailsEndsTheOthersWithItsReason() throws Exception {
        AtomicReference<Throwable> told = new AtomicReference<>();
        Throwable failure = catchThrowable(() -> run(2, ranks -> {
            if (ranks.rank() == 1) {
                ranks.abort(new IOException("the image is damaged"));
                throw new IOException("the image is damaged");
            }
            told.set(catchThrowable(ranks::barrier));
            throw (Exception) told.get();
        }));
        assertThat(told.get())
                .isInstanceOf(PeerException.class)
                .hasMessage("Rank 1 on 127.0.0.1 failed: the image is damaged");
        assertThat(failure).isNotNull();
    }

    @Test
    void aRankThatLeavesOrAsksForSomethingElseIsNamed() throws Exception {
        AtomicReference<Throwable> left = new AtomicReference<>();
        run(2, ranks -> {
            ranks.barrier();
            if (ranks.rank() == 0) {
                left.set(catchThrowable(ranks::barrier));
            }
        });
        assertThat(left.get()).hasMessage("Rank 1 on 127.0.0.1 has left before the others were done");
        AtomicReference<Throwable> other = new AtomicReference<>();
        CountDownLatch seen = new CountDownLatch(1);
        catchThrowable(() -> run(2, ranks -> {
            float[] values = new float[ranks.rank() == 0 ? 3 : 4];
            Throwable thrown = catchThrowable(() -> ranks.allReduce("numbers", values));
            if (ranks.rank() == 0) {
                other.set(thrown);
                seen.countDown();
            }
            // Rank 1's own reason is not to come first.
            assertThat(seen.await(30, TimeUnit.SECONDS)).isTrue();
            ranks.abort(thrown);
        }));
        assertThat(other.get())
                .hasMessage(
                        "Rank 1 on 127.0.0.1 asks for a sum of 'numbers' with 4 numbers where rank 0 on 127.0.0.1 asks"
                                + " for a sum of 'numbers' with 3 numbers: all ranks must run the same program on the same settings");
    }

    @Test
    void anotherJobsRankIsRefused() {
        long start = System.nanoTime();
        Throwable thrown = catchThrowable(
                () -> run(2, Duration.ofSeconds(3), List.of(SECRET, JobSecret.create()), Communicator::barrier));
        assertThat(thrown).hasStackTraceContaining("secret");
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
    }

    @Test
    void aStrangerWhoTalksNonsenseDisturbsNobody() throws Exception {
        ThreadRanks.<Exception>run(2, LONG, threads -> {
            try (Communicator ranks = TcpRanks.open(threads.rank(), 2, HOST, SECRET, LONG, own -> {
                if (threads.rank() == 0) {
                    try (Socket stranger = new Socket(HOST, Integer.parseInt(own.substring(own.indexOf(':') + 1)))) {
                        stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                        stranger.getOutputStream().flush();
                        stranger.getInputStream().read();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
                return threads.allGather(own.getBytes(StandardCharsets.UTF_8)).stream()
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .toList();
            })) {
                ranks.barrier();
            }
        });
    }

    /** Before the ranks know of each other, and so before anything else would end it. */
    @Test
    void aStrangerWhoSaysNothingIsLetGo() throws Exception {
        ThreadRanks.<Exception>run(2, LONG, threads -> {
            try (Communicator ranks = TcpRanks.open(threads.rank(), 2, HOST, SECRET, LONG, own -> {
                if (threads.rank() == 0) {
                    try (Socket stranger = new Socket(HOST, Integer.parseInt(own.substring(own.indexOf(':') + 1)))) {
                        stranger.setSoTimeout(20_000);
                        assertThat(stranger.getInputStream().read()).isEqualTo(-1);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
                return threads.allGather(own.getBytes(StandardCharsets.UTF_8)).stream()
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .toList();
            })) {
                ranks.barrier();
            }
        });
    }

    /** Rank 1 is a process that is killed, or stopped so that it says nothing more. */
    @ParameterizedTest
    @CsvSource({"KILL, has gone: ", "STOP, has been silent for 4 s"})
    void aProcessThatDiesOrHangsIsNamed(String signal, String what) throws Exception {
        Path secret = folder.resolve("secret");
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(secret))) {
            out.writeObject(SECRET);
        }
        Path addresses = Files.createDirectory(folder.resolve("addresses"));
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LonelyRank.class.getName(),
                        secret.toString(),
                        addresses.toString())
                .inheritIO()
                .start();
        try (Communicator ranks = TcpRanks.open(0, 2, HOST, SECRET, LonelyRank.TIMEOUT, own -> {
            LonelyRank.tell(addresses, 0, own);
            return List.of(own, LonelyRank.hear(addresses, 1));
        })) {
            ranks.barrier();
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            Throwable thrown = catchThrowable(ranks::barrier);
            assertThat(thrown).isInstanceOf(PeerException.class).hasMessageStartingWith("Rank 1 on 127.0.0.1 " + what);
        } finally {
            process.destroyForcibly();
        }
    }
}
