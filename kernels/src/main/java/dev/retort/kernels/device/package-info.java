/**
 * The backend of devices with memory of their own, {@link dev.retort.kernels.device.DeviceBackend}, over the seam
 * {@link dev.retort.kernels.device.Device} that a driver fills.
 */
package dev.retort.kernels.device;
