import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * What acceptance/bundle.sh does to jars; it runs this source file. {@code FOLDER}: writes the jars of a folder anew, without compression, since
 * the bundle is compressed as a whole, and without what Linux on x86-64 or a bundle has no use for. {@code --interfaces JAR}: makes
 * a jar of the interfaces org.w3c.dom from the running Java's module java.xml.
 */
final class Repack {
    /** Natives of other systems; Maven's files; JMH's generated code. */
    private static final Pattern LEFT_OUT =
            Pattern.compile(".*(\\.dll|\\.dylib|linux-arm64\\.so|/jmh_generated/.*|META-INF/maven/.*"
                    + "|META-INF/native/.*|META-INF/versions/(19|2\\d)/.*|module-info\\.class)");

    private Repack() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("--interfaces")) {
            interfaces(Path.of(arguments[1]));
            return;
        }
        List<Path> jars;
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
        for (Path jar : jars) {
            Path fresh = jar.resolveSibling(jar.getFileName() + ".new");
            repack(jar, fresh);
            Files.move(fresh, jar, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void interfaces(Path jar) throws IOException {
        Path module = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.xml");
        try (Stream<Path> classes = Files.walk(module.resolve("org/w3c/dom"));
                ZipOutputStream out = open(jar)) {
            for (Path file : classes.filter(Files::isRegularFile).sorted().toList()) {
                add(out, module.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
    }

    private static void repack(Path jar, Path fresh) throws IOException {
        try (ZipFile old = new ZipFile(jar.toFile());
                ZipOutputStream out = open(fresh)) {
            for (ZipEntry entry : (Iterable<ZipEntry>) old.stream().map(ZipEntry.class::cast)::iterator) {
                if (!entry.isDirectory() && !LEFT_OUT.matcher(entry.getName()).matches()) {
                    try (InputStream in = old.getInputStream(entry)) {
                        add(out, entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
    }

    private static ZipOutputStream open(Path jar) throws IOException {
        ZipOutputStream out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(jar)));
        out.setMethod(ZipOutputStream.STORED);
        return out;
    }

    private static void add(ZipOutputStream out, String name, byte[] bytes) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        ZipEntry stored = new ZipEntry(name);
        stored.setSize(bytes.length);
        stored.setCompressedSize(bytes.length);
        stored.setCrc(sum.getValue());
        stored.setTime(0);
        out.putNextEntry(stored);
        out.write(bytes);
    }
}
