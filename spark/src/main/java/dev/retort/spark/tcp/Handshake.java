package dev.retort.spark.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The first words on a connection: who connects says its rank, and each end proves that it knows the job's secret by answering the
 * other's challenge. Nothing else is read before.
 */
final class Handshake extends SimpleChannelInboundHandler<Frame> {
    private static final String CALLER = "caller";
    private static final String CALLED = "called";

    private final JobSecret secret;
    private final int own;
    /** The rank that is called; negative where this end is called. */
    private final int called;
    /** How long a caller may take. */
    private final Duration patience;

    private final BiConsumer<Channel, Integer> made;
    private final BiConsumer<Integer, String> refused;
    private final byte[] challenge = JobSecret.random();
    private int caller = -1;
    private boolean isDone;

    private Handshake(
            JobSecret secret,
            int own,
            int called,
            Duration patience,
            BiConsumer<Channel, Integer> made,
            BiConsumer<Integer, String> refused) {
        this.secret = secret;
        this.own = own;
        this.called = called;
        this.patience = patience;
        this.made = made;
        this.refused = refused;
    }

    /**
     * The end that connects.
     *
     * @param made told the channel and the rank at its other end, which is welcome
     * @param refused told the rank and why there is no connection
     */
    static Handshake calling(
            JobSecret secret,
            int own,
            int called,
            BiConsumer<Channel, Integer> made,
            BiConsumer<Integer, String> refused) {
        return new Handshake(secret, own, called, Duration.ZERO, made, refused);
    }

    /**
     * The end that is called.
     *
     * @param patience how long a caller may take to prove itself
     * @param made told the channel and the rank at its other end, which waits for {@link Frame.Kind#WELCOME}
     */
    static Handshake called(
            JobSecret secret,
            int own,
            Duration patience,
            BiConsumer<Channel, Integer> made,
            BiConsumer<Integer, String> refused) {
        return new Handshake(secret, own, -1, patience, made, refused);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (called >= 0) {
            send(context, new Frame(Frame.Kind.HELLO, Integer.toString(own), challenge));
        } else {
            context.executor().schedule(() -> giveUp(context), patience.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void giveUp(ChannelHandlerContext context) {
        if (!isDone) {
            refuse(
                    context,
                    caller,
                    "has not proven within " + patience.toSeconds() + " s that it is a rank of this job");
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
        switch (frame.kind()) {
            case HELLO -> hello(context, frame);
            case CHALLENGE -> challenge(context, frame);
            case PROOF -> proof(context, frame);
            case WELCOME -> done(context, called);
            case REFUSED -> refuse(context, called, frame.text());
            default -> refuse(context, caller, "does not begin as a rank of this job");
        }
    }

    private void hello(ChannelHandlerContext context, Frame frame) {
        caller = Integer.parseInt(frame.text());
        byte[] answer = secret.answer(CALLED + own, frame.bytes());
        ByteBuffer both = ByteBuffer.allocate(challenge.length + answer.length);
        send(
                context,
                new Frame(
                        Frame.Kind.CHALLENGE,
                        "",
                        both.put(challenge).put(answer).array()));
    }

    private void challenge(ChannelHandlerContext context, Frame frame) {
        byte[] theirs = new byte[challenge.length];
        byte[] answer = new byte[Math.max(0, frame.bytes().length - theirs.length)];
        ByteBuffer both = ByteBuffer.wrap(frame.bytes());
        if (frame.bytes().length > theirs.length) {
            both.get(theirs).get(answer);
        }
        if (called < 0 || !secret.proves(CALLED + called, challenge, answer)) {
            refuse(context, called, "does not know the job's secret: it belongs to another job");
            return;
        }
        send(context, new Frame(Frame.Kind.PROOF, "", secret.answer(CALLER + own, theirs)));
    }

    private void proof(ChannelHandlerContext context, Frame frame) {
        if (caller < 0 || !secret.proves(CALLER + caller, challenge, frame.bytes())) {
            send(
                    context,
                    new Frame(Frame.Kind.REFUSED, "has another secret: it belongs to another job", Frame.NOTHING));
            refuse(context, caller, "does not know the job's secret");
            return;
        }
        done(context, caller);
    }

    private void done(ChannelHandlerContext context, int rank) {
        isDone = true;
        made.accept(context.channel(), rank);
    }

    private static void send(ChannelHandlerContext context, Frame frame) {
        context.writeAndFlush(frame.encode(context.alloc()));
    }

    private void refuse(ChannelHandlerContext context, int rank, String why) {
        isDone = true;
        context.close();
        refused.accept(rank, why);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!isDone && called >= 0) {
            refuse(context, called, "ended the connection before it was made");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!isDone) {
            refuse(context, called, "does not speak as a rank of this job: " + cause.getMessage());
        }
    }
}
