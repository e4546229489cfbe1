package dev.retort.kernels.cuda;

import static jcuda.cudaDataType.CUDA_R_32F;
import static jcuda.cudaDataType.CUDA_R_64F;
import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGemmStridedBatchedEx_new;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSetWorkspace;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16BF;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_64F;
import static jcuda.jcublas.cublasGemmAlgo.CUBLAS_GEMM_DEFAULT;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;

import dev.retort.kernels.device.Device.Block;
import dev.retort.kernels.device.DeviceMemoryException;
import dev.retort.kernels.device.ProductLibrary;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.GemmSpec.Layout;
import dev.retort.tensor.MatmulPrecision;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/**
 * Matrix products by cuBLAS on a stream of the driver's. cuBLAS counts matrices by columns: a matrix by rows is there its own transpose, so
 * C = A B is asked for as C' = B' A'. Its products are deterministic for a GPU, a version, a shape and where operands begin, as long as one stream uses it.
 */
final class CublasProducts implements ProductLibrary {
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});
    private static final Pointer DOUBLE_ONE = Pointer.to(new double[] {1});
    private static final Pointer DOUBLE_ZERO = Pointer.to(new double[] {0});

    /**
     * What cuBLAS recommends for the largest GPUs ("cublasSetWorkspace"). It is given its memory, since it could not allocate any while work is
     * captured into a graph, and since how much there is decides which algorithm it takes.
     */
    private static final long WORKSPACE_BYTES = 32 << 20;

    private final cublasHandle handle = new cublasHandle();
    private final CUdeviceptr workspace = new CUdeviceptr();
    private final CUcontext context;
    private final MatmulPrecision precision;

    /** @param context the current one */
    CublasProducts(CUcontext context, CUstream stream, MatmulPrecision precision) {
        this.context = context;
        this.precision = precision;
        cublasCreate(handle);
        try {
            cublasSetStream(handle, new cudaStream_t(stream));
            cuMemAlloc(workspace, WORKSPACE_BYTES);
            cublasSetWorkspace(handle, workspace, WORKSPACE_BYTES);
        } catch (CudaException e) {
            close();
            throw e;
        }
    }

    @Override
    public void gemm(DType type, GemmSpec spec, Block a, long aFirst, Block b, long bFirst, Block c, long cFirst) {
        cuCtxSetCurrent(context);
        // One of the two axes of the batch is a stride of the call, the other one its calls.
        boolean outer = spec.batch1() > spec.batch2();
        int calls = outer ? spec.batch2() : spec.batch1();
        for (int call = 0; call < calls; call++) {
            products(
                    type,
                    spec,
                    outer,
                    matrix(type, spec.a(), outer, call, a, aFirst),
                    matrix(type, spec.b(), outer, call, b, bFirst),
                    matrix(type, spec.c(), outer, call, c, cFirst));
        }
    }

    private static Pointer matrix(DType type, Layout layout, boolean outer, int call, Block block, long first) {
        long place = first + layout.offset() + call * (outer ? layout.stride2() : layout.stride1());
        return ((CUdeviceptr) block).withByteOffset(place * type.bytes());
    }

    private void products(DType type, GemmSpec spec, boolean outer, Pointer a, Pointer b, Pointer c) {
        boolean single = type == DType.F32;
        int data = single ? CUDA_R_32F : CUDA_R_64F;
        try {
            cublasGemmStridedBatchedEx_new(
                    handle,
                    spec.transposeB() ? CUBLAS_OP_T : CUBLAS_OP_N,
                    spec.transposeA() ? CUBLAS_OP_T : CUBLAS_OP_N,
                    spec.n(),
                    spec.m(),
                    spec.k(),
                    single ? ONE : DOUBLE_ONE,
                    b,
                    data,
                    spec.b().ld(),
                    outer ? spec.b().stride1() : spec.b().stride2(),
                    a,
                    data,
                    spec.a().ld(),
                    outer ? spec.a().stride1() : spec.a().stride2(),
                    single ? ZERO : DOUBLE_ZERO,
                    c,
                    data,
                    spec.c().ld(),
                    outer ? spec.c().stride1() : spec.c().stride2(),
                    outer ? spec.batch1() : spec.batch2(),
                    single ? computeType() : CUBLAS_COMPUTE_64F,
                    CUBLAS_GEMM_DEFAULT);
        } catch (CudaException e) {
            String text = "cuBLAS has no memory to multiply " + spec + ": close tensors, or use a smaller batch";
            if (String.valueOf(e.getMessage()).contains("CUBLAS_STATUS_ALLOC_FAILED")) {
                throw new DeviceMemoryException(text, e);
            }
            throw new CudaDriverException("cuBLAS: product " + spec + " failed: " + e.getMessage(), e);
        }
    }

    private int computeType() {
        return switch (precision) {
            case FP32 -> CUBLAS_COMPUTE_32F;
            case TF32 -> CUBLAS_COMPUTE_32F_FAST_TF32;
            case BF16 -> CUBLAS_COMPUTE_32F_FAST_16BF;
        };
    }

    void close() {
        cublasDestroy(handle);
        // Nothing to the driver if it was not allocated.
        cuMemFree(workspace);
    }
}
