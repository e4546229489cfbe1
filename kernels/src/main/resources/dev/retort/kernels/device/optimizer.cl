// Steps of optimisers, in place, one pass over all they touch.

KERNEL axpy(int n, T alpha, GLOBAL const T* source, int source0, GLOBAL T* target, int target0) {
    int i = ITEM(0);
    if (i < n) {
        target[target0 + i] += alpha * source[source0 + i];
    }
}

KERNEL sgd(
        int n,
        T rate,
        T momentum,
        T decay,
        GLOBAL const T* gradient,
        int gradient0,
        GLOBAL T* buffer,
        int buffer0,
        GLOBAL T* value,
        int value0) {
    int i = ITEM(0);
    if (i < n) {
        T v = value[value0 + i];
        T b = momentum * buffer[buffer0 + i] + (gradient[gradient0 + i] + decay * v);
        buffer[buffer0 + i] = b;
        value[value0 + i] = v - rate * b;
    }
}

// `keep` is 1 - rate*decay, the gains 1 - beta, `size` the rate over the first bias correction, `scale` one over the root of the second.
KERNEL adamw(
        int n,
        T keep,
        T beta1,
        T gain1,
        T beta2,
        T gain2,
        T scale,
        T eps,
        T size,
        GLOBAL const T* gradient,
        int gradient0,
        GLOBAL T* average,
        int average0,
        GLOBAL T* square,
        int square0,
        GLOBAL T* value,
        int value0) {
    int i = ITEM(0);
    if (i < n) {
        T g = gradient[gradient0 + i];
        T a = beta1 * average[average0 + i] + gain1 * g;
        T s = beta2 * square[square0 + i] + gain2 * g * g;
        average[average0 + i] = a;
        square[square0 + i] = s;
        value[value0 + i] = keep * value[value0 + i] - size * (a / (sqrt(s) * scale + eps));
    }
}
