package dev.retort.acceptance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keeps the arrows between modules and packages: they point down only, and autograd knows no particular backend. */
class ArchitectureTest {
    private static final String ROOT = "dev.retort.";

    /** What each module may access. */
    private static final Map<String, List<String>> MODULES = new LinkedHashMap<>();

    static {
        List<String> engine = List.of("tensor", "autograd");
        List<String> detection = List.of("tensor", "autograd", "nn");
        List<String> command = List.of("tensor", "autograd", "testkit", "kernels", "nn", "detection", "distill");
        MODULES.put("tensor", List.of());
        MODULES.put("autograd", List.of("tensor"));
        MODULES.put("testkit", engine);
        MODULES.put("kernels", List.of("tensor"));
        MODULES.put("nn", engine);
        MODULES.put("detection", detection);
        MODULES.put(
                "distill",
                Stream.concat(detection.stream(), Stream.of("detection")).toList());
        MODULES.put("cli", command);
        MODULES.put("bench", Stream.concat(command.stream(), Stream.of("cli")).toList());
        MODULES.put("serve", List.of("tensor", "detection", "cli"));
        MODULES.put(
                "acceptance",
                Stream.concat(command.stream(), Stream.of("cli", "bench")).toList());
    }

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.retort");
    }

    static List<String> modules() {
        return List.copyOf(MODULES.keySet());
    }

    @Test
    void arrowsPointDown() {
        LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String module : MODULES.keySet()) {
            layers = layers.layer(module).definedBy(ROOT + module + "..");
        }
        for (Map.Entry<String, List<String>> module : MODULES.entrySet()) {
            LayeredArchitecture.LayerDependencySpecification layer = layers.whereLayer(module.getKey());
            layers = module.getValue().isEmpty()
                    ? layer.mayNotAccessAnyLayer()
                    : layer.mayOnlyAccessLayers(module.getValue().toArray(String[]::new));
        }
        layers.check(classes);
    }

    /** Every package is a slice, a module's root package and packages in packages, too. */
    @ParameterizedTest
    @MethodSource("modules")
    void packagesOfAModuleFormNoCycles(String module) {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        String name = type.getPackageName() + ".";
                        return name.startsWith(ROOT + module + ".")
                                ? SliceIdentifier.of(type.getPackageName())
                                : SliceIdentifier.ignore();
                    }

                    @Override
                    public String getDescription() {
                        return "packages of " + module;
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    /** A library tells by return values, exceptions and listeners: streams and the end of a process are the program's. */
    @Test
    void librariesNeitherPrintNorHookIntoTheEnd() {
        String[] libraries = Stream.of("autograd", "nn", "detection", "distill")
                .map(module -> ROOT + module + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAnyPackage(libraries)
                .should(ACCESS_STANDARD_STREAMS)
                .orShould()
                .callMethod(Runtime.class, "addShutdownHook", Thread.class)
                .check(classes);
    }

    @Test
    void roomsOfKernelsFormNoCycles() {
        for (String rooms : new String[] {"dev.retort.kernels.(*)..", "dev.retort.kernels.simd.internal.(*).."}) {
            slices().matching(rooms).should().beFreeOfCycles().check(classes);
        }
    }

    @Test
    void nobodyButBenchmarksReachesIntoSimd() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.retort.kernels.simd..", "dev.retort.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.retort.kernels.simd.internal..")
                .check(classes);
    }
}
