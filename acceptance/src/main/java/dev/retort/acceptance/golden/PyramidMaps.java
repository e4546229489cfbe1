package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Maps of both networks, level by level, as golden cases of feature methods have them: {@code in.student_LEVEL}, which are watched,
 * and {@code in.teacher_LEVEL}.
 */
final class PyramidMaps {
    final List<String> levels;
    final List<Tensor> students = new ArrayList<>();
    final List<Tensor> teachers = new ArrayList<>();

    private final GoldenRun run;

    PyramidMaps(GoldenRun run, Tape tape) throws IOException {
        this.run = run;
        levels = Networks.strings(run.golden().attrs().required("levels"));
        for (String level : levels) {
            students.add(tape.watch(run.tensor("in.student_" + level, Networks.CHANNELS_LAST)));
            teachers.add(run.tensor("in.teacher_" + level, Networks.CHANNELS_LAST));
        }
    }

    /** Compares the loss and the gradients of the student's maps; all gradients, for more to compare. */
    Gradients expect(Tape tape, Tensor loss) throws IOException {
        run.expect("out.loss", loss);
        Gradients gradients = tape.gradients(loss);
        for (int level = 0; level < levels.size(); level++) {
            run.expect("grad.student_" + levels.get(level), gradients.of(students.get(level)), Networks.CHANNELS_FIRST);
        }
        return gradients;
    }
}
