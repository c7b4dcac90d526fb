package qiantang.query.waiting;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A bound on the samples that all answers under way hold together, because each is in memory until
 * its client has taken it. A tenth is kept for small answers: however slowly large ones are taken,
 * they hold up nobody who asks for little. Of the rest one reader has half, beside others of its
 * own: however slowly it takes large answers, there is room for those of somebody else. Any thread.
 */
public final class SampleBudget {
  /** As much as a small answer has at the most. */
  public static final int SMALL_SAMPLES = 10_000;

  private static final int KEPT_SHARE = 10;
  private static final int READER_SHARE = 2;

  private final int samplesMax;

  // Both guarded by this. Of each reader what its large answers hold.
  private final Map<String, Integer> largeOf = new HashMap<>();
  private int free;

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
   * @param reader whose answer it is: a token
   * @throws NoRoom if others hold it, or other answers of this reader its share; not waited for
   */
  public Permit take(String reader, int samples) {
    Permit permit = new Permit(reader);
    permit.grow(samples);
    return permit;
  }

  /** Samples that no answer holds. */
  public synchronized int freeSamples() {
    return free;
  }

  /** Waits until there is room for this, but no longer; whether there is. */
  synchronized boolean await(NoRoom lacking, long nanos) {
    long deadlineNanos = System.nanoTime() + nanos;
    try {
      while (free < lacking.samplesFree() || largeOf(lacking.reader()) > lacking.readerLargeMax()) {
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

  // Guarded by this.
  private int largeOf(String reader) {
    return largeOf.getOrDefault(reader, 0);
  }

  /** Room that is held until it is closed. */
  public final class Permit implements AutoCloseable {
    private final String reader;
    private int held; // guarded by the budget

    private Permit(String reader) {
      this.reader = reader;
    }

    /**
     * Takes room for so many more.
     *
     * @throws NoRoom if others hold it, or other answers of this reader its share; not waited for
     */
    public void grow(int samples) {
      synchronized (SampleBudget.this) {
        boolean isLarge = held + samples > SMALL_SAMPLES;
        int kept = isLarge ? samplesMax / KEPT_SHARE : 0;
        // A request larger than all there is runs alone instead of never.
        int taken = Math.clamp((long) samplesMax - kept - held, 0, samples);
        // So does one that is larger than its reader's share, beside no large one of its own.
        int share = (samplesMax - kept) / READER_SHARE;
        int largeMax = isLarge ? Math.max(large(), share - taken) : samplesMax;
        if (free < taken + kept || largeOf(reader) > largeMax) {
          throw new NoRoom(SampleBudget.this, taken + kept, reader, largeMax);
        }
        hold(held + taken);
      }
    }

    /** Gives back what the answer turned out not to need. */
    public void shrinkTo(int samples) {
      synchronized (SampleBudget.this) {
        hold(Math.min(held, samples));
        SampleBudget.this.notifyAll();
      }
    }

    @Override
    public void close() {
      shrinkTo(0);
    }

    // Guarded by the budget, as what follows.
    private void hold(int samples) {
      int before = large();
      free += held - samples;
      held = samples;
      int now = largeOf(reader) + large() - before;
      if (now == 0) {
        largeOf.remove(reader);
      } else {
        largeOf.put(reader, now);
      }
    }

    private int large() {
      return held > SMALL_SAMPLES ? held : 0;
    }
  }
}
