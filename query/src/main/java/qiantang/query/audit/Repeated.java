package qiantang.query.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Act;
import qiantang.store.journal.Ticker;
import qiantang.store.model.EnterpriseId;

/**
 * Makes one line a minute of what is done over and over: a console asks every second. The first of
 * a minute is a line at once, the others are counted and become another one when the minute is
 * over, so a node that dies forgets how often, but never that. Any thread.
 */
final class Repeated {
  /** How long the same is counted together. */
  static final Duration TOGETHER = Duration.ofMinutes(1);

  private final Ticker ticker;
  private final int max;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock, the oldest first.
  private final Map<Key, Count> counts = new LinkedHashMap<>();

  /** What makes two acts the same: all but when and by which request. */
  private record Key(
      EnterpriseId subject,
      Act.Actor actor,
      String action,
      String object,
      @Nullable String grant,
      String outcome,
      String address) {}

  /**
   * What became of an act.
   *
   * @param isFirst whether this is to be a line now; else it was counted
   * @param stored ends when the first one's line is stored or is not, as whoever writes it says
   */
  record Counted(boolean isFirst, CompletableFuture<@Nullable Void> stored) {}

  private static final class Count {
    final long sinceNanos;
    final CompletableFuture<@Nullable Void> stored = new CompletableFuture<>();
    @Nullable Act newest;
    long more;

    Count(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }
  }

  /** Tells so many different acts apart, about 500 B each. */
  Repeated(Ticker ticker, int max) {
    this.ticker = ticker;
    this.max = max;
  }

  /** Whether this one is another than all that are told apart, and there is no room for it. */
  boolean isBeyond(Act act) {
    lock.lock();
    try {
      return counts.size() >= max && !counts.containsKey(key(act));
    } finally {
      lock.unlock();
    }
  }

  /** Counts an act; where there is no room each is a first one. */
  Counted count(Act act) {
    lock.lock();
    try {
      Count count = counts.get(key(act));
      if (count == null) {
        Count first = new Count(ticker.nanos());
        if (counts.size() <= max) {
          counts.put(key(act), first);
        }
        return new Counted(true, first.stored);
      }
      count.newest = act;
      count.more++;
      return new Counted(false, count.stored);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The first was not stored, and those that waited for it were not told: the next one is to be.
   */
  void forget(Act act) {
    lock.lock();
    try {
      counts.remove(key(act));
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was counted in minutes that are over.
   *
   * @param isAll whether those that run are over too: the program ends
   */
  List<Act> takeOver(boolean isAll) {
    List<Act> over = new ArrayList<>();
    lock.lock();
    try {
      long now = ticker.nanos();
      Iterator<Count> oldest = counts.values().iterator();
      while (oldest.hasNext()) {
        Count count = oldest.next();
        if (!isAll && now - count.sinceNanos < TOGETHER.toNanos()) {
          break;
        }
        oldest.remove();
        if (count.newest != null) {
          over.add(count.newest.times(count.more));
        }
      }
    } finally {
      lock.unlock();
    }
    return over;
  }

  private static Key key(Act act) {
    return new Key(
        act.subject(),
        act.actor(),
        act.action(),
        act.object(),
        act.grant(),
        act.outcome(),
        act.address());
  }
}
