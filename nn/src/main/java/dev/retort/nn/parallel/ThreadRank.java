package dev.retort.nn.parallel;

import java.util.ArrayList;
import java.util.List;

/** One of {@link ThreadRanks}, which meets the others for every exchange. */
record ThreadRank(int rank, List<Peer> peers, Meeting meeting) implements Communicator {
    @Override
    public int size() {
        return peers.size();
    }

    @Override
    public Peer peer(int of) {
        return peers.get(of);
    }

    private static String call(String what, String name, float[] values) {
        return what + " of '" + name + "' with " + values.length + " numbers";
    }

    @Override
    public void reduceScatter(String name, float[] pieces, Addition addition) {
        String call = call("a sum", name, pieces);
        Object[] all = meeting.meet(rank, call, pieces);
        Chunk own = Chunk.of(pieces.length, rank, size());
        for (int from = 0; from < all.length; from++) {
            addition.add(from, (float[]) all[from], own.from(), own.to());
        }
        meeting.meet(rank, call, pieces);
    }

    @Override
    public void allGather(String name, float[] values) {
        String call = call("the chunks", name, values);
        Object[] all = meeting.meet(rank, call, values);
        for (int from = 0; from < all.length; from++) {
            if (from != rank) {
                Chunk chunk = Chunk.of(values.length, from, size());
                System.arraycopy(all[from], chunk.from(), values, chunk.from(), chunk.length());
            }
        }
        meeting.meet(rank, call, values);
    }

    @Override
    public void broadcast(String name, float[] values) {
        String call = call("rank 0's values", name, values);
        Object[] all = meeting.meet(rank, call, values);
        if (rank != 0) {
            System.arraycopy(all[0], 0, values, 0, values.length);
        }
        meeting.meet(rank, call, values);
    }

    @Override
    public byte[] broadcast(byte[] bytes) {
        return ((byte[]) meeting.meet(rank, "rank 0's bytes", bytes.clone())[0]).clone();
    }

    @Override
    public List<byte[]> allGather(byte[] own) {
        List<byte[]> gathered = new ArrayList<>();
        for (Object bytes : meeting.meet(rank, "bytes of every rank", own.clone())) {
            gathered.add(((byte[]) bytes).clone());
        }
        return gathered;
    }

    @Override
    public void barrier() {
        meeting.meet(rank, "a barrier", rank);
    }

    @Override
    public void abort(Throwable failure) {
        meeting.fail(peers.get(rank), PeerException.failed(failure), failure);
    }

    @Override
    public void close() {
        meeting.fail(peers.get(rank), "has left before the others were done", null);
    }
}
