package dev.retort.serve.detect;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model file and the name that it is served under.
 *
 * @param name letters, digits, dots, underscores and hyphens, as it is a part of addresses
 */
public record ModelFile(String name, Path file) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
    private static final String ENDING = ".safetensors";

    public ModelFile {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("A model cannot be called '" + name
                    + "': a name has letters, digits, dots, underscores and hyphens. Give one, as in cells=" + file);
        }
    }

    /** A model of the command line: {@code FILE}, or {@code NAME=FILE}. */
    public static ModelFile parse(String argument) {
        int equals = argument.indexOf('=');
        if (equals > 0 && !Files.exists(Path.of(argument))) {
            return new ModelFile(argument.substring(0, equals), Path.of(argument.substring(equals + 1)));
        }
        Path file = Path.of(argument);
        if (file.getFileName() == null) {
            throw new IllegalArgumentException(argument + " is no model file");
        }
        String name = file.getFileName().toString();
        return new ModelFile(name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name, file);
    }

    /**
     * Models of the command line, each with a name of its own.
     *
     * @throws IllegalArgumentException if two have the same name, or there is none
     */
    public static List<ModelFile> parse(List<String> arguments) {
        List<ModelFile> files = arguments.stream().map(ModelFile::parse).toList();
        if (files.isEmpty()) {
            throw new IllegalArgumentException("A service needs a model: name a model file");
        }
        Map<String, Path> named = new LinkedHashMap<>();
        for (ModelFile file : files) {
            if (named.putIfAbsent(file.name(), file.file()) != null) {
                throw new IllegalArgumentException("Two models are called " + file.name() + ": name them, as in "
                        + files.stream().map(ModelFile::example).collect(Collectors.joining(" ")));
            }
        }
        return files;
    }

    private String example() {
        Path folder = file.toAbsolutePath().normalize().getParent();
        Path last = folder == null ? null : folder.getFileName();
        return (last == null ? "NAME" : last) + "=" + file;
    }
}
