package dev.retort.cli;

import java.util.concurrent.Callable;

/**
 * A command that a module above this one adds to {@code retort}: a picocli command, found by {@link java.util.ServiceLoader}
 * on the class path.
 */
public interface Subcommand extends Callable<Integer> {}
