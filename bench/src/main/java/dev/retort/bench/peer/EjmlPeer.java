package dev.retort.bench.peer;

import dev.retort.bench.work.Rounds;
import java.util.Map;
import java.util.Random;
import org.ejml.EjmlVersion;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.ejml.dense.row.CommonOps_MT_FDRM;
import org.ejml.dense.row.RandomMatrices_FDRM;

/** EJML's float32 products, in this process: the fastest of its kind that is pure Java and does not use vectors by hand. */
public final class EjmlPeer implements Peer {
    private static final String PRODUCT = "gemm";
    private static final long SEED = 1;

    private final int threads;
    private Rounds rounds;

    public EjmlPeer(int threads) {
        this.threads = threads;
        EjmlConcurrency.setMaxThreads(threads);
    }

    @Override
    public String name() {
        return "ejml " + EjmlVersion.VERSION;
    }

    @Override
    public boolean prepare(String name, Map<String, Object> task) {
        rounds = null;
        if (!PRODUCT.equals(task.get("kind"))) {
            return false;
        }
        int batch = (Integer) task.get("batch");
        int m = (Integer) task.get("m");
        int n = (Integer) task.get("n");
        int k = (Integer) task.get("k");
        FMatrixRMaj a = random(m, k);
        FMatrixRMaj b = random(k, n);
        FMatrixRMaj c = new FMatrixRMaj(m, n);
        rounds = Rounds.warm(() -> {
            for (int i = 0; i < batch; i++) {
                multiply(a, b, c);
            }
        });
        return true;
    }

    private void multiply(FMatrixRMaj a, FMatrixRMaj b, FMatrixRMaj c) {
        if (threads == 1) {
            CommonOps_FDRM.mult(a, b, c);
        } else {
            CommonOps_MT_FDRM.mult(a, b, c);
        }
    }

    private static FMatrixRMaj random(int rows, int columns) {
        return RandomMatrices_FDRM.rectangle(rows, columns, -1, 1, new Random(SEED));
    }

    @Override
    public double seconds() {
        return rounds.seconds();
    }

    @Override
    public Long peakBytes() {
        return null;
    }

    @Override
    public void close() {
        rounds = null;
    }
}
