package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code retort gradcheck} from end to end with a backend that has one wrong operation: what a user and a program see. */
@EnabledOnOs(OS.LINUX)
class FailingGradcheckTest {
    private static final String WRONG = "CUMSUM";
    private static final String SOUND = "CLAMP";
    /** One word of a command line as people quote it. */
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @TempDir
    private Path folder;

    private RetortProcess retort(List<String> args) throws IOException {
        return RetortProcess.start(
                folder.resolve("output"), "exec", List.of("-D" + FaultyProvider.PROPERTY + "=true"), args);
    }

    private static String text(Document document, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, document);
    }

    private Document parse(String name) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(folder.resolve(name).toFile());
    }

    @Test
    void aWrongOperationFailsTheCommandAndShowsEverywhere() throws Exception {
        RetortProcess run = retort(List.of(
                "gradcheck",
                "--operation",
                SOUND,
                "--operation",
                WRONG,
                "--json",
                folder.resolve("g.json").toString(),
                "--junit",
                folder.resolve("g.xml").toString(),
                "--html",
                folder.resolve("g.html").toString()));
        assertThat(run.end()).as(run.text()).isEqualTo(Retort.FAILED);
        int failed = jsonFailures();
        assertThat(run.text())
                .containsPattern("(?m)^faulty: largest error.*\\n.*\\n.*\\n  CLAMP .* pass$\\n  CUMSUM .* FAIL$")
                .containsPattern("(?m)^  FAIL CUMSUM 207 along 0, forward in float32 against reference: error \\d.*\\n"
                        + "       result 0 \\[206\\] of \\[207\\]: 0\\.0+ where -?\\d+\\.\\d+ is right$")
                .containsPattern("(?m)^  simd: (\\d+) of \\1 checks pass$")
                .containsPattern("(?m)^  reference: (\\d+) of \\1 checks pass$");
        Document xml = parse("g.xml");
        assertThat(text(xml, "sum(//testsuite/@failures)")).isEqualTo("" + failed);
        assertThat(text(xml, "count(//testcase[@classname='gradcheck.faulty.CUMSUM']/failure)"))
                .isEqualTo("" + failed);
        Document page = parse("g.html");
        assertThat(text(page, "//p[@id='verdict'][@class='failed']")).startsWith(failed + " of ");
        assertThat(text(page, "count(//section[@id='failures']/article)")).isEqualTo("1");
        assertThat(text(page, "//section[@id='failures']/article")).contains(WRONG, "faulty: " + failed + " checks");
        assertThat(text(page, "count(//table[@id='matrix']//button[@class='fail'][@data-operation!='CUMSUM'])"))
                .isEqualTo("0");

        repeatTheFirst(run.text());
    }

    /** All failures are the wrong operation's, in results and gradients of every type; tells how many there are. */
    private int jsonFailures() throws IOException {
        JsonNode list = JsonMapper.builder().build().readTree(Files.readString(folder.resolve("g.json")));
        List<JsonNode> failed = IntStream.range(0, list.size())
                .mapToObj(list::get)
                .filter(entry -> !entry.get("pass").asBoolean())
                .toList();
        Set<String> kinds = new HashSet<>();
        for (JsonNode entry : failed) {
            assertThat(entry.get("operation").asString()).isEqualTo(WRONG);
            assertThat(entry.get("backend").asString()).isEqualTo(FaultyProvider.NAME);
            assertThat(entry.get("worst_error").asDouble())
                    .isGreaterThan(entry.get("bound").asDouble());
            kinds.add(entry.get("kind").asString() + " " + entry.get("dtype").asString());
        }
        assertThat(kinds)
                .contains("forward float32", "forward float64", "forward i32", "forward i64", "backward float32");
        return failed.size();
    }

    /** The line that a failure ends with is a command that fails in the same way, alone. */
    private void repeatTheFirst(String output) throws IOException, InterruptedException {
        String line = output.lines()
                .filter(l -> l.contains("again: retort "))
                .findFirst()
                .orElseThrow();
        List<String> args = new ArrayList<>();
        Matcher words = WORD.matcher(line.substring(line.indexOf("retort ") + "retort ".length()));
        while (words.find()) {
            args.add(words.group(1) == null ? words.group(2) : words.group(1));
        }
        RetortProcess again = retort(args);
        assertThat(again.end()).as(again.text()).isEqualTo(Retort.FAILED);
        assertThat(again.text().lines()).contains(line).anyMatch(l -> l.matches(" +CUMSUM +1 .*FAIL"));
    }

    @Test
    void withoutTheWrongOperationTheSameBackendPasses() throws IOException, InterruptedException {
        RetortProcess sound = retort(List.of("gradcheck", "--device", FaultyProvider.NAME, "--operation", SOUND));
        assertThat(sound.end()).as(sound.text()).isZero();
    }
}
