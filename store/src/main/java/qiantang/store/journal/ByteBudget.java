package qiantang.store.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bound on the bytes of messages that are taken but not yet answered: one per node, below it one
 * per enterprise, below that one per session. Taking from a session takes from all three. Any
 * thread.
 */
public final class ByteBudget {
  private record Waiter(Executor executor, Runnable task) {}

  private final @Nullable ByteBudget parent;
  private final long limitBytes;
  private final AtomicLong takenBytes = new AtomicLong();

  // Made when somebody first waits: most sessions never do.
  private volatile @Nullable Queue<Waiter> waiters;

  /** The budget of a node. */
  public ByteBudget(long limitBytes) {
    this(null, limitBytes);
  }

  private ByteBudget(@Nullable ByteBudget parent, long limitBytes) {
    if (limitBytes <= 0) {
      throw new IllegalArgumentException("cannot use a budget of " + limitBytes + " bytes");
    }
    this.parent = parent;
    this.limitBytes = limitBytes;
  }

  /** A budget inside this one. */
  public ByteBudget child(long childLimitBytes) {
    return new ByteBudget(this, childLimitBytes);
  }

  /** Bytes taken and not given back. */
  public long takenBytes() {
    return takenBytes.get();
  }

  /** What it is bounded by. */
  public long limitBytes() {
    return limitBytes;
  }

  /**
   * Takes the bytes here and in all budgets around, or nowhere. A message larger than the whole
   * budget fits when nothing else is taken, so that no limit can block a message for ever.
   */
  public boolean tryTake(long bytes) {
    long before = takenBytes.getAndAdd(bytes);
    if (before + bytes > limitBytes && before > 0) {
      // For a moment it looked fuller than it was: who gave back meanwhile woke nobody.
      giveHere(bytes);
      return false;
    }
    if (parent != null && !parent.tryTake(bytes)) {
      giveHere(bytes);
      return false;
    }
    return true;
  }

  /** Gives back what was taken, here and around, and wakes who waited. */
  public void give(long bytes) {
    for (ByteBudget budget = this; budget != null; budget = budget.parent) {
      budget.giveHere(bytes);
    }
  }

  /**
   * Runs the task once, when so many bytes may fit after others were given back here or around. The
   * caller then tries again and may wait again.
   */
  public void whenGiven(long bytes, Executor executor, Runnable task) {
    ByteBudget full = this;
    for (ByteBudget budget = this; budget != null; budget = budget.parent) {
      // The outermost full one frees last; waiting at an inner one would wake too early, for
      // nothing.
      if (!budget.fits(bytes)) {
        full = budget;
      }
    }
    full.waiters().add(new Waiter(executor, task));
    if (full.fits(bytes)) {
      full.wake(); // given back between the look and the add
    }
  }

  private void giveHere(long bytes) {
    long left = takenBytes.addAndGet(-bytes);
    if (left < 0) {
      throw new AssertionError("BUG: more given back to a byte budget than was taken");
    }
    Queue<Waiter> waiting = waiters;
    if (waiting != null && !waiting.isEmpty() && !isTight()) {
      wake();
    }
  }

  // Waking at 3/4 and not at the first free byte spares a thousand sessions a thousand vain tries.
  private boolean isTight() {
    return takenBytes.get() > limitBytes - limitBytes / 4;
  }

  private boolean fits(long bytes) {
    long taken = takenBytes.get();
    return taken == 0 || taken + bytes <= limitBytes;
  }

  private Queue<Waiter> waiters() {
    Queue<Waiter> known = waiters;
    if (known == null) {
      synchronized (this) {
        known = waiters;
        if (known == null) {
          known = new ConcurrentLinkedQueue<>();
          waiters = known;
        }
      }
    }
    return known;
  }

  private void wake() {
    Queue<Waiter> waiting = waiters();
    // Only who waits now: one that tries in vain waits again, for the next bytes given back.
    List<Waiter> woken = new ArrayList<>();
    for (Waiter waiter = waiting.poll(); waiter != null; waiter = waiting.poll()) {
      woken.add(waiter);
    }
    for (Waiter waiter : woken) {
      try {
        waiter.executor.execute(waiter.task);
      } catch (RejectedExecutionException e) {
        // Its loop has ended and its sessions with it; the others still wait.
      }
    }
  }
}
