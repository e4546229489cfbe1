// Steps of optimisers, in place, one pass over all they touch.

KERNEL axpy(int n, T alpha, GLOBAL const T* source, int source0, GLOBAL T* target, int target0) {
    int i = ITEM(0);
    if (i < n) {
        target[target0 + i] += alpha * source[source0 + i];
    }
}

// `numbers` are the rate, the momentum and the decay.
KERNEL sgd(
        int n,
        GLOBAL const T* numbers,
        GLOBAL const T* gradient,
        int gradient0,
        GLOBAL T* buffer,
        int buffer0,
        GLOBAL T* value,
        int value0) {
    int i = ITEM(0);
    if (i < n) {
        T v = value[value0 + i];
        T b = numbers[1] * buffer[buffer0 + i] + (gradient[gradient0 + i] + numbers[2] * v);
        buffer[buffer0 + i] = b;
        value[value0 + i] = v - numbers[0] * b;
    }
}

// `numbers` are 1 - rate*decay, beta1, 1 - beta1, beta2, 1 - beta2, one over the root of the second bias correction, eps, and the rate over
// the first.
KERNEL adamw(
        int n,
        GLOBAL const T* numbers,
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
        T a = numbers[1] * average[average0 + i] + numbers[2] * g;
        T s = numbers[3] * square[square0 + i] + numbers[4] * g * g;
        average[average0 + i] = a;
        square[square0 + i] = s;
        value[value0 + i] = numbers[0] * value[value0 + i] - numbers[7] * (a / (sqrt(s) * numbers[5] + numbers[6]));
    }
}
