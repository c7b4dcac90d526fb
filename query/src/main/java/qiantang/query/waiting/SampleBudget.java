package qiantang.query.waiting;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A bound on the samples that all answers under way hold together, because each is in memory until
 * its client has taken it. A tenth is kept for small answers: however slowly large ones are taken,
 * they hold up nobody who asks for little. Of the rest an account has half; an answer may go
 * beyond, beside others of its account that hold a quarter at most. Of small answers an account has
 * half of all. So an enterprise that takes its answers slowly leaves room for those of others. Any
 * thread.
 */
public final class SampleBudget {
  /** As much as a small answer has at the most. */
  public static final int SMALL_SAMPLES = 10_000;

  private static final int KEPT_SHARE = 10;
  private static final int ACCOUNT_SHARE = 2;

  private final int samplesMax;

  // All guarded by this. What all answers of an account hold, and its small ones.
  private final Map<String, Integer> heldBy = new HashMap<>();
  private final Map<String, Integer> smallOf = new HashMap<>();
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
   * @param account whose share they are of
   * @throws NoRoom if others hold it, or other answers of this account its share; not waited for
   */
  public Permit take(String account, int samples) {
    Permit permit = new Permit(account);
    permit.grow(samples);
    return permit;
  }

  /** Samples that no answer holds. */
  public synchronized int freeSamples() {
    return free;
  }

  /** Room that is held until it is closed. */
  public final class Permit implements AutoCloseable {
    private final String account;
    private int held; // guarded by the budget

    private Permit(String account) {
      this.account = account;
    }

    /**
     * Takes room for so many more.
     *
     * @throws NoRoom if others hold it, or other answers of this account its share; not waited for
     */
    public void grow(int samples) {
      synchronized (SampleBudget.this) {
        long wanted = (long) held + samples;
        // A request larger than all there is runs alone instead of never.
        int whole = (int) Math.min(wanted, samplesMax - kept(wanted));
        if (!fits(whole)) {
          throw new NoRoom(this, whole);
        }
        hold(Math.max(held, whole));
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

    /** Waits until it could hold so many, but no longer; whether it could. */
    boolean await(int samples, long nanos) {
      long deadlineNanos = System.nanoTime() + nanos;
      synchronized (SampleBudget.this) {
        try {
          while (!fits(samples)) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
              return false;
            }
            TimeUnit.NANOSECONDS.timedWait(SampleBudget.this, leftNanos);
          }
          return nanos > 0;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
    }

    // What follows is guarded by the budget.
    private boolean fits(int samples) {
      int kept = kept(samples);
      int share = (samplesMax - kept) / ACCOUNT_SHARE;
      int others =
          kept == 0
              ? smallOf.getOrDefault(account, 0) - small()
              : heldBy.getOrDefault(account, 0) - held;
      return free >= samples - held + kept && others <= Math.max(share - samples, share / 2);
    }

    private int small() {
      return held <= SMALL_SAMPLES ? held : 0;
    }

    private int kept(long samples) {
      return samples > SMALL_SAMPLES ? samplesMax / KEPT_SHARE : 0;
    }

    private void hold(int samples) {
      int more = samples - held;
      int smallBefore = small();
      held = samples;
      free -= more;
      add(heldBy, more);
      add(smallOf, small() - smallBefore);
    }

    private void add(Map<String, Integer> sums, int more) {
      if (sums.merge(account, more, Integer::sum) == 0) {
        sums.remove(account);
      }
    }
  }
}
