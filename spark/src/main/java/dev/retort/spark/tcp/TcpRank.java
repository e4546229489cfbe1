package dev.retort.spark.tcp;

import dev.retort.nn.parallel.Addition;
import dev.retort.nn.parallel.Chunk;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.Peer;
import dev.retort.nn.parallel.PeerException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A rank with a connection to each other one. An owner of a chunk gets all ranks' pieces of it: the bytes of a ring. */
final class TcpRank implements Communicator {
    private static final long GOODBYE_SECONDS = 5;

    private final int rank;
    private final List<Peer> peers;
    private final List<Channel> channels;
    private final Inbox inbox;
    private final Runnable shutdown;
    /** Another rank's piece, in its place. */
    private float[] piece = new float[0];

    private boolean isClosed;

    /**
     * @param channels by rank; of this rank null
     * @param shutdown ends what carries the connections
     */
    TcpRank(int rank, List<Peer> peers, List<Channel> channels, Inbox inbox, Runnable shutdown) {
        this.rank = rank;
        this.peers = peers;
        this.channels = channels;
        this.inbox = inbox;
        this.shutdown = shutdown;
    }

    @Override
    public int rank() {
        return rank;
    }

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
        for (int to = 0; to < size(); to++) {
            send(to, call, pieces, Chunk.of(pieces.length, to, size()));
        }
        Chunk own = Chunk.of(pieces.length, rank, size());
        if (piece.length < own.to()) {
            piece = new float[own.to()];
        }
        for (int from = 0; from < size(); from++) {
            if (from == rank) {
                addition.add(rank, pieces, own.from(), own.to());
            } else {
                take(from, call, piece, own);
                addition.add(from, piece, own.from(), own.to());
            }
        }
    }

    @Override
    public void allGather(String name, float[] values) {
        String call = call("the chunks", name, values);
        Chunk own = Chunk.of(values.length, rank, size());
        for (int to = 0; to < size(); to++) {
            send(to, call, values, own);
        }
        for (int from = 0; from < size(); from++) {
            if (from != rank) {
                take(from, call, values, Chunk.of(values.length, from, size()));
            }
        }
    }

    @Override
    public void broadcast(String name, float[] values) {
        String call = call("rank 0's values", name, values);
        if (rank == 0) {
            for (int to = 1; to < size(); to++) {
                send(to, call, values, new Chunk(0, values.length));
            }
        } else {
            take(0, call, values, new Chunk(0, values.length));
        }
        // Rank 0 would run ahead of ranks that are slow to take large arrays, and fill their memory.
        barrier();
    }

    @Override
    public byte[] broadcast(byte[] bytes) {
        String call = "rank 0's bytes";
        if (rank == 0) {
            sendAll(call, bytes);
            return bytes.clone();
        }
        return inbox.take(0, call, rank);
    }

    @Override
    public List<byte[]> allGather(byte[] own) {
        String call = "bytes of every rank";
        sendAll(call, own);
        List<byte[]> gathered = new ArrayList<>();
        for (int from = 0; from < size(); from++) {
            gathered.add(from == rank ? own.clone() : inbox.take(from, call, rank));
        }
        return gathered;
    }

    @Override
    public void barrier() {
        String call = "a barrier";
        sendAll(call, Frame.NOTHING);
        for (int from = 0; from < size(); from++) {
            if (from != rank) {
                inbox.take(from, call, rank);
            }
        }
    }

    private void send(int to, String call, float[] values, Chunk chunk) {
        if (to != rank) {
            Channel channel = channels.get(to);
            write(channel, Frame.floats(channel.alloc(), call, values, chunk.from(), chunk.length()));
        }
    }

    private void sendAll(String call, byte[] bytes) {
        sendAll(new Frame(Frame.Kind.DATA, call, bytes));
    }

    private void sendAll(Frame frame) {
        for (int to = 0; to < size(); to++) {
            if (to != rank) {
                write(channels.get(to), frame.encode(channels.get(to).alloc()));
            }
        }
    }

    /** Failures of writing are told by the channel's handler. */
    private static void write(Channel channel, ByteBuf bytes) {
        channel.writeAndFlush(bytes);
    }

    private void take(int from, String call, float[] values, Chunk chunk) {
        ByteBuffer bytes = ByteBuffer.wrap(inbox.take(from, call, rank));
        bytes.asFloatBuffer().get(values, chunk.from(), chunk.length());
    }

    @Override
    public void abort(Throwable failure) {
        String what = PeerException.failed(failure);
        inbox.fail(rank, what);
        sendAll(new Frame(Frame.Kind.ABORT, what, Frame.NOTHING));
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        inbox.fail(rank, "has left before the others were done");
        // A connection that is closed while something is on its way here may lose what is on its way there.
        for (Channel channel : channels) {
            if (channel != null) {
                channel.writeAndFlush(Frame.LEAVE.encode(channel.alloc()))
                        .addListener(done -> ((SocketChannel) channel).shutdownOutput());
            }
        }
        for (Channel channel : channels) {
            if (channel != null && !channel.closeFuture().awaitUninterruptibly(GOODBYE_SECONDS, TimeUnit.SECONDS)) {
                channel.close();
            }
        }
        shutdown.run();
    }
}
