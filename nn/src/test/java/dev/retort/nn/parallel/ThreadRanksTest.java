package dev.retort.nn.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges between threads: sums in the order of ranks, and no rank that waits for one which does not come. */
@Timeout(60)
class ThreadRanksTest {
    private static final Duration LONG = Duration.ofSeconds(50);

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
    @CsvSource({"1,5", "2,0", "2,1", "2,7", "3,1", "3,2", "3,1000", "4,3", "4,4", "4,10007"})
    void sumsAreThoseOfOneLoopOverRanks(int size, int length) {
        float[] expected = values(0, length);
        for (int rank = 1; rank < size; rank++) {
            float[] more = values(rank, length);
            for (int i = 0; i < length; i++) {
                expected[i] += more[i];
            }
        }
        float[][] sums = new float[size][];
        ThreadRanks.run(size, LONG, ranks -> {
            float[] own = values(ranks.rank(), length);
            ranks.allReduce("numbers", own);
            sums[ranks.rank()] = own;
        });
        for (float[] sum : sums) {
            assertThat(sum).isEqualTo(expected);
        }
    }

    /** 1e8 + 1 is 1e8 in float32: (1e8 + 1) - 1e8 = 0, while (1e8 - 1e8) + 1 = 1. */
    @Test
    void theOrderIsThatOfRanksInEveryChunk() {
        float[] brought = {1e8f, 1, -1e8f};
        ThreadRanks.run(3, LONG, ranks -> {
            float[] own = new float[7];
            Arrays.fill(own, brought[ranks.rank()]);
            ranks.allReduce("numbers", own);
            assertThat(own).containsOnly(0);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void chunksFollowEachOther(int size) {
        for (int length = 0; length < 20; length++) {
            int next = 0;
            for (int rank = 0; rank < size; rank++) {
                Chunk chunk = Chunk.of(length, rank, size);
                assertThat(chunk.from()).isEqualTo(next);
                assertThat(chunk.length()).isBetween(length / size, length / size + 1);
                next = chunk.to();
            }
            assertThat(next).isEqualTo(length);
        }
    }

    @Test
    void aChunkOfTheLongestArrayDoesNotOverflow() {
        assertThat(Chunk.of(Integer.MAX_VALUE, 3, 4)).isEqualTo(new Chunk(1610612735, Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void rankZeroGivesAndAllGather(int size) {
        ThreadRanks.run(size, LONG, ranks -> {
            assertThat(ranks.size()).isEqualTo(size);
            byte[] bytes = ranks.broadcast(new byte[] {(byte) (7 + ranks.rank())});
            assertThat(bytes).containsExactly(7);
            float[] values = {ranks.rank(), 0.5f};
            ranks.broadcast("numbers", values);
            assertThat(values).containsExactly(0, 0.5f);
            List<byte[]> all = ranks.allGather(new byte[ranks.rank()]);
            assertThat(all.stream().map(each -> each.length))
                    .containsExactlyElementsOf(IntStream.range(0, size).boxed().toList());
            assertThat(ranks.allGather(100L + ranks.rank()))
                    .containsExactly(
                            IntStream.range(100, 100 + size).asLongStream().toArray());
            List<double[]> numbers = ranks.allGatherNumbers("thirds", new double[] {ranks.rank(), 1 / 3.0});
            assertThat(numbers).hasSize(size);
            for (int rank = 0; rank < size; rank++) {
                assertThat(numbers.get(rank)).containsExactly(rank, 1 / 3.0);
            }
            ranks.barrier();
        });
    }

    @Test
    void ranksThatBringOtherNumbersAreNamedInEveryRank() {
        Throwable[] seen = new Throwable[3];
        ThreadRanks.run(3, LONG, ranks -> {
            double[] own = new double[ranks.rank() == 2 ? 5 : 4];
            seen[ranks.rank()] = catchThrowable(() -> ranks.allGatherNumbers("means", own));
        });
        assertThat(seen).allSatisfy(error -> assertThat(error)
                .isInstanceOf(PeerException.class)
                .hasMessageStartingWith(
                        "Rank 2 on localhost asks for 'means' with 5 numbers where rank 0 on localhost asks"
                                + " for 'means' with 4 numbers: "));
    }

    @Test
    void aFailureWithoutAMessageIsToldByItsKind() {
        assertThat(PeerException.failed(new ArrayStoreException())).isEqualTo("failed: ArrayStoreException");
        assertThat(PeerException.failed(new IOException("no disk"))).isEqualTo("failed: no disk");
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,2", "1,3", "2,3"})
    void aRankThatFailsEndsAllOthersByName(int failing, int size) {
        Throwable[] seen = new Throwable[size];
        Throwable thrown = catchThrowable(() -> ThreadRanks.run(size, LONG, ranks -> {
            ranks.barrier();
            if (ranks.rank() == failing) {
                throw new IOException("no more disk");
            }
            seen[ranks.rank()] = catchThrowable(ranks::barrier);
        }));
        for (int rank = 0; rank < size; rank++) {
            if (rank != failing) {
                assertThat(seen[rank])
                        .isInstanceOf(PeerException.class)
                        .hasMessage("Rank " + failing + " on localhost failed: no more disk")
                        .hasCauseInstanceOf(IOException.class);
                assertThat(((PeerException) seen[rank]).peer()).isEqualTo(new Peer(failing, "localhost"));
            }
        }
        if (failing == 0) {
            assertThat(thrown).isInstanceOf(IOException.class).hasMessage("no more disk");
        } else {
            assertThat(thrown).isInstanceOf(PeerException.class).hasMessageContaining("Rank " + failing);
        }
    }

    @Test
    void aRankThatLeavesEndsTheOthers() {
        assertThatThrownBy(() -> ThreadRanks.run(3, LONG, ranks -> {
                    if (ranks.rank() != 1) {
                        ranks.barrier();
                    }
                }))
                .isInstanceOf(PeerException.class)
                .hasMessage("Rank 1 on localhost has left before the others were done");
    }

    /** What was complete before a rank left is not lost. */
    @Test
    void aLastWordArrives() {
        for (int time = 0; time < 200; time++) {
            ThreadRanks.run(2, LONG, ranks -> assertThat(ranks.broadcast(new byte[] {5}))
                    .containsExactly(5));
        }
    }

    @Test
    void aSilentRankIsNamed() {
        Duration shortly = Duration.ofMillis(50);
        List<Communicator> ranks = ThreadRanks.open(3, shortly);
        Throwable[] seen = new Throwable[3];
        Thread second = new Thread(() -> seen[1] = catchThrowable(ranks.get(1)::barrier));
        second.start();
        seen[0] = catchThrowable(ranks.get(0)::barrier);
        assertThat(catchThrowable(() -> second.join(10_000))).isNull();
        assertThat(seen[0])
                .isInstanceOf(PeerException.class)
                .hasMessage("Rank 2 on localhost has been silent for 50 ms");
        assertThat(seen[1]).hasMessage(seen[0].getMessage());
        assertThatThrownBy(ranks.get(2)::barrier).hasMessage(seen[0].getMessage());
    }

    @Test
    void aRankThatAsksForSomethingElseIsNamed() {
        assertThatThrownBy(() ->
                        ThreadRanks.run(2, LONG, ranks -> ranks.allReduce("weights", new float[3 + ranks.rank()])))
                .isInstanceOf(PeerException.class)
                .hasMessageStartingWith("Rank 1 on localhost asks for a sum of 'weights' with 4 numbers where rank 0 on"
                        + " localhost asks for a sum of 'weights' with 3 numbers");
    }

    @Test
    void errorsReachTheCallerAsTheyAre() {
        assertThatThrownBy(() -> ThreadRanks.run(2, LONG, ranks -> {
                    if (ranks.rank() == 0) {
                        throw new OutOfMemoryError("made up");
                    }
                    ranks.barrier();
                }))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void oneRankExchangesNothing() {
        assertThat(ThreadRanks.open(1, LONG)).containsExactly(Communicator.alone());
        assertThatThrownBy(() -> ThreadRanks.open(0, LONG)).hasMessageContaining("not 0");
        float[] values = {1, -0f};
        Communicator.alone().allReduce("numbers", values);
        assertThat(values).containsExactly(1, -0f);
    }

    @Test
    void textsGoThereAndBack() {
        Map<String, String> texts = Map.of("ä", "", "", "né");
        assertThat(Texts.read(Texts.bytes(texts))).isEqualTo(texts);
        assertThat(Texts.read(new byte[0])).isEmpty();
        assertThatThrownBy(() -> Texts.read(new byte[] {0, 0, 0, 9, 1})).hasMessageContaining("5 bytes");
        assertThatThrownBy(() -> Texts.read(new byte[] {-1, 0, 0, 9, 1})).hasMessageContaining("5 bytes");
    }
}
