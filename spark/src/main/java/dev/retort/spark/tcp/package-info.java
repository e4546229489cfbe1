/**
 * Ranks in JVMs of their own, which exchange arrays over TCP, by Netty. Begin with {@link dev.retort.spark.tcp.TcpRanks}.
 */
package dev.retort.spark.tcp;
