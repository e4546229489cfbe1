package dev.retort.acceptance.check;

/**
 * When a part is ended.
 *
 * @param seconds after its start
 * @param outcome of a part that is ended
 * @param words what is said of it then
 */
public record TimeLimit(int seconds, Status outcome, String words) {
    /** A limit that no part reaches on a device that works. */
    public static TimeLimit of(int seconds) {
        return new TimeLimit(
                seconds, Status.TIMED_OUT, "ended after its limit of " + seconds + " s; --limit gives it more");
    }

    /** What the whole check's time leaves to a part; the device is not to blame if that is short. */
    static TimeLimit ofLease(int seconds) {
        return new TimeLimit(
                seconds, Status.CUT_OFF, "ended after " + seconds + " s, its share of --minutes; what it had is here");
    }
}
