package dev.retort.acceptance;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keeps the arrows between modules: they point down only, and autograd knows no particular backend. */
class ArchitectureTest {
    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.retort");
    }

    @Test
    void arrowsPointDown() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("tensor")
                .definedBy("dev.retort.tensor..")
                .layer("kernels")
                .definedBy("dev.retort.kernels..")
                .layer("autograd")
                .definedBy("dev.retort.autograd..")
                .layer("nn")
                .definedBy("dev.retort.nn..")
                .layer("detection")
                .definedBy("dev.retort.detection..")
                .layer("distill")
                .definedBy("dev.retort.distill..")
                .layer("bench")
                .definedBy("dev.retort.bench..")
                .whereLayer("tensor")
                .mayNotAccessAnyLayer()
                .whereLayer("kernels")
                .mayOnlyAccessLayers("tensor")
                .whereLayer("autograd")
                .mayOnlyAccessLayers("tensor")
                .whereLayer("nn")
                .mayOnlyAccessLayers("autograd", "tensor")
                .whereLayer("detection")
                .mayOnlyAccessLayers("nn", "autograd", "tensor")
                .whereLayer("distill")
                .mayOnlyAccessLayers("detection", "nn", "autograd", "tensor")
                .whereLayer("bench")
                .mayNotBeAccessedByAnyLayer()
                .check(classes);
    }

    @Test
    void packagesOfAModuleFormNoCycles() {
        for (String module : new String[] {"nn", "detection", "distill", "bench"}) {
            slices().matching("dev.retort." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }
}
