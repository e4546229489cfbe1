package dev.retort.serve.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.DeviceException;
import org.junit.jupiter.api.Test;

/** What callers are told of failures. */
class FailuresTest {
    @Test
    void whatIsMeantForPeopleIsToldAsItIs() {
        ServiceException known = new ServiceException(FailureKind.BUSY, "busy");
        assertThat(Failures.told(known)).isSameAs(known);
        ServiceException device = Failures.told(new DeviceException("The device is gone"));
        assertThat(device.kind()).isEqualTo(FailureKind.DEVICE);
        assertThat(device).hasMessage("The device is gone");
    }

    @Test
    void aDefectOfTheProgramIsNotToldToCallers() {
        ServiceException told = Failures.told(new IndexOutOfBoundsException("a secret"));
        assertThat(told.kind()).isEqualTo(FailureKind.INTERNAL);
        assertThat(told).hasMessage("The service failed at this request; its log tells more");
    }

    @Test
    void lackOfMemoryIsToldAsWhatItIs() {
        ServiceException told = Failures.told(new OutOfMemoryError("Java heap space"));
        assertThat(told.kind().status()).isEqualTo(503);
        assertThat(told).hasMessageContaining("RETORT_HEAP");
    }
}
