package qiantang.query.waiting;

import java.util.concurrent.TimeUnit;

/**
 * A bound on the samples that all answers under way hold together, because each is in memory until
 * its client has taken it. A tenth is kept for small answers: however slowly large ones are taken,
 * they hold up nobody who asks for little. Any thread.
 */
public final class SampleBudget {
  /** As much as a small answer has at the most. */
  public static final int SMALL_SAMPLES = 10_000;

  private static final int KEPT_SHARE = 10;

  private final int samplesMax;
  private int free; // guarded by this

  /**
   * A budget.
   *
   * @param samplesMax samples of all answers under way; one takes about 300 B while it is merged
   */
  public SampleBudget(int samplesMax) {
    this.samplesMax = samplesMax;
    free = samplesMax;
  }

  /**
   * Room for so many samples.
   *
   * @throws NoRoom if others hold it; not waited for
   */
  public Permit take(int samples) {
    Permit permit = new Permit();
    permit.grow(samples);
    return permit;
  }

  /** Samples that no answer holds. */
  public synchronized int freeSamples() {
    return free;
  }

  private synchronized void giveBack(int samples) {
    free += samples;
    notifyAll();
  }

  /** Waits until so many are free, but no longer; whether they are. */
  synchronized boolean await(int samples, long nanos) {
    long deadlineNanos = System.nanoTime() + nanos;
    try {
      while (free < samples) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
      }
      return nanos > 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Room that is held until it is closed. */
  public final class Permit implements AutoCloseable {
    private int held; // guarded by the budget

    private Permit() {}

    /**
     * Takes room for so many more.
     *
     * @throws NoRoom if others hold it; not waited for
     */
    public void grow(int samples) {
      synchronized (SampleBudget.this) {
        int kept = held + samples > SMALL_SAMPLES ? samplesMax / KEPT_SHARE : 0;
        // A request larger than all there is runs alone instead of never.
        int taken = Math.clamp((long) samplesMax - kept - held, 0, samples);
        if (free < taken + kept) {
          throw new NoRoom(SampleBudget.this, taken + kept);
        }
        free -= taken;
        held += taken;
      }
    }

    /** Gives back what the answer turned out not to need. */
    public void shrinkTo(int samples) {
      synchronized (SampleBudget.this) {
        int more = Math.max(0, held - samples);
        held -= more;
        giveBack(more);
      }
    }

    @Override
    public void close() {
      shrinkTo(0);
    }
  }
}
