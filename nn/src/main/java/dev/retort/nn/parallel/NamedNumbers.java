package dev.retort.nn.parallel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Numbers with the name of what they are, so that ranks which are out of step are noticed. */
record NamedNumbers(String name, double[] values) {
    /** Every rank's. */
    static List<double[]> gather(Communicator ranks, NamedNumbers own) {
        List<NamedNumbers> all =
                ranks.allGather(own.bytes()).stream().map(NamedNumbers::read).toList();
        NamedNumbers first = all.get(0);
        for (int rank = 1; rank < all.size(); rank++) {
            if (!all.get(rank).call().equals(first.call())) {
                throw new PeerException(
                        ranks.peer(rank), PeerException.asksFor(all.get(rank).call(), ranks.peer(0), first.call()));
            }
        }
        return all.stream().map(NamedNumbers::values).toList();
    }

    private String call() {
        return "'" + name + "' with " + values.length + " numbers";
    }

    private byte[] bytes() {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES + text.length + values.length * Double.BYTES);
        buffer.putInt(text.length).put(text).asDoubleBuffer().put(values);
        return buffer.array();
    }

    private static NamedNumbers read(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        byte[] text = new byte[buffer.getInt()];
        buffer.get(text);
        double[] values = new double[buffer.remaining() / Double.BYTES];
        buffer.asDoubleBuffer().get(values);
        return new NamedNumbers(new String(text, StandardCharsets.UTF_8), values);
    }
}
