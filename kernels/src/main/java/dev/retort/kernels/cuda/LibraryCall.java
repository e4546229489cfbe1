package dev.retort.kernels.cuda;

import static jcuda.driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED;
import static jcuda.driver.JCudaDriver.cuGraphAddChildGraphNode;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;

import java.util.List;
import jcuda.CudaException;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUstream;

/**
 * A call of a library that puts kernels of its own on the stream.
 *
 * @param what all that tells it from other calls: equal lists are the same work
 */
record LibraryCall(List<Object> what, Runnable call) implements Graphs.Piece {
    @Override
    public void put(CUstream stream) {
        call.run();
    }

    /** What a library's kernels are called with is its own affair: another call is another graph. */
    @Override
    public Object kind() {
        return what;
    }

    @Override
    public CUgraphNode addTo(CUgraph graph, CUgraphNode[] after, CUstream stream) {
        CUgraph captured = captured(stream);
        try {
            CUgraphNode node = new CUgraphNode();
            cuGraphAddChildGraphNode(node, graph, after, after.length, captured);
            return node;
        } finally {
            cuGraphDestroy(captured);
        }
    }

    private CUgraph captured(CUstream stream) {
        CUgraph graph = new CUgraph();
        // Other threads may do with the driver what they like, and so may a library that loads kernels.
        cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_RELAXED);
        try {
            call.run();
        } catch (RuntimeException refused) {
            try {
                cuStreamEndCapture(stream, graph);
                cuGraphDestroy(graph);
            } catch (CudaException spoilt) {
                refused.addSuppressed(spoilt);
            }
            throw refused;
        }
        cuStreamEndCapture(stream, graph);
        return graph;
    }

    @Override
    public void update(CUgraphExec graph, CUgraphNode node) {
        throw new IllegalStateException("Calls of one kind are the same call");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LibraryCall that && what.equals(that.what);
    }

    @Override
    public int hashCode() {
        return what.hashCode();
    }
}
