/** Devices of NVIDIA by the CUDA driver, bound by JCuda, with kernels in PTX; cuBLAS where it is installed. */
package dev.retort.kernels.cuda;
