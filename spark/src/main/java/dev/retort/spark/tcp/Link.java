package dev.retort.spark.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.timeout.IdleStateEvent;

/** A connection to another rank once both have proven the secret. */
final class Link extends SimpleChannelInboundHandler<Frame> {
    private final int rank;
    private final Inbox inbox;
    private final String silence;
    private boolean isOver;

    /**
     * @param rank at the other end
     * @param silence how long it may be silent, for the message
     */
    Link(int rank, Inbox inbox, String silence) {
        this.rank = rank;
        this.inbox = inbox;
        this.silence = silence;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
        switch (frame.kind()) {
            case DATA -> inbox.put(rank, frame);
            case ALIVE -> {}
            case LEAVE -> {
                isOver = true;
                inbox.put(rank, frame);
            }
            case ABORT -> {
                isOver = true;
                inbox.failedItself(rank, frame.text());
            }
            default -> over(context, "sent what is no part of an exchange");
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof IdleStateEvent idle) {
            switch (idle.state()) {
                case WRITER_IDLE -> context.writeAndFlush(Frame.ALIVE.encode(context.alloc()));
                case READER_IDLE -> over(context, "has been silent for " + silence);
                default -> {}
            }
            return;
        }
        if (event instanceof ChannelInputShutdownEvent) {
            channelInactive(context);
            return;
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        over(context, "has gone: its connection has ended");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        over(context, "has gone: " + cause.getMessage());
    }

    private void over(ChannelHandlerContext context, String what) {
        if (!isOver) {
            isOver = true;
            inbox.fail(rank, what);
        }
        context.close();
    }
}
