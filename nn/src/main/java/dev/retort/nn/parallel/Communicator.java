package dev.retort.nn.parallel;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What ranks that compute in step exchange, as one of them sees it. All ranks make the same calls in the same order, with arrays of
 * the same names and lengths; a call returns when its part of the exchange is done. Used from one thread.
 *
 * <p>Every exchange ends with a {@link PeerException} if another rank failed, left, is silent for longer than the implementation's
 * timeout, or makes another call. Nothing can be exchanged afterwards. A rank may compute for hours between two calls, as rank 0 does when
 * it evaluates: that is not silence, so ranks in other processes give signs of life by themselves.
 */
public interface Communicator extends AutoCloseable {
    /** One rank by itself: it exchanges nothing and costs nothing. */
    static Communicator alone() {
        return Alone.INSTANCE;
    }

    /** The number of this rank, from 0. */
    int rank();

    /** How many ranks there are. */
    int size();

    /** Who a rank is. */
    Peer peer(int rank);

    /**
     * Brings every rank's values of a chunk to the rank that owns it, in the order of ranks.
     *
     * @param name of the array, the same in every rank; for messages
     * @param pieces this rank's values, of the same length in every rank; not to be changed before this returns
     * @param addition called for every rank's values of this rank's {@link Chunk}
     */
    void reduceScatter(String name, float[] pieces, Addition addition);

    /**
     * Fills an array from the chunks of all ranks.
     *
     * @param name of the array, the same in every rank; for messages
     * @param values of this rank's {@link Chunk}, in their place; the others are overwritten
     */
    void allGather(String name, float[] values);

    /** Replaces values by their sums over all ranks, ((rank 0 + rank 1) + rank 2) + ... in float32: the same bits in every rank. */
    default void allReduce(String name, float[] values) {
        Chunk own = Chunk.of(values.length, rank(), size());
        float[] sums = new float[own.length()];
        reduceScatter(name, values, (rank, pieces, from, to) -> {
            if (rank == 0) {
                System.arraycopy(pieces, from, sums, 0, sums.length);
            } else {
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += pieces[from + i];
                }
            }
        });
        System.arraycopy(sums, 0, values, own.from(), sums.length);
        allGather(name, values);
    }

    /** Replaces values by rank 0's. */
    void broadcast(String name, float[] values);

    /** Rank 0's bytes. What other ranks give is not looked at. */
    byte[] broadcast(byte[] bytes);

    /** What each rank gave, in the order of ranks; lengths may differ. For small values. */
    List<byte[]> allGather(byte[] own);

    /** A number of each rank, in the order of ranks. */
    default long[] allGather(long own) {
        return allGather(ByteBuffer.allocate(Long.BYTES).putLong(own).array()).stream()
                .mapToLong(bytes -> ByteBuffer.wrap(bytes).getLong())
                .toArray();
    }

    /**
     * Numbers of every rank, in the order of ranks. For few of them.
     *
     * @param name of what they are, the same in every rank
     * @param own as many in every rank
     * @throws PeerException in every rank, if one gives other numbers than rank 0: not those of {@code name}, or not as many
     */
    default List<double[]> allGatherNumbers(String name, double[] own) {
        return NamedNumbers.gather(this, new NamedNumbers(name, own));
    }

    /** Waits until all ranks are here. */
    void barrier();

    /** Tells the others that this rank has failed, and why: their exchanges end at once. Only the first call of all ranks counts. */
    void abort(Throwable failure);

    /** Leaves. Others that still exchange something end with a {@link PeerException}. */
    @Override
    void close();
}
