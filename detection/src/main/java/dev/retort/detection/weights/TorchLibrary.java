package dev.retort.detection.weights;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A library of detectors for PyTorch whose names {@link TorchExport} writes. */
public enum TorchLibrary {
    TORCHVISION("torchvision", WeightSource.TORCHVISION_RETINANET, WeightSource.TORCHVISION_FCOS),
    DETECTRON2("detectron2", WeightSource.DETECTRON2_RETINANET, WeightSource.DETECTRON2_FCOS),
    ADELAIDET("AdelaiDet", WeightSource.ADELAIDET_FCOS);

    private final String title;
    private final WeightSource[] sources;

    TorchLibrary(String title, WeightSource... sources) {
        this.title = title;
        this.sources = sources;
    }

    /** @throws IllegalArgumentException if there is none of this name, listing those that there are */
    public static TorchLibrary named(String name) {
        for (TorchLibrary library : values()) {
            if (library.option().equals(name)) {
                return library;
            }
        }
        throw new IllegalArgumentException("Weights are written for "
                + Arrays.stream(values()).map(TorchLibrary::option).collect(Collectors.joining(", ")) + ", not for '"
                + name + "'");
    }

    /** As options have it: {@code torchvision}. */
    public String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As its authors write it. */
    @Override
    public String toString() {
        return title;
    }

    /** Its detector of a kind, {@code retinanet} or {@code fcos}; none if it has none, or it is another kind. */
    Optional<WeightSource> source(String kind) {
        return Arrays.stream(sources)
                .filter(source -> source.kind().toString().equals(kind))
                .findFirst();
    }
}
