package dev.retort.serve.detect;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes that requests may hold at once, bodies and decoded images: what keeps many of them from taking the heap. */
public final class MemoryBudget {
    private static final double MEGABYTE = 1e6;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    /** @param most bytes of all requests together */
    public MemoryBudget(long most) {
        this.most = most;
    }

    /** Bytes that are taken now. */
    public long taken() {
        return taken.get();
    }

    /** The share of one request, with nothing in it; closing it gives all back. */
    public Share open() {
        return new Share();
    }

    /** What one request holds. For one thread at a time. */
    public final class Share implements AutoCloseable {
        private long mine;

        private Share() {}

        /**
         * Takes more.
         *
         * @param what the request's part that needs it, for messages
         * @throws ServiceException if the request alone would exceed the budget, or if others hold too much of it now
         */
        public void take(long bytes, String what) {
            if (mine + bytes > most) {
                throw new ServiceException(
                        FailureKind.TOO_LARGE,
                        String.format(
                                Locale.ROOT,
                                "%s needs about %.0f MB, more than the %.0f MB that all requests may hold. Make it smaller, or give the"
                                        + " service more heap (RETORT_HEAP=...)",
                                what,
                                Math.ceil((mine + bytes) / MEGABYTE),
                                most / MEGABYTE));
            }
            if (taken.addAndGet(bytes) > most) {
                taken.addAndGet(-bytes);
                throw new ServiceException(
                        FailureKind.BUSY, "The service has no memory for more requests at once. Try again later");
            }
            mine += bytes;
        }

        @Override
        public void close() {
            taken.addAndGet(-mine);
            mine = 0;
        }
    }
}
