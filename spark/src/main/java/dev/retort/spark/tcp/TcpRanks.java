package dev.retort.spark.tcp;

import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.Peer;
import dev.retort.nn.parallel.PeerException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ranks in JVMs of their own. Each listens, tells the others where, and connects to those of lower number; both ends of a connection
 * prove that they know the job's secret.
 */
public final class TcpRanks {
    /** Bytes of a frame before the secret is proven. */
    private static final int SMALL = 4096;

    private static final int LARGEST = Integer.MAX_VALUE - 64;
    private static final int SIGNS_OF_LIFE = 4;
    /** How long a connection may stay without a proof, unless ranks have less patience. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(5);

    private TcpRanks() {}

    /** How ranks learn each other's addresses: through what started them. */
    @FunctionalInterface
    public interface Addresses {
        /**
         * @param own this rank's
         * @return those of all ranks, in their order
         */
        List<String> exchange(String own);
    }

    /**
     * Connects a rank with all others.
     *
     * @param host name or address by which the others find this JVM
     * @param timeout how long a rank waits for a connection, and how long another one may be silent; ranks give signs of life by
     *     themselves while they compute
     * @throws IOException if this rank cannot listen
     * @throws PeerException naming the rank that cannot be reached or has another secret
     */
    public static Communicator open(
            int rank, int size, String host, JobSecret secret, Duration timeout, Addresses addresses)
            throws IOException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Opening opening = new Opening(rank, secret, timeout, group);
            Channel listening = opening.listen(host);
            int port = ((InetSocketAddress) listening.localAddress()).getPort();
            List<String> all = addresses.exchange(host + ":" + port);
            if (all.size() != size) {
                throw new IllegalStateException(all.size() + " addresses for " + size + " ranks");
            }
            return opening.connect(all, listening);
        } catch (IOException | RuntimeException | Error e) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    /** Connections on their way. */
    private static final class Opening {
        private final int rank;
        private final JobSecret secret;
        private final Duration timeout;
        private final EventLoopGroup group;
        private Channel[] channels = new Channel[0];
        private Inbox inbox;
        private String refusal = "";
        private int refusing;
        private final List<Runnable> early = new ArrayList<>();

        Opening(int rank, JobSecret secret, Duration timeout, EventLoopGroup group) {
            this.rank = rank;
            this.secret = secret;
            this.timeout = timeout;
            this.group = group;
        }

        Channel listen(String host) throws IOException {
            Duration patience = timeout.compareTo(HANDSHAKE) < 0 ? timeout : HANDSHAKE;
            try {
                return new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childHandler(
                                initializer(() -> Handshake.called(secret, rank, patience, this::made, this::stray)))
                        .bind(0)
                        .syncUninterruptibly()
                        .channel();
            } catch (Exception e) {
                throw new IOException("Rank " + rank + " on " + host + " cannot listen: " + e.getMessage(), e);
            }
        }

        private interface Maker {
            Handshake make();
        }

        private static ChannelInitializer<Channel> initializer(Maker handshake) {
            return new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline().addLast("frames", frames(SMALL)).addLast(decoder());
                    channel.pipeline().addLast("first", handshake.make());
                }
            };
        }

        private static LengthFieldBasedFrameDecoder frames(int largest) {
            return new LengthFieldBasedFrameDecoder(largest, 0, Integer.BYTES, 0, Integer.BYTES);
        }

        private static MessageToMessageDecoder<ByteBuf> decoder() {
            return new MessageToMessageDecoder<>() {
                @Override
                protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
                    out.add(Frame.decode(in));
                }
            };
        }

        Communicator connect(List<String> addresses, Channel listening) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < addresses.size(); i++) {
                peers.add(new Peer(
                        i, addresses.get(i).substring(0, addresses.get(i).lastIndexOf(':'))));
            }
            synchronized (this) {
                channels = new Channel[peers.size()];
                inbox = new Inbox(peers);
                early.forEach(Runnable::run);
                early.clear();
            }
            for (int lower = 0; lower < rank; lower++) {
                call(lower, addresses.get(lower));
            }
            await(peers);
            listening.close();
            return new TcpRank(
                    rank,
                    peers,
                    Arrays.asList(channels),
                    inbox,
                    () -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS));
        }

        private void call(int lower, String address) {
            int colon = address.lastIndexOf(':');
            new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(timeout.toMillis(), 600_000))
                    .handler(initializer(() -> Handshake.calling(secret, rank, lower, this::made, this::refused)))
                    .connect(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))
                    .addListener(done -> {
                        if (!done.isSuccess()) {
                            refused(
                                    lower,
                                    "cannot be reached at " + address + ": "
                                            + done.cause().getMessage());
                        }
                    });
        }

        /** On the event loop. */
        private synchronized void made(Channel channel, int peer) {
            if (inbox == null) {
                early.add(() -> channel.eventLoop().execute(() -> made(channel, peer)));
                return;
            }
            if (peer < 0 || peer >= channels.length || peer == rank || channels[peer] != null) {
                channel.close();
                return;
            }
            String silence = timeout.toSeconds() > 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
            long millis = timeout.toMillis();
            channel.pipeline()
                    .addBefore(
                            "first",
                            "idle",
                            new IdleStateHandler(
                                    millis, Math.max(1, millis / SIGNS_OF_LIFE), 0, TimeUnit.MILLISECONDS));
            channel.pipeline().replace("first", "link", new Link(peer, inbox, silence));
            // The last: bytes behind the welcome go on at once to whoever reads now.
            channel.pipeline().replace("frames", "frames", frames(LARGEST));
            if (peer > rank) {
                // It called, and says nothing before it knows that somebody listens.
                channel.writeAndFlush(new Frame(Frame.Kind.WELCOME, "", Frame.NOTHING).encode(channel.alloc()));
            }
            channels[peer] = channel;
            notifyAll();
        }

        /** A connection from somewhere else is closed; the right one may still come. */
        private void stray(int peer, String why) {}

        private synchronized void refused(int peer, String why) {
            if (refusal.isEmpty()) {
                refusing = peer;
                refusal = why;
                notifyAll();
            }
        }

        private synchronized void await(List<Peer> peers) {
            long deadline = System.nanoTime() + timeout.toNanos();
            for (int peer = missing(); peer >= 0; peer = missing()) {
                if (!refusal.isEmpty()) {
                    throw new PeerException(peers.get(refusing), refusal);
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new PeerException(
                            peers.get(peer),
                            "has not come within " + timeout.toSeconds() + " s, or has another secret");
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("Interrupted while waiting for " + peers.get(peer), e);
                }
            }
        }

        private int missing() {
            for (int peer = 0; peer < channels.length; peer++) {
                if (peer != rank && channels[peer] == null) {
                    return peer;
                }
            }
            return -1;
        }
    }
}
