// The dialect of OpenCL C: what the common kernel texts say in words of their own. cuda.h says the same for CUDA C.
#if defined(HAS_DOUBLE) && defined(cl_khr_fp64)
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

#define KERNEL __kernel void
#define DEVICE static inline
#define GLOBAL __global
#define LOCAL __local
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#define BY_VALUE

// This work-item's number along an axis: of all, in its group, and its group's.
#define ITEM(axis) ((int) get_global_id(axis))
#define LOCAL_ITEM(axis) ((int) get_local_id(axis))
#define GROUP(axis) ((int) get_group_id(axis))

typedef long int64;
typedef ulong uint64;
