package dev.retort.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuGraphCreate;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import dev.retort.kernels.device.Device.Block;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUstream;

/**
 * Records work for a stream in runs. A run that comes a second time, the same kernels in the same order, becomes a CUDA graph, and later
 * ones are one launch of that graph, after updating the kernel parameters that changed. Any other run is put on the stream as it is: the
 * work is the same, and so are its results. Calls come from one thread at a time, with the context current.
 */
final class Graphs {
    /** Something to put on the stream; equal ones are the same work. */
    interface Piece {
        void put(CUstream stream);

        /** What a graph cannot update: a graph made of pieces of these kinds serves others of these kinds. */
        Object kind();

        /** Adds it to a graph behind other nodes. The stream is there to capture what cannot be added otherwise. */
        CUgraphNode addTo(CUgraph graph, CUgraphNode[] after, CUstream stream);

        /** Updates the node of a graph to this piece. */
        void update(CUgraphExec graph, CUgraphNode node);
    }

    /** Pieces of a run: the GPU begins with one while the host gathers the next. */
    private static final int MOST_PIECES = 128;
    /** A run of fewer is not worth a graph. */
    private static final int FEWEST_PIECES = 8;
    /** Pieces of all runs that are remembered: what a graph takes on the GPU grows with them. */
    private static final int MOST_REMEMBERED = 1 << 16;

    /** A run as a graph, with the parameters that it has now. */
    private static final class Recorded {
        private final CUgraphExec graph = new CUgraphExec();
        private final CUgraphNode[] nodes;
        private List<Piece> current;

        Recorded(List<Piece> pieces, CUstream stream) {
            nodes = new CUgraphNode[pieces.size()];
            current = pieces;
            CUgraph template = new CUgraph();
            cuGraphCreate(template, 0);
            try {
                CUgraphNode[] after = {};
                for (int i = 0; i < nodes.length; i++) {
                    nodes[i] = pieces.get(i).addTo(template, after, stream);
                    after = new CUgraphNode[] {nodes[i]};
                }
                cuGraphInstantiate(graph, template, 0);
            } finally {
                cuGraphDestroy(template);
            }
        }

        void launch(List<Piece> pieces, CUstream stream) {
            for (int i = 0; i < nodes.length; i++) {
                if (!pieces.get(i).equals(current.get(i))) {
                    pieces.get(i).update(graph, nodes[i]);
                }
            }
            current = pieces;
            cuGraphLaunch(graph, stream);
        }
    }

    private final CUstream stream;
    private final Set<Block> used = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Runs by their kinds, the one that was not met for the longest time first; null as long as they were met once. */
    private final Map<List<Object>, Recorded> known = new LinkedHashMap<>(16, 0.75f, true);

    private List<Piece> run = new ArrayList<>();
    private int remembered;

    Graphs(CUstream stream) {
        this.stream = stream;
    }

    /**
     * Adds work to the run.
     *
     * @param blocks the memory that it reads and writes
     */
    void add(Piece piece, Collection<Block> blocks) {
        run.add(piece);
        used.addAll(blocks);
        if (run.size() == MOST_PIECES) {
            flush();
        }
    }

    /** Whether work that is not on the stream yet uses that memory. */
    boolean uses(Block block) {
        return used.contains(block);
    }

    /** Puts what was gathered on the stream. */
    void flush() {
        List<Piece> pieces = run;
        run = new ArrayList<>();
        used.clear();
        if (pieces.size() < FEWEST_PIECES) {
            pieces.forEach(piece -> piece.put(stream));
            return;
        }
        List<Object> kinds = pieces.stream().map(Piece::kind).toList();
        if (known.containsKey(kinds)) {
            Recorded recorded = known.get(kinds);
            if (recorded == null) {
                recorded = new Recorded(pieces, stream);
                known.put(kinds, recorded);
            }
            recorded.launch(pieces, stream);
        } else {
            pieces.forEach(piece -> piece.put(stream));
            known.put(kinds, null);
            remembered += kinds.size();
            forget();
        }
    }

    /** Forgets the runs that were not met for the longest time, if there are too many. */
    private void forget() {
        if (remembered <= MOST_REMEMBERED) {
            return;
        }
        // Their graphs may still be running.
        cuStreamSynchronize(stream);
        Iterator<Map.Entry<List<Object>, Recorded>> oldest = known.entrySet().iterator();
        while (remembered > MOST_REMEMBERED / 2) {
            Map.Entry<List<Object>, Recorded> entry = oldest.next();
            oldest.remove();
            remembered -= entry.getKey().size();
            destroy(entry.getValue());
        }
    }

    private static void destroy(Recorded recorded) {
        if (recorded != null) {
            cuGraphExecDestroy(recorded.graph);
        }
    }

    /** Gives the graphs back; what was gathered and not put on the stream is dropped. */
    void close() {
        run.clear();
        known.values().forEach(Graphs::destroy);
        known.clear();
    }
}
