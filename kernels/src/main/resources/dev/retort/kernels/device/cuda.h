// The dialect of CUDA C: says for it what opencl.h says for OpenCL C.
#define KERNEL extern "C" __global__ void
#define DEVICE __device__ __forceinline__
#define GLOBAL
#define LOCAL __shared__
#define BARRIER() __syncthreads()

// A struct that a kernel is given and does not change: read where it lies, not copied into the memory of each work-item.
#define BY_VALUE const __grid_constant__

// A grid has at most 65,535 groups along y. Where no kernel looks at z, groups beyond that lie in z.
#define ITEM(axis) ITEM_##axis
#define ITEM_0 ((int) (blockIdx.x * blockDim.x + threadIdx.x))
#define ITEM_1 ((int) ((blockIdx.z * gridDim.y + blockIdx.y) * blockDim.y + threadIdx.y))
#define LOCAL_ITEM(axis) LOCAL_ITEM_##axis
#define LOCAL_ITEM_0 ((int) threadIdx.x)
#define LOCAL_ITEM_1 ((int) threadIdx.y)
#define GROUP(axis) GROUP_##axis
#define GROUP_0 ((int) blockIdx.x)
#define GROUP_1 ((int) blockIdx.y)
#define GROUP_2 ((int) blockIdx.z)

#ifndef INFINITY
#define INFINITY __int_as_float(0x7f800000)
#endif

typedef unsigned char uchar;
typedef unsigned int uint;
typedef long long int64;
typedef unsigned long long uint64;
