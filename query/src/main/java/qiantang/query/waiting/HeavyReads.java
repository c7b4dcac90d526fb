package qiantang.query.waiting;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * So many heavy reads of one token under way, so that no token takes all there is; and so many of
 * all tokens at work, so that they neither crowd the database, which devices wait for too, nor wait
 * for each other until all of them are too late. Tokens take turns: who asks one question waits for
 * one of each of the others, however many these ask. Any thread, but those that wait are virtual.
 */
public final class HeavyReads {
  private final int perTokenMax;
  private final int atWorkMax;
  private final Duration patience;
  private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

  // Both guarded by this. Of each token those that wait, in order; the tokens in order of turns.
  private final LinkedHashMap<String, ArrayDeque<CountDownLatch>> waiting = new LinkedHashMap<>();
  private int atWork;

  /**
   * Lets so many through.
   *
   * @param perTokenMax of one token, from the question to the end of the answer
   * @param atWorkMax of all tokens: until it is known what to answer, and whenever more is read
   *     while it is sent
   * @param patience how long one waits for a place at work, and for room with it
   */
  public HeavyReads(int perTokenMax, int atWorkMax, Duration patience) {
    this.perTokenMax = perTokenMax;
    this.atWorkMax = atWorkMax;
    this.patience = patience;
  }

  /** How many of one token are let through. */
  public int perTokenMax() {
    return perTokenMax;
  }

  /** Leave for one more, to be given back by running it; empty if there are enough already. */
  public Optional<Runnable> enter(String tokenId) {
    int now = underWay.merge(tokenId, 1, Integer::sum);
    if (now > perTokenMax) {
      leave(tokenId);
      return Optional.empty();
    }
    return Optional.of(() -> leave(tokenId));
  }

  private void leave(String tokenId) {
    underWay.computeIfPresent(tokenId, (id, count) -> count == 1 ? null : count - 1);
  }

  /**
   * Reads when there is a place at work. Who finds no room for samples then gives the place to
   * others while it waits, for who has room may be waiting for a place. Blocks.
   *
   * @param reader whose turns they are: a token
   * @throws Overloaded if no place or no room came free in time
   */
  public <T> T inTurn(String reader, Supplier<T> read) {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (true) {
      Runnable place =
          begin(reader, deadlineNanos)
              .orElseThrow(() -> new Overloaded("as many heavy reads are at work as may be"));
      NoRoom lacking;
      try {
        return read.get();
      } catch (NoRoom e) {
        lacking = e;
      } finally {
        place.run();
      }
      if (!lacking.await(deadlineNanos - System.nanoTime())) {
        throw lacking;
      }
    }
  }

  /**
   * A place at work, to be given back by running it; empty if none came free in time. Blocks.
   *
   * @param reader whose turns they are: a token
   */
  Optional<Runnable> begin(String reader) {
    return begin(reader, System.nanoTime() + patience.toNanos());
  }

  private Optional<Runnable> begin(String reader, long deadlineNanos) {
    CountDownLatch turn = new CountDownLatch(1);
    synchronized (this) {
      if (atWork < atWorkMax) {
        atWork++;
        return Optional.of(place());
      }
      waiting.computeIfAbsent(reader, id -> new ArrayDeque<>()).add(turn);
    }
    boolean hasCome = false;
    try {
      hasCome = turn.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return hasCome || !withdraw(reader, turn) ? Optional.of(place()) : Optional.empty();
  }

  /** How many wait for a place at work. */
  public synchronized int waiting() {
    return waiting.values().stream().mapToInt(ArrayDeque::size).sum();
  }

  private Runnable place() {
    AtomicBoolean isHeld = new AtomicBoolean(true);
    return () -> {
      if (isHeld.compareAndSet(true, false)) {
        handOn();
      }
    };
  }

  /** Whether it still waited; else its turn has come just now. */
  private synchronized boolean withdraw(String reader, CountDownLatch turn) {
    ArrayDeque<CountDownLatch> own = waiting.get(reader);
    boolean hasWaited = own != null && own.remove(turn);
    if (own != null && own.isEmpty()) {
      waiting.remove(reader);
    }
    return hasWaited;
  }

  private synchronized void handOn() {
    Map.@Nullable Entry<String, ArrayDeque<CountDownLatch>> first = waiting.pollFirstEntry();
    if (first == null) {
      atWork--;
      return;
    }
    first.getValue().remove().countDown();
    if (!first.getValue().isEmpty()) {
      waiting.putLast(first.getKey(), first.getValue());
    }
  }
}
