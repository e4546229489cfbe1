package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is compiled at once: a file of kernels for one type.
 *
 * @param file the source file's name without its ending, for example {@code unary}
 * @param type what its T stands for
 * @param numbers macros that give the file its numbers, in the file's order
 */
public record KernelUnit(String file, DType type, Map<String, Integer> numbers) {
    public KernelUnit {
        numbers = new LinkedHashMap<>(numbers);
    }

    /** Its macros by name: what T is, and the numbers. */
    public Map<String, String> macros(boolean doubles) {
        Map<String, String> macros = new LinkedHashMap<>();
        macros.put("T", type == DType.F32 ? "float" : type == DType.F64 ? "double" : integer());
        if (type.isFloating()) {
            macros.put("IS_FLOATING", "1");
        } else if (type.isIndex()) {
            macros.put("IS_INTEGER", "1");
            macros.put("UNSIGNED_T", "u" + integer());
        }
        if (doubles) {
            macros.put("HAS_DOUBLE", "1");
        }
        numbers.forEach((name, number) -> macros.put(name, number.toString()));
        return macros;
    }

    private String integer() {
        return type == DType.I32 ? "int" : type == DType.I64 ? "int64" : "uchar";
    }

    /** For example {@code tiled-F32-4-16}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file + "-" + type);
        numbers.values().forEach(number -> text.append('-').append(number));
        return text.toString();
    }
}
