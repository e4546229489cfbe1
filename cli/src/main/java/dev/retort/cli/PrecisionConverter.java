package dev.retort.cli;

import dev.retort.tensor.MatmulPrecision;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a {@link MatmulPrecision} in either case; EXACT is another name of FP32. */
final class PrecisionConverter implements ITypeConverter<MatmulPrecision> {
    @Override
    public MatmulPrecision convert(String value) {
        String name = value.toUpperCase(Locale.ROOT);
        for (MatmulPrecision precision : MatmulPrecision.values()) {
            if (precision.name().equals(name)) {
                return precision;
            }
        }
        if (name.equals("EXACT")) {
            return MatmulPrecision.FP32;
        }
        throw new TypeConversionException("expected FP32 (or EXACT), TF32 or BF16, not '" + value + "'");
    }
}
