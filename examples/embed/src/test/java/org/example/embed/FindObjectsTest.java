package org.example.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.Detector;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program, packaged and started in each of the ways that Java has, prints what the library finds here. */
class FindObjectsTest {
    private static final Path TARGET = Path.of(System.getProperty("embed.target"));
    private static final String MAIN = System.getProperty("embed.main");
    private static final String MODULE = "org.example.embed";
    private static final Path JAR = TARGET.resolve("embed-1.0.jar");
    private static final Path ALL = TARGET.resolve("embed-1.0-all.jar");
    private static final Path LIBRARIES = TARGET.resolve("lib");
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";
    /** Retort's jars are automatic modules. Those of its libraries that are not are found only if one says so. */
    private static final String MODULES = VECTORS + ",ALL-MODULE-PATH";

    private static final String SERVICE = "META-INF/services/dev.retort.tensor.BackendProvider";

    @TempDir
    private static Path folder;

    private static Path model;
    private static Path image;
    private static List<String> found;

    @BeforeAll
    static void lookHere() throws IOException {
        model = folder.resolve("model.safetensors");
        TinyModel.write(model);
        BufferedImage drawn = new BufferedImage(96, 64, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = drawn.createGraphics();
        graphics.setColor(Color.ORANGE);
        graphics.fillOval(20, 10, 40, 40);
        graphics.dispose();
        image = folder.resolve("image.png");
        ImageIO.write(drawn, "png", image.toFile());
        try (Detector detector = Detector.load(model)) {
            found = detector.detect(drawn).stream().map(DetectedObject::toString).toList();
        }
        assertThat(found).isNotEmpty();
    }

    /** Runs a command behind which the model and the image come; what it printed, line by line. */
    private static List<String> run(String... command) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(command));
        words.add(model.toString());
        words.add(image.toString());
        Path output = Files.createTempFile(folder, "output", ".txt");
        Path errors = Files.createTempFile(folder, "errors", ".txt");
        Process process = new ProcessBuilder(words)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended").isTrue();
        String said = Files.readString(errors);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said.lines())
                .as("errors")
                .allMatch(line -> line.equals("WARNING: Using incubator modules: jdk.incubator.vector"));
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    private static String modulePath() {
        return JAR + File.pathSeparator + LIBRARIES;
    }

    @Test
    void onTheClassPath() throws Exception {
        assertThat(run(JAVA, VECTORS, "-cp", JAR + File.pathSeparator + LIBRARIES.resolve("*"), MAIN))
                .isEqualTo(found);
    }

    @Test
    void onTheModulePath() throws Exception {
        assertThat(run(JAVA, MODULES, "-p", modulePath(), "-m", MODULE + "/" + MAIN)).isEqualTo(found);
    }

    @Test
    void onARuntimeOfTheModulesThatItNeeds() throws Exception {
        Path runtime = folder.resolve("runtime");
        int failed = ToolProvider.findFirst("jlink")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "--add-modules",
                        "java.desktop,jdk.incubator.vector",
                        "--no-header-files",
                        "--no-man-pages",
                        "--output",
                        runtime.toString());
        assertThat(failed).isZero();
        String java = runtime.resolve("bin").resolve("java").toString();
        assertThat(run(java, MODULES, "-p", modulePath(), "-m", MODULE + "/" + MAIN)).isEqualTo(found);
        assertThat(run(java, VECTORS, "-cp", JAR + File.pathSeparator + LIBRARIES.resolve("*"), MAIN))
                .isEqualTo(found);
    }

    @Test
    void asOneJar() throws Exception {
        assertThat(run(JAVA, VECTORS, "-jar", ALL.toString())).isEqualTo(found);
        try (JarFile jar = new JarFile(ALL.toFile())) {
            String providers =
                    new String(jar.getInputStream(jar.getEntry(SERVICE)).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(providers).contains("SimdProvider", "ReferenceProvider");
        }
    }
}
