package dev.retort.kernels.cuda;

import dev.retort.kernels.device.KernelSource;
import dev.retort.kernels.device.KernelUnit;
import dev.retort.tensor.DType;
import dev.retort.tensor.DeviceException;
import dev.retort.tensor.MatmulPrecision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kernels as PTX, which lies beside this class as files, one a unit: what NVIDIA's compiler made of the common texts, so that a driver
 * is all that a GPU needs. A test keeps them up to date with their source.
 */
final class Ptx {
    private static final List<DType> FLOATING = List.of(DType.F32, DType.F64);
    private static final List<DType> NUMBERS = List.of(DType.F32, DType.F64, DType.I32, DType.I64);
    private static final List<DType> ALL = List.of(DType.values());

    /** What each file is compiled for. */
    private static final Map<String, List<DType>> FILES = new TreeMap<>(Map.ofEntries(
            Map.entry("binary", ALL),
            Map.entry("index", ALL),
            Map.entry("loss", FLOATING),
            Map.entry("movement", ALL),
            Map.entry("optimizer", FLOATING),
            Map.entry("resampling", FLOATING),
            Map.entry("reduction", NUMBERS),
            Map.entry("rows", FLOATING),
            Map.entry("sort", ALL),
            Map.entry("unary", FLOATING),
            Map.entry("unfold", FLOATING)));

    /** Shapes of {@code tiled}. */
    private static final List<Map<String, Integer>> TILES = List.of(Map.of("MICRO", 4, "STEP", 16));

    /** Shapes of {@code matrix}. */
    private static final List<Map<String, Integer>> MATRIX_SHAPES =
            List.of(Map.of("TILE", 128, "VEC", 4), Map.of("TILE", 64, "VEC", 4), Map.of("TILE", 64, "VEC", 1));

    /** The file that is for CUDA alone. */
    private static final String MATRIX = "matrix";

    private Ptx() {}

    /** Every unit that is shipped. */
    static List<KernelUnit> units() {
        List<KernelUnit> units = new ArrayList<>();
        FILES.forEach((file, types) -> types.forEach(type -> units.add(new KernelUnit(file, type, Map.of()))));
        for (Map<String, Integer> tile : TILES) {
            FLOATING.forEach(type -> units.add(new KernelUnit("tiled", type, new TreeMap<>(tile))));
        }
        for (MatmulPrecision precision : MatmulPrecision.values()) {
            for (Map<String, Integer> shape : MATRIX_SHAPES) {
                Map<String, Integer> numbers = new TreeMap<>(shape);
                numbers.put("MODE", precision.ordinal());
                units.add(new KernelUnit(MATRIX, DType.F32, numbers));
            }
        }
        return units;
    }

    /** A unit's text in CUDA C. Its macros stand in it: as options they would change the compiler's own headers. */
    static String source(KernelUnit unit) {
        StringBuilder text = new StringBuilder();
        unit.macros(true).forEach((name, value) -> text.append("#define " + name + " " + value + "\n"));
        return text + KernelSource.text("cuda.h", unit.file() + (unit.file().equals(MATRIX) ? ".cu" : ".cl"));
    }

    /** A unit's PTX. */
    static String text(KernelUnit unit) {
        try (InputStream in = Ptx.class.getResourceAsStream(unit + ".ptx")) {
            if (in == null) {
                throw new DeviceException(
                        "The compiled kernels " + unit + " are missing: is retort-kernels' jar whole?");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
