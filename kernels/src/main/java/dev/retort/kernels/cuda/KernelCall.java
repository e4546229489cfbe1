package dev.retort.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuGraphAddKernelNode;
import static jcuda.driver.JCudaDriver.cuGraphExecKernelNodeSetParams;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import dev.retort.kernels.device.Grid;
import java.util.List;
import jcuda.driver.CUDA_KERNEL_NODE_PARAMS;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUstream;

/**
 * A kernel with all that it is called with.
 *
 * @param grid folded to what CUDA runs
 * @param values numbers, structs as buffers of integers, blocks of memory as their addresses
 */
record KernelCall(CUfunction function, Grid grid, List<Object> values, ArgumentBuffer buffer) implements Graphs.Piece {
    @Override
    public void put(CUstream stream) {
        cuLaunchKernel(
                function,
                groupsX(),
                groupsY(),
                grid.z(),
                grid.groupX(),
                grid.groupY(),
                1,
                0,
                stream,
                buffer.of(values),
                null);
    }

    private int groupsX() {
        return Math.toIntExact(grid.paddedX() / grid.groupX());
    }

    private int groupsY() {
        return Math.toIntExact(grid.paddedY() / grid.groupY());
    }

    /** A graph can be updated to another grid and other values. */
    @Override
    public Object kind() {
        return function;
    }

    @Override
    public CUgraphNode addTo(CUgraph graph, CUgraphNode[] after, CUstream stream) {
        CUgraphNode node = new CUgraphNode();
        cuGraphAddKernelNode(node, graph, after, after.length, parameters());
        return node;
    }

    @Override
    public void update(CUgraphExec graph, CUgraphNode node) {
        cuGraphExecKernelNodeSetParams(graph, node, parameters());
    }

    private CUDA_KERNEL_NODE_PARAMS parameters() {
        CUDA_KERNEL_NODE_PARAMS parameters = new CUDA_KERNEL_NODE_PARAMS();
        parameters.func = function;
        parameters.gridDimX = groupsX();
        parameters.gridDimY = groupsY();
        parameters.gridDimZ = grid.z();
        parameters.blockDimX = grid.groupX();
        parameters.blockDimY = grid.groupY();
        parameters.blockDimZ = 1;
        parameters.kernelParams = buffer.of(values);
        return parameters;
    }
}
