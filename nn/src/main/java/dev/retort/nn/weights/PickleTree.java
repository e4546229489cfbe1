package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.Bytes;
import dev.retort.nn.weights.PickleValue.Dict;
import dev.retort.nn.weights.PickleValue.Inert;
import dev.retort.nn.weights.PickleValue.Items;
import dev.retort.nn.weights.PickleValue.Nothing;
import dev.retort.nn.weights.PickleValue.Pending;
import dev.retort.nn.weights.PickleValue.Text;
import dev.retort.nn.weights.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a tree of what a pickle holds: without cycles, and of bounded size even where its objects share others. */
final class PickleTree {
    private static final int MAX_NODES = 500_000;
    private static final int MAX_DEPTH = 50;
    private static final int MAX_NAMES = 1 << 24;

    private final FileBytes file;
    private int nodes;
    /** Characters of the names on the ways to all nodes. */
    private long names;

    private PickleTree(FileBytes file) {
        this.file = file;
    }

    /** The tree of a pickle's value, which has to be a dict. */
    static WeightNode.Mapping of(FileBytes file, Object value) throws WeightFileException {
        if (!(value instanceof Dict dict)) {
            throw file.problem(
                    "holds no dict of weights, but one value of another kind",
                    "Save the weights by name: torch.save(model.state_dict(), file)");
        }
        return new PickleTree(file).mapping(dict, "", 0);
    }

    private WeightNode.Mapping mapping(Dict dict, String path, int depth) throws WeightFileException {
        Map<String, WeightNode> entries = new LinkedHashMap<>();
        for (Map.Entry<String, Object> entry : dict.entries().entrySet()) {
            String name = path.isEmpty() ? entry.getKey() : path + '.' + entry.getKey();
            entries.put(entry.getKey(), node(entry.getValue(), name, depth + 1));
        }
        return new WeightNode.Mapping(entries);
    }

    private WeightNode sequence(List<Object> values, String path, int depth) throws WeightFileException {
        List<WeightNode> items = new ArrayList<>();
        for (Object value : values) {
            items.add(node(value, path, depth + 1));
        }
        return new WeightNode.Sequence(items);
    }

    private WeightNode node(Object value, String path, int depth) throws WeightFileException {
        if (depth > MAX_DEPTH) {
            throw file.problem("nests its objects more than " + MAX_DEPTH + " deep", WeightFileException.SAVE_WEIGHTS);
        }
        names += path.length();
        if (++nodes > MAX_NODES || names > MAX_NAMES) {
            throw file.problem(
                    "holds more than " + MAX_NODES + " objects, or longer names than weights have",
                    WeightFileException.SAVE_WEIGHTS);
        }
        if (value instanceof Dict dict) {
            return mapping(dict, path, depth);
        } else if (value instanceof Items list) {
            return sequence(list.items(), path, depth);
        } else if (value instanceof Tuple tuple) {
            return sequence(tuple.items(), path, depth);
        } else if (value instanceof Pending pending) {
            if (pending.content instanceof Nothing) {
                throw file.damaged("has a tensor without content at '" + FileBytes.shown(path) + "'");
            }
            return node(pending.content, path, depth);
        } else if (value instanceof TensorView view) {
            return new WeightNode.Tensor(new WeightTensor(path, view));
        } else {
            return plain(value);
        }
    }

    private WeightNode plain(Object value) {
        if (value instanceof Long number) {
            return new WeightNode.Whole(number);
        } else if (value instanceof Double number) {
            return new WeightNode.Real(number);
        } else if (value instanceof Boolean truth) {
            return new WeightNode.Truth(truth);
        } else if (value instanceof Nothing) {
            return new WeightNode.Nothing();
        } else if (value instanceof Text text && text.held()) {
            return new WeightNode.Text(text.text());
        } else if (value instanceof Text text) {
            return new WeightNode.Inert("text of " + text.length() + " bytes");
        } else if (value instanceof Bytes bytes) {
            return new WeightNode.Inert(bytes.data().length() + " bytes");
        } else if (value instanceof Inert inert) {
            return new WeightNode.Inert(inert.name());
        } else if (value instanceof PickleClass type) {
            return new WeightNode.Inert(type.name());
        } else if (value instanceof Storage storage) {
            return new WeightNode.Inert("storage of " + storage.count() + " elements of " + storage.type());
        } else {
            return new WeightNode.Inert("number or type of another program");
        }
    }
}
