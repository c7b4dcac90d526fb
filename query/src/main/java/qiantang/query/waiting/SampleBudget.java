package qiantang.query.waiting;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bound on the samples that all answers under way hold together, because each is in memory until
 * its client has taken it. Blocks: virtual threads only.
 */
public final class SampleBudget {
  private final int samplesMax;
  private final Duration patience;
  private final Semaphore free;

  /**
   * A budget.
   *
   * @param samplesMax samples of all answers under way; one takes about 300 B while it is merged
   * @param patience how long a request waits for others to end
   */
  public SampleBudget(int samplesMax, Duration patience) {
    this.samplesMax = samplesMax;
    this.patience = patience;
    free = new Semaphore(samplesMax, true);
  }

  /** Room for so many samples, or empty if none came free in time. */
  public Optional<Permit> take(int samples) {
    // A request larger than the whole budget runs alone instead of never.
    int taken = Math.min(samples, samplesMax);
    return acquire(taken) ? Optional.of(new Permit(taken)) : Optional.empty();
  }

  private boolean acquire(int samples) {
    try {
      return free.tryAcquire(samples, patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Samples that no answer holds. */
  public int freeSamples() {
    return free.availablePermits();
  }

  /** Room that is held until it is closed. */
  public final class Permit implements AutoCloseable {
    private final AtomicInteger held;

    private Permit(int samples) {
      held = new AtomicInteger(samples);
    }

    /** Takes room for so many more; false if none came free in time. */
    public boolean grow(int samples) {
      int taken = Math.min(samples, samplesMax - held.get());
      boolean isTaken = acquire(taken);
      if (isTaken) {
        held.addAndGet(taken);
      }
      return isTaken;
    }

    /** Gives back what the answer turned out not to need. */
    public void shrinkTo(int samples) {
      int before = held.get();
      int after = Math.min(before, samples);
      if (held.compareAndSet(before, after)) {
        free.release(before - after);
      }
    }

    @Override
    public void close() {
      free.release(held.getAndSet(0));
    }
  }
}
