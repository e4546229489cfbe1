package dev.retort.detection.weights;

import dev.retort.nn.weights.WeightFileException;
import dev.retort.nn.weights.WeightTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whose tensors a file has, told by their names, and what they are called here.
 *
 * @param tensors that have a place here, by our names
 * @param dropped how many have none, by the reason
 */
record ForeignNames(WeightSource source, Map<String, WeightTensor> tensors, Map<String, Integer> dropped) {
    /**
     * Sorts a file's tensors.
     *
     * @throws WeightFileException if they are of no known network, of another one than the options say, or one has no place
     */
    static ForeignNames of(Path file, Map<String, WeightTensor> given, ImportOptions options)
            throws WeightFileException {
        WeightSource source = source(file, given.keySet(), options);
        NameTable table = source.table(given.keySet());
        Map<String, WeightTensor> tensors = new LinkedHashMap<>();
        Map<String, Integer> dropped = new TreeMap<>();
        for (Map.Entry<String, WeightTensor> entry : given.entrySet()) {
            String theirs = entry.getKey();
            String ours = table.ours(theirs).orElse(null);
            if (ours == null) {
                dropped.merge(reason(file, source, table, theirs), 1, Integer::sum);
            } else if (entry.getValue().shape().rank() == 0) {
                throw problem(file, "its tensor '" + theirs + "' is a single number", "Take other weights");
            } else if (tensors.put(ours, entry.getValue()) != null) {
                throw problem(file, "has two tensors for '" + ours + "'", "Take a file of one network");
            }
        }
        return new ForeignNames(source, tensors, dropped);
    }

    private static WeightSource source(Path file, Set<String> names, ImportOptions options) throws WeightFileException {
        WeightSource found = WeightSource.of(names).orElse(null);
        String other = WeightSource.other(names).orElse(null);
        if (other != null && (found == null || found.kind() == WeightSource.Kind.BACKBONE)) {
            throw problem(file, "holds " + other, "Retort reads RetinaNets, FCOS and residual nets: take one of these");
        }
        if (found == null) {
            throw problem(
                    file,
                    "holds tensors of no known network: "
                            + String.join(", ", names.stream().limit(3).toList())
                            + (names.size() > 3 ? ", ..." : ""),
                    "Take weights of " + String.join(", ", WeightSource.projects()));
        }
        if (options.project().isPresent() && !options.project().get().equals(found.project())) {
            throw problem(
                    file,
                    "holds a " + found,
                    "Leave --from " + options.project().get() + " out, or take another file");
        }
        WeightSource.Kind kind = options.kind().orElse(found.kind());
        if (kind != found.kind() && kind != WeightSource.Kind.BACKBONE) {
            throw problem(
                    file,
                    "holds a " + found + ", which is no " + kind,
                    "Take it as " + found.kind() + ", or another file");
        }
        return found;
    }

    private static String reason(Path file, WeightSource source, NameTable table, String theirs)
            throws WeightFileException {
        return table.why(theirs)
                .orElseThrow(() -> problem(
                        file,
                        "has a tensor '" + theirs + "', which a " + source + " has no place for",
                        "It is of another network, or of a version that is not known: take other weights"));
    }

    private static WeightFileException problem(Path file, String reason, String remedy) {
        return new WeightFileException(file, reason, remedy);
    }
}
