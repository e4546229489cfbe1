package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a copy of its own with a build that seems done: in which surroundings it starts the JVM. */
@EnabledOnOs(OS.LINUX)
class LauncherTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /** A JDK's java that takes this test's classes instead of the launcher's. */
    private static final String STUB =
            """
            #!/usr/bin/env bash
            if [ "$1" = -version ]; then
              echo 'openjdk version "17.0.15"' >&2
              exit
            fi
            while [ "$1" != dev.retort.cli.Retort ]; do [ "$1" != -cp ] || added=${2#*\\*}; shift; done
            exec '%1$s' -Xmx256m -XX:-UsePerfData --add-modules=jdk.incubator.vector -cp '%2$s'"$added" "$@"
            """;

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void copy() throws IOException {
        root = Files.createDirectories(folder.resolve("retort"));
        Files.copy(Path.of("..", "retort"), root.resolve("retort"));
        Path stub = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(stub, STUB.formatted(JAVA, System.getProperty("java.class.path")));
        Files.setPosixFilePermissions(stub, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(root.resolve("pom.xml"), "");
    }

    private void pretendBuilt() throws IOException {
        Path app = Files.createDirectories(root.resolve("target/app/1"));
        Files.writeString(root.resolve("target/retort.stamp"), app.toString());
    }

    private record End(int code, String text) {}

    /** Runs a line of shell with the launcher as $R, in an environment that names no locale but those given. */
    private End shell(String line) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of("env", "-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "LANG"));
        command.addAll(List.of("-u", "RETORT_DEVICE", "-u", "RETORT_THREADS", "-u", "RETORT_PROFILES"));
        command.addAll(List.of("JAVA_HOME=" + folder.resolve("jdk"), "R=" + root.resolve("retort")));
        command.addAll(List.of("bash", "-c", line));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(RetortProcess.PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        return new End(process.exitValue(), Files.readString(output));
    }

    /** Names beyond ASCII as arguments, as folders and in files; the bytes are UTF-8 and stand in the shell's own notation. */
    @Test
    void namesBeyondAsciiWorkWhereTheLocaleHasNone() throws IOException, InterruptedException {
        pretendBuilt();
        String name = "$'ordner \\xc3\\xa4 \\xe7\\x94\\xbb'";
        String data = "mkdir -p " + name + "/images " + name + "/annotations; printf '%s' '{\"images\":[{\"id\":1,"
                + "\"file_name\":\"\\u00fc.png\",\"width\":8,\"height\":8}],\"categories\":[{\"id\":1,\"name\":\"\\u00fc\"}],"
                + "\"annotations\":[]}' > " + name + "/annotations/train.json; ";
        for (String locale : List.of("LC_ALL=C", "LC_ALL=xx_YY.UTF-8")) {
            End end = shell(data + locale + " bash $R data info " + name + " --check; echo code $?");
            assertThat(end.text())
                    .as(locale)
                    .contains("ordner \u00e4 \u753b/images/\u00fc.png")
                    .contains("is not there")
                    .contains("code 1")
                    .doesNotContain("Malformed", "unmappable", "cannot convert");
        }
    }

    /** A backend that only an outsider's folder of classes announces. */
    public static final class OutsideProvider implements BackendProvider {
        @Override
        public String name() {
            return "outside";
        }

        @Override
        public Usability usability() {
            return Usability.no("it is announced, and no more", null);
        }

        @Override
        public int preference() {
            return 0;
        }

        @Override
        public Backend create() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void anOutsidersClassPathBringsABackend() throws IOException, InterruptedException {
        pretendBuilt();
        Path services = Files.createDirectories(folder.resolve("an outsider's/META-INF/services"));
        Files.writeString(services.resolve(BackendProvider.class.getName()), OutsideProvider.class.getName());
        assertThat(shell("bash $R devices").text()).contains("reference").doesNotContain("outside");
        End end = shell("RETORT_CLASSPATH=\"an outsider's\" bash $R devices");
        assertThat(end.code()).as(end.text()).isZero();
        assertThat(end.text()).contains("reference", "outside", "it is announced, and no more");
    }

    @Test
    void onlyALocaleWithoutMoreThanAsciiIsReplaced() throws IOException, InterruptedException {
        pretendBuilt();
        Files.writeString(
                folder.resolve("jdk/bin/java"),
                "#!/usr/bin/env bash\necho 'openjdk version \"17.0.15\"' LC_ALL is ${LC_ALL-unset}\n");
        assertThat(shell("LC_ALL=C.UTF-8 bash $R").text()).contains("LC_ALL is C.UTF-8");
        assertThat(shell("LANG=C.UTF-8 bash $R").text()).contains("LC_ALL is unset");
        for (String locale : List.of("LC_ALL=C", "LC_ALL=POSIX", "LANG=C", "LC_CTYPE=C LANG=C.UTF-8", "")) {
            assertThat(shell(locale + " bash $R").text()).as(locale).contains("LC_ALL is C.UTF-8");
        }
    }

    @Test
    void aFolderThatIsGoneIsNamed() throws IOException, InterruptedException {
        pretendBuilt();
        End end = shell("mkdir gone; cd gone; rmdir ../gone; bash $R devices");
        assertThat(end.code()).isEqualTo(1);
        assertThat(end.text()).contains("retort: the folder in which it was called is not there any more");
    }

    /** A file where the folder should be stands for a tree that cannot be written. */
    @Test
    void aTreeThatCannotBeWrittenIsNamed() throws IOException, InterruptedException {
        Files.writeString(root.resolve("target"), "");
        End end = shell("bash $R devices");
        assertThat(end.code()).isEqualTo(1);
        assertThat(end.text().lines())
                .last()
                .asString()
                .startsWith("retort: it has to be built, which writes to ")
                .contains("cannot be written");
        assertThat(end.text()).doesNotContain("retort.lock");
    }

    @Test
    void variablesThatAreWrongAreNamed() throws IOException, InterruptedException {
        pretendBuilt();
        String data = Files.createDirectories(folder.resolve("no data")).toString();
        String predict = " bash $R predict no.safetensors '" + data + "' --out out";
        Files.write(folder.resolve("no data/a.png"), new byte[1]);
        for (String setting : List.of("-1", "abc")) {
            End end = shell("RETORT_THREADS=" + setting + predict);
            assertThat(end.code()).as(end.text()).isEqualTo(1);
            assertThat(end.text().lines().filter(line -> line.startsWith("retort: ")))
                    .singleElement()
                    .asString()
                    .contains("RETORT_THREADS) must be a positive integer, not '" + setting + "'");
        }
        assertThat(shell("RETORT_THREADS=abc bash $R devices").text())
                .contains("There is no automatic choice until the setting of simd is put right");
        End device = shell("RETORT_DEVICE=nonsense" + predict);
        assertThat(device.code()).isEqualTo(2);
        assertThat(device.text()).contains("RETORT_DEVICE=nonsense: There is no backend 'nonsense'");
        assertThat(shell("RETORT_DEVICE=simd/nope" + predict).text())
                .contains("RETORT_DEVICE=simd/nope: Backend 'simd'");
        assertThat(shell("RETORT_DEVICE=" + predict).text())
                .contains("retort: computing with ")
                .contains("no.safetensors");
    }
}
