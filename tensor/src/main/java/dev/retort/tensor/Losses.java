package dev.retort.tensor;

/** Defaults of the losses: the formulas in core operations. */
final class Losses {
    /** Keeps quotients of empty boxes finite, as torchvision's. */
    private static final double GIOU_EPS = 1e-7;

    private Losses() {}

    static Tensor focal(ComposedOperations ops, Tensor x, Tensor t, double alpha, double gamma) {
        checkFocal(x, t);
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor miss = miss(f, ops.unary(UnaryOp.SIGMOID, x), t);
            Tensor loss = f.mul(power(f, miss, gamma), ops.bceWithLogits(x, t));
            return scope.keep(alpha < 0 ? loss : f.mul(loss, weight(f, t, alpha)));
        }
    }

    /**
     * With m = 1 - p_t: d BCE/dx = p - t and d m/dx = (1 - 2t) p(1 - p), so
     * d loss/dx = a_t*m^gamma*(p - t + gamma*(1 - 2t)*(p(1 - p)/m)*BCE). The quotient lies in [0, 1], whereas m^(gamma - 1) would be
     * infinite at a saturated logit where gamma < 1; at m = 0 the power in front makes all of it 0.
     */
    static Tensor focalGradient(ComposedOperations ops, Tensor x, Tensor t, double alpha, double gamma, Tensor g) {
        checkFocal(x, t);
        if (!g.shape().equals(x.shape())) {
            throw new ShapeException(
                    "A focal loss's gradient has the logits' shape " + x.shape() + ", got " + g.shape(), x, g);
        }
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor p = ops.unary(UnaryOp.SIGMOID, x);
            Tensor slope = f.sub(p, t);
            if (gamma != 0) {
                Tensor miss = miss(f, p, t);
                Tensor spread = f.div(f.mul(p, f.affine(p, -1, 1)), f.replace(miss, f.equal(miss, 0), 1));
                Tensor shift = f.mul(f.mul(f.affine(t, -2 * gamma, gamma), spread), ops.bceWithLogits(x, t));
                slope = f.mul(power(f, miss, gamma), f.add(slope, shift));
            }
            if (alpha >= 0) {
                slope = f.mul(slope, weight(f, t, alpha));
            }
            return scope.keep(f.mul(slope, g));
        }
    }

    private static void checkFocal(Tensor x, Tensor t) {
        if (!t.shape().equals(x.shape())) {
            throw new ShapeException(
                    "A focal loss takes targets of the logits' shape " + x.shape() + ", got " + t.shape(), x, t);
        }
    }

    /** 1 - p_t = p + t - 2pt. */
    private static Tensor miss(Formula f, Tensor p, Tensor t) {
        return f.add(f.mul(p, f.affine(t, -2, 1)), t);
    }

    private static Tensor power(Formula f, Tensor x, double exponent) {
        if (exponent == 2) {
            return f.square(x);
        }
        if (exponent <= 0 || exponent >= 1) {
            return f.ops().binary(BinaryOp.POW, x, f.number(x, exponent));
        }
        // The slope at 0 is infinite: zeros go round the power, so that a second derivative is finite too.
        Tensor zero = f.equal(x, 0);
        Tensor root = f.ops().binary(BinaryOp.POW, f.replace(x, zero, 1), f.number(x, exponent));
        return f.replace(root, zero, 0);
    }

    private static Tensor weight(Formula f, Tensor t, double alpha) {
        return f.affine(t, 2 * alpha - 1, 1 - alpha);
    }

    static Tensor bceWithLogits(ComposedOperations ops, Tensor x, Tensor t) {
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            return scope.keep(f.sub(ops.unary(UnaryOp.SOFTPLUS, x), f.mul(x, t)));
        }
    }

    static Tensor smoothL1(ComposedOperations ops, Tensor x, Tensor t, double beta) {
        if (!(beta >= 0)) {
            throw new ShapeException("smoothL1 takes beta >= 0, got " + beta, x, t);
        }
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor distance = f.abs(f.sub(x, t));
            if (beta == 0) {
                return scope.keep(distance);
            }
            Tensor near = f.mul(f.square(distance), 0.5 / beta);
            Tensor far = f.affine(distance, 1, -beta / 2);
            return scope.keep(ops.where(ops.compare(CompareOp.LT, distance, f.number(x, beta)), near, far));
        }
    }

    static Tensor mse(ComposedOperations ops, Tensor x, Tensor t) {
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            return scope.keep(f.square(f.sub(x, t)));
        }
    }

    static Tensor giou(ComposedOperations ops, Tensor a, Tensor b) {
        if (a.shape().rank() == 0 || a.dim(-1) != 4 || !a.shape().equals(b.shape())) {
            throw new ShapeException(
                    "giou takes boxes of one shape [..., 4], (x1, y1, x2, y2), got " + a.shape() + " and " + b.shape(),
                    a,
                    b);
        }
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor[] p = corners(ops, a);
            Tensor[] q = corners(ops, b);
            Tensor width = f.sub(f.min(p[2], q[2]), f.max(p[0], q[0]));
            Tensor height = f.sub(f.min(p[3], q[3]), f.max(p[1], q[1]));
            Tensor zero = f.number(a, 0);
            Tensor overlap = ops.logical(
                    LogicalOp.AND, ops.compare(CompareOp.GT, width, zero), ops.compare(CompareOp.GT, height, zero));
            Tensor intersection = ops.where(overlap, f.mul(width, height), zero);
            Tensor union = f.sub(f.add(area(f, p), area(f, q)), intersection);
            Tensor hull =
                    f.mul(f.sub(f.max(p[2], q[2]), f.min(p[0], q[0])), f.sub(f.max(p[3], q[3]), f.min(p[1], q[1])));
            Tensor iou = f.div(intersection, f.affine(union, 1, GIOU_EPS));
            Tensor gap = f.div(f.sub(hull, union), f.affine(hull, 1, GIOU_EPS));
            return scope.keep(f.affine(f.sub(gap, iou), 1, 1));
        }
    }

    /** x1, y1, x2, y2 of boxes [..., 4]: [...] each. */
    private static Tensor[] corners(ComposedOperations ops, Tensor boxes) {
        return ops.split(boxes, -1, 1, 1, 1, 1).stream()
                .map(column -> ops.squeeze(column, -1))
                .toArray(Tensor[]::new);
    }

    private static Tensor area(Formula f, Tensor[] box) {
        return f.mul(f.sub(box[2], box[0]), f.sub(box[3], box[1]));
    }

    static Tensor klDivergence(ComposedOperations ops, Tensor logQ, Tensor p) {
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor none = f.equal(p, 0);
            Tensor logP = ops.unary(UnaryOp.LOG, f.replace(p, none, 1));
            // Where p is 0 the factor goes too: ln q may be infinite there.
            return scope.keep(f.mul(p, f.replace(f.sub(logP, logQ), none, 0)));
        }
    }

    static Tensor crossEntropy(ComposedOperations ops, Tensor x, Tensor targets, long ignored, double smoothing) {
        if (x.shape().rank() == 0
                || !targets.shape().equals(x.shape().reduce(new int[] {-1}, false))
                || !targets.dtype().isIndex()) {
            throw new ShapeException(
                    "crossEntropy takes logits [..., C] and targets [...] of type I32 or I64, got " + x.shape()
                            + " and " + targets.dtype() + " " + targets.shape(),
                    x,
                    targets);
        }
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new ShapeException("crossEntropy takes a label smoothing in [0, 1], got " + smoothing, x, targets);
        }
        try (Scope scope = Scope.open()) {
            Formula f = new Formula(ops);
            Tensor none = f.equal(targets, ignored);
            Tensor known = ops.unsqueeze(f.replace(targets, none, 0), -1);
            Tensor likelihoods = ops.logSoftmax(x, -1);
            Tensor loss = f.neg(ops.squeeze(ops.gather(likelihoods, -1, known), -1));
            if (smoothing > 0) {
                Tensor all = f.mean(likelihoods, new int[] {-1}, false);
                loss = f.sub(f.mul(loss, 1 - smoothing), f.mul(all, smoothing));
            }
            return scope.keep(f.replace(loss, none, 0));
        }
    }
}
