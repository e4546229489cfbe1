package dev.retort.cli.study;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;

/** Writes what a study has so far. */
final class StudyOutputs {
    static final String TEXT = "table.txt";
    static final String MARKDOWN = "table.md";
    static final String CSV = "table.csv";
    static final String JSON = "study.json";
    static final String PAGE = "study.html";

    private StudyOutputs() {}

    static void write(StudyReport report, Path folder) throws IOException {
        AtomicFile.writeString(folder.resolve(TEXT), TextOutput.text(report));
        AtomicFile.writeString(folder.resolve(MARKDOWN), TextOutput.markdown(report));
        AtomicFile.writeString(folder.resolve(CSV), DataOutput.csv(report));
        AtomicFile.writeString(folder.resolve(PAGE), StudyPage.html(report));
        AtomicFile.writeString(folder.resolve(JSON), DataOutput.json(report));
    }
}
