package dev.retort.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is said where a peer cannot be had, and what EJML is asked for; a shell script stands in for Python. */
@DisabledOnOs(OS.WINDOWS)
class PeersTest {
    @TempDir
    private Path folder;

    private String python(String... lines) throws IOException {
        Path script = Files.createTempFile(folder, "python", "");
        Files.writeString(script, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script.toString();
    }

    @Test
    void missingPythonAndMissingTorchAreToldWithThePackages() throws IOException {
        String bare = python("echo '{\"missing\": \"torch\"}'");
        assertThatThrownBy(() -> PythonPeer.start(List.of("/nowhere/python3", bare), 1, List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("apt-get install python3-torch python3-torchvision")
                .hasMessageContaining("/nowhere/python3 cannot be started")
                .hasMessageContaining(bare + " lacks torch")
                .hasMessageContaining("RETORT_PYTHON");
    }

    @Test
    void firstPythonThatIsReadyIsTaken() throws IOException {
        String bare = python("echo '{\"missing\": \"torch\"}'");
        String ready = python(
                "echo \"{\\\"ready\\\": \\\"pytorch $OMP_NUM_THREADS\\\"}\"",
                "read command",
                "echo '{\"prepared\": true, \"result\": {\"loss\": 2.5}}'",
                "read command",
                "echo '{\"seconds\": 0.5, \"peak_bytes\": 7}'",
                "read command",
                "echo '{\"error\": \"ValueError: no\"}'",
                "read command",
                "exit 0");
        try (PythonPeer peer = PythonPeer.start(List.of(bare, ready), 3, List.of())) {
            assertThat(peer.name()).isEqualTo("pytorch 3");
            assertThat(peer.prepare("ops/any", Map.of("kind", "any"))).isTrue();
            assertThat(peer.result()).containsExactly(Map.entry("loss", 2.5));
            assertThat(peer.peakBytes()).isNull();
            assertThat(peer.seconds()).isEqualTo(0.5);
            assertThat(peer.peakBytes()).isEqualTo(7);
            assertThatThrownBy(peer::seconds).hasMessageContaining("ValueError: no");
            assertThatThrownBy(peer::seconds).hasMessageContaining("ended at");
        }
    }

    @Test
    void whatAnEarlierBuildLeftBehindIsNoPeer() throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(PeerProvider.class.getName()), "dev.retort.bench.peer.Gone\n");
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual)) {
            thread.setContextClassLoader(loader);
            assertThatThrownBy(() -> PeerProvider.start("gone", 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no peer 'gone'")
                    .hasMessageContaining("RETORT_PROFILES=gone ./retort bench");
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    /** The class path without ONNX Runtime, as builds without its profile have it. */
    @Test
    void missingOnnxRuntimeIsToldWithTheProfile() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!part.contains("onnxruntime")) {
                urls.add(Path.of(part).toUri().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Method start = loader.loadClass(OnnxRuntimePeer.class.getName()).getMethod("start", int.class);
            assertThatThrownBy(() -> start.invoke(null, 1))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("This build has no peer 'onnxruntime', only one with its Maven profile has: start it as"
                            + " RETORT_PROFILES=onnxruntime ./retort bench --suite ... --against onnxruntime");
        }
    }

    @Test
    void ejmlMultipliesAndNothingElse() {
        try (EjmlPeer peer = new EjmlPeer(1)) {
            assertThat(peer.name()).startsWith("ejml 0.");
            assertThat(peer.prepare("ops/softmax", Map.of("kind", "softmax", "rows", 2, "columns", 3)))
                    .isFalse();
            assertThat(peer.prepare("ops/gemm", Map.of("kind", "gemm", "batch", 2, "m", 20, "n", 30, "k", 40)))
                    .isTrue();
            assertThat(peer.seconds()).isBetween(1e-9, 1.0);
        }
    }
}
