package qiantang.sim;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions. */
public final class Await {
  /** Far beyond what a busy machine needs: only a hanging test takes as long. */
  private static final Duration AT_MOST = Duration.ofMinutes(2);

  private static final long POLL_NANOS = 5_000_000;

  private Await() {}

  /** Comes back when the condition holds. */
  public static void until(String condition, BooleanSupplier holds) {
    long begin = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - begin > AT_MOST.toNanos()) {
        fail("after " + AT_MOST.toSeconds() + " s it does not hold that " + condition);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
