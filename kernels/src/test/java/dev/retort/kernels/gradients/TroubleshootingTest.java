package dev.retort.kernels.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.retort.autograd.CustomOp;
import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** docs/troubleshooting.md quotes the messages that these mistakes give, word for word; places in the user's code are examples. */
class TroubleshootingTest {
    private static final Backend REFERENCE = Backends.create("reference");
    private static final Backend SIMD = Backends.create("simd");
    private static Scope scope;

    @BeforeAll
    static void open() {
        scope = Scope.open();
    }

    @AfterAll
    static void close() {
        scope.close();
        REFERENCE.close();
        SIMD.close();
    }

    @TestFactory
    Stream<DynamicTest> everyMistakeIsThere() throws IOException {
        String page = oneLine(Files.readString(Path.of("..", "docs", "troubleshooting.md")));
        return mistakes().entrySet().stream()
                .map(mistake -> DynamicTest.dynamicTest(mistake.getKey(), () -> assertThat(page)
                        .contains(oneLine(catchThrowable(mistake.getValue()).getMessage()))));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").replaceAll("\\bat [\\w.$]+\\(\\w+\\.java:\\d+\\)", "at PLACE");
    }

    private static Map<String, ThrowingCallable> mistakes() {
        Map<String, ThrowingCallable> mistakes = new LinkedHashMap<>();
        mistakes.put("used after its scope", TroubleshootingTest::usedAfterItsScope);
        mistakes.put("shapes", () -> matrix(2, 3).add(pair()));
        mistakes.put("axis", () -> matrix(2, 3).sum(2));
        mistakes.put("product", () -> matrix(2, 3).matmul(matrix(2, 3)));
        mistakes.put("types", () -> pair().add(pair().cast(DType.F64)));
        mistakes.put("backends", () -> pair().add(SIMD.tensor(new float[2], 2)));
        mistakes.put("backend's name", () -> Backends.create("cude"));
        mistakes.put("undeclared", () -> SIMD.tensor(new long[2], 2).exp());
        mistakes.put("beneath a tape", () -> onTape(x -> REFERENCE.unary(UnaryOp.EXP, x)));
        mistakes.put("custom operation", TroubleshootingTest::customOperation);
        mistakes.put("detached loss", () -> onTape(x -> x.detach().square().sum()));
        mistakes.put("loss of two elements", () -> onTape(Tensor::square));
        mistakes.put("gradients twice", TroubleshootingTest::gradientsTwice);
        mistakes.put("written in place", TroubleshootingTest::writtenInPlace);
        mistakes.put("written while tracked", TroubleshootingTest::writtenWhileTracked);
        mistakes.put("two tapes", TroubleshootingTest::twoTapes);
        AtomicInteger calls = new AtomicInteger();
        mistakes.put("not deterministic", () -> GradientCheck.on(REFERENCE)
                .check(x -> x.get(0).add(calls.incrementAndGet()), List.of(pair().cast(DType.F64))));
        mistakes.put("single precision", () -> GradientCheck.on(REFERENCE).check(x -> x.get(0), List.of(matrix(1))));
        return mistakes;
    }

    private static Tensor pair() {
        return matrix(2);
    }

    private static Tensor matrix(int... extents) {
        return REFERENCE.zeros(Shape.of(extents), DType.F32);
    }

    private interface Loss {
        Tensor of(Tensor x);
    }

    private static void onTape(Loss loss) {
        try (Tape tape = Tape.on(REFERENCE)) {
            tape.gradients(loss.of(tape.watch(pair())));
        }
    }

    /** The page leaves the lines on the tensors out: what it quotes is the message up to them. */
    private static void customOperation() {
        CustomOp op = new CustomOp() {
            @Override
            public String name() {
                return "swish";
            }

            @Override
            public Tensor forward(Backend backend, List<Tensor> inputs) {
                return inputs.get(0).silu();
            }

            @Override
            public List<Tensor> backward(Backend backend, List<Tensor> inputs, Tensor output, Tensor gradient) {
                return List.of(gradient.sum(0));
            }
        };
        try (Tape tape = Tape.on(REFERENCE)) {
            tape.gradients(op.apply(tape.watch(matrix(2, 3))).sum());
        } catch (ShapeException e) {
            throw new ShapeException(e.getMessage().lines().findFirst().orElseThrow(), new Tensor[0]);
        }
    }

    private static void usedAfterItsScope() {
        Tensor x;
        try (Scope inner = Scope.open()) {
            x = pair();
        }
        x.exp();
    }

    private static void gradientsTwice() {
        try (Tape tape = Tape.on(REFERENCE)) {
            Tensor loss = tape.watch(pair()).square().sum();
            tape.gradients(loss);
            tape.gradients(loss);
        }
    }

    private static void writtenInPlace() {
        try (Tape tape = Tape.on(REFERENCE)) {
            Tensor data = pair();
            Tensor loss = tape.watch(data).square().sum();
            REFERENCE.assign(data, pair());
            tape.gradients(loss);
        }
    }

    private static void writtenWhileTracked() {
        try (Tape tape = Tape.on(REFERENCE)) {
            tape.assign(tape.watch(pair()), pair());
        }
    }

    private static void twoTapes() {
        try (Parameter parameter = new Parameter(pair());
                Tape first = Tape.on(REFERENCE);
                Tape second = Tape.on(REFERENCE)) {
            first.watch(List.of(parameter));
            second.watch(List.of(parameter));
        }
    }
}
