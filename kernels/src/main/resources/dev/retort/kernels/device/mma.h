// What matrix.cu asks of the hardware beyond CUDA C, in PTX (ISA 7.8): copies to shared memory that run by themselves, rounding to the
// formats of tensor cores, and their products. A fragment's element by lane: g = lane / 4, t = lane % 4.

// Begins to copy BYTES bytes to shared memory, or to put zeros there; the address is to be a valid one also for zeros.
template <int BYTES>
DEVICE void copy_async(float* to, const float* from, bool zeros) {
    unsigned place = (unsigned) __cvta_generic_to_shared(to);
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(place), "l"(from), "n"(BYTES), "r"(zeros ? 0 : BYTES)
                 : "memory");
}

// What was begun since the last call is a group.
DEVICE void commit_copies() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits until at most LATER of the last groups of this work-item are still to come.
template <int LATER>
DEVICE void await_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(LATER) : "memory");
}

// To the nearest number with ten bits behind the point.
DEVICE uint to_tf32(float v) {
    uint bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(v));
    return bits;
}

// Two numbers with seven bits behind the point, the first in the lower half.
DEVICE uint to_bf16(float low, float high) {
    uint bits;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
    return bits;
}

// c [16, 8] += a [16, 8] b [8, 8]: a holds (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4); b (t, g), (t + 4, g);
// c (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
DEVICE void mma_tf32(float* c, const uint* a, const uint* b) {
    asm volatile(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// c [16, 8] += a [16, 16] b [16, 8]: pairs along the sum, a (g, 2t), (g + 8, 2t), (g, 2t + 8), (g + 8, 2t + 8); b (2t, g), (2t + 8, g).
DEVICE void mma_bf16(float* c, const uint* a, const uint* b) {
    asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
