package org.example.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.KernelCheck;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A kernel on plain arrays, and operations of one's own on the tape. */
class OwnKernelsTest {
    private static final KernelCheck SWISH = KernelCheck.ofFloat(SwishKernel::forward, SwishKernel::backward)
            .between(-6, 6)
            .inputs(Shape.of(4, 16));

    @Test
    void theKernelsGradientIsRight() {
        SWISH.require();
    }

    @Test
    void theKernelComputesInFloat32WhatTheFormulaSays() {
        SWISH.againstOne(x -> Arrays.stream(x).map(v -> v / (1 + Math.exp(-v))).toArray())
                .require();
    }

    @Test
    void anOperationsGradientIsRightInBothOrders() {
        try (Backend backend = Backends.create("simd");
                Scope scope = Scope.open()) {
            List<Tensor> inputs = List.of(
                    backend.tensor(new double[] {1, -2, 0.5, 30}, 4), backend.tensor(new double[] {1, 3, -0.5, -30}, 4));
            GradientCheck.on(backend).require(in -> new LogAddExp().apply(in.get(0), in.get(1)), inputs);
            GradientCheck.on(backend).secondOrder().require(in -> new LogAddExp().apply(in.get(0), in.get(1)), inputs);
        }
    }

    @Test
    void theKernelIsAnOperationOfAModel() {
        try (Backend backend = Backends.create("simd");
                Scope scope = Scope.open();
                Tape tape = Tape.on(backend)) {
            float[] values = {-1, 0, 2};
            Tensor x = tape.watch(backend.tensor(values, 3));
            Tensor loss = new SwishOp().apply(x).sum();
            assertThat(tape.gradients(loss).of(x).toFloats())
                    .isEqualTo(SwishKernel.backward(values, new float[] {1, 1, 1}));
            assertThat(tape.graph().toText()).contains("swish(%0 F32 [3])");
        }
    }
}
