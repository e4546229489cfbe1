// Elementwise losses on logits x and targets t, and the gradient of the focal loss; all operands are dense and alike.

// softplus(x) - x*t.
DEVICE T cross_entropy(T x, T t) {
    return (x <= 0 ? 0 : x) + log1p(exp(-fabs(x))) - x * t;
}

// m^gamma, the usual exponents without a power.
DEVICE T power_of(T m, T gamma) {
    return gamma == 2 ? m * m : gamma == 1 ? m : gamma == 0 ? 1 : pow(m, gamma);
}

KERNEL bce(int n, GLOBAL const T* x, int x0, GLOBAL const T* t, int t0, GLOBAL T* y, int y0) {
    int i = ITEM(0);
    if (i < n) {
        y[y0 + i] = cross_entropy(x[x0 + i], t[t0 + i]);
    }
}

// d^2/(2 beta) where d = |x - t| < beta, else d - beta/2.
KERNEL smooth_l1(int n, T beta, GLOBAL const T* x, int x0, GLOBAL const T* t, int t0, GLOBAL T* y, int y0) {
    int i = ITEM(0);
    if (i < n) {
        T d = fabs(x[x0 + i] - t[t0 + i]);
        y[y0 + i] = d < beta ? d * d * ((T) 0.5f / beta) : d - beta / 2;
    }
}

// (base + slope*t)*m^gamma*BCE, m = p + t - 2pt.
KERNEL focal(
        int n,
        T gamma,
        T base,
        T slope,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* t,
        int t0,
        GLOBAL T* y,
        int y0) {
    int i = ITEM(0);
    if (i < n) {
        T v = x[x0 + i];
        T truth = t[t0 + i];
        T p = 1 / (1 + exp(-v));
        T miss = p * (1 - 2 * truth) + truth;
        y[y0 + i] = power_of(miss, gamma) * cross_entropy(v, truth) * (base + slope * truth);
    }
}

// (base + slope*t)*m^gamma*(p - t + gamma*(1 - 2t)*(p(1 - p)/m)*BCE)*g; 0 at m = 0, where the power is.
KERNEL focal_gradient(
        int n,
        T gamma,
        T base,
        T slope,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* t,
        int t0,
        GLOBAL const T* g,
        int g0,
        GLOBAL T* dx,
        int dx0) {
    int i = ITEM(0);
    if (i < n) {
        T v = x[x0 + i];
        T truth = t[t0 + i];
        T p = 1 / (1 + exp(-v));
        T d = p - truth;
        if (gamma != 0) {
            T miss = p * (1 - 2 * truth) + truth;
            T spread = p * (1 - p) / (miss == 0 ? 1 : miss) * (1 - 2 * truth);
            d = power_of(miss, gamma) * (d + gamma * (spread * cross_entropy(v, truth)));
        }
        dx[dx0 + i] = d * (base + slope * truth) * g[g0 + i];
    }
}
