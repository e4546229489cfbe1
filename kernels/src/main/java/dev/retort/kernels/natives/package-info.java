/** Loading of the shared libraries that bindings bring in their jars, from a folder that nobody else can write. */
package dev.retort.kernels.natives;
