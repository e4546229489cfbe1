package dev.retort.autograd;

import dev.retort.tensor.DType;
import dev.retort.tensor.Origin;
import dev.retort.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a tape recorded, for people: as text with a line for each node, or for Graphviz. */
public record TapeGraph(List<Entry> entries) {
    /**
     * An operation's result, or a leaf.
     *
     * @param number its place on the tape
     * @param name the operation; of a leaf its name, or {@code leaf}
     * @param inputs operands, missing ones left out
     * @param savedBytes of operands and result that are held for the gradient, or were until they were freed
     * @param freed whether they are given up
     * @param origin where it was recorded; where a leaf's values were made
     */
    public record Entry(
            int number,
            String name,
            boolean leaf,
            List<Input> inputs,
            Shape shape,
            DType dtype,
            long savedBytes,
            boolean freed,
            Origin origin) {

        private String saved() {
            return savedBytes == 0 ? "" : (freed ? "freed " : "saved ") + savedBytes + " B";
        }

        private String text() {
            String made = leaf
                    ? "leaf"
                    : name + "(" + inputs.stream().map(Input::text).collect(Collectors.joining(", ")) + ")";
            String saves = saved().isEmpty() ? "" : ", " + saved();
            return "%" + number + (leaf && !name.equals(LEAF) ? " " + name : "") + " = " + made + " -> " + dtype + " "
                    + shape + saves + ", " + origin.line();
        }

        private void dot(StringBuilder dot) {
            List<String> lines = new ArrayList<>(List.of("%" + number + " " + name, dtype + " " + shape));
            if (!saved().isEmpty()) {
                lines.add(saved());
            }
            lines.add(origin.line());
            dot.append(String.format(
                    "  n%d [label=\"%s\"%s];%n",
                    number,
                    lines.stream().map(TapeGraph::escaped).collect(Collectors.joining("\\n")),
                    leaf ? ", shape=ellipse" : ""));
            for (Input input : inputs) {
                if (input.number != CONSTANT) {
                    dot.append(String.format(Locale.ROOT, "  n%d -> n%d;%n", input.number, number));
                }
            }
        }
    }

    /** @param number of the node that made it, or {@link #CONSTANT} */
    public record Input(int number, Shape shape, DType dtype) {
        private String text() {
            return (number == CONSTANT ? "constant" : "%" + number) + " " + dtype + " " + shape;
        }
    }

    /** In place of a number: made by nothing that the tape recorded. */
    public static final int CONSTANT = -1;

    private static final String LEAF = "leaf";
    /** Lines of either end of a long graph. */
    private static final int SHOWN = 8;

    static TapeGraph of(List<Node> nodes, Map<Node, String> names) {
        return new TapeGraph(nodes.stream().map(node -> entry(node, names)).toList());
    }

    private static Entry entry(Node node, Map<Node, String> names) {
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < node.inputs.length; i++) {
            Node maker = node.inputs[i];
            if (maker != null) {
                inputs.add(new Input(maker.index, maker.shape, maker.dtype));
            } else if (node.shapes[i] != null) {
                inputs.add(new Input(CONSTANT, node.shapes[i], node.dtypes[i]));
            }
        }
        String name = node.isLeaf() ? names.getOrDefault(node, LEAF) : node.rule.name();
        return new Entry(
                node.index,
                name,
                node.isLeaf(),
                inputs,
                node.shape,
                node.dtype,
                node.savedBytes(),
                node.isFreed(),
                node.origin);
    }

    /**
     * One line for each node in the order of recording, such as
     * {@code %3 = MUL(%1 F32 [2, 3], constant F32 [3]) -> F32 [2, 3], saved 12 B, Model.java:42}.
     */
    public String toText() {
        return entries.stream()
                .map(entry -> entry.text() + System.lineSeparator())
                .collect(Collectors.joining());
    }

    /** {@link #toText}, of a long graph the first and last lines. */
    @Override
    public String toString() {
        if (entries.size() <= 2 * SHOWN) {
            return toText().stripTrailing();
        }
        List<String> lines = new ArrayList<>();
        entries.subList(0, SHOWN).forEach(entry -> lines.add(entry.text()));
        lines.add("... " + (entries.size() - 2 * SHOWN) + " more ...");
        entries.subList(entries.size() - SHOWN, entries.size()).forEach(entry -> lines.add(entry.text()));
        return String.join(System.lineSeparator(), lines);
    }

    /** A Graphviz digraph: {@code dot -Tsvg}. Constants are left out. */
    public String toDot() {
        StringBuilder dot =
                new StringBuilder(String.format("digraph tape {%n  node [shape=box, fontname=monospace];%n"));
        entries.forEach(entry -> entry.dot(dot));
        return dot.append(String.format("}%n")).toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
