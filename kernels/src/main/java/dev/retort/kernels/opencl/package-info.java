/** Devices of any vendor by OpenCL 1.2, bound by JOCL, with kernels compiled at run time. */
package dev.retort.kernels.opencl;
