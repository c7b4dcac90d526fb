package qiantang.ingest;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.mqtt.SessionLoop;
import qiantang.store.journal.Ticker;

/**
 * How a node lets its sessions go: 4 s for all of them, half a second for what they leave behind,
 * whatever clients and store do. The thread that ends the node.
 */
final class Draining {
  /**
   * Over how long the sessions are told to go: 18,000 come to the other nodes at 6,000 a second.
   */
  private static final Duration SPREAD = Duration.ofSeconds(3);

  /** How long what is in flight is waited for: the last ones to be told have a second. */
  private static final Duration DRAIN = Duration.ofSeconds(4);

  // Presence records follow the last session, and clients read their last word; they get this even
  // after a slow drain. With the half second that the loops have to end, a node ends within 5 s:
  // the demo cuts it off after 6.
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  // A loop that is asked whether it has sessions answers in microseconds unless it is stuck.
  private static final long ASK_MILLIS_MAX = 100;

  private static final Logger logger = LoggerFactory.getLogger(Draining.class);

  private final Map<EventLoop, SessionLoop> loops;
  private final Ticker ticker;
  private final long endNanos;

  /** From now on its time runs. */
  Draining(Map<EventLoop, SessionLoop> loops, Ticker ticker) {
    this.loops = loops;
    this.ticker = ticker;
    endNanos = ticker.nanos() + DRAIN.toNanos();
  }

  /** Returns when all sessions have ended, or their time is up. */
  void run() {
    long sessions = sum(SessionLoop::openSessions);
    if (sessions > 0) {
      logger.info("{} sessions are told to go, and end when they are answered", sessions);
    }
    long turn = SessionLoop.DRAIN_TURN.toNanos();
    loops.forEach(
        (loop, own) -> {
          loop.execute(() -> own.drain(SPREAD));
          var _ = loop.scheduleAtFixedRate(own::drainOn, turn, turn, TimeUnit.NANOSECONDS);
        });
    await(endNanos, () -> sum(SessionLoop::openSessions) == 0);
    long left = sum(SessionLoop::openSessions);
    if (left > 0) {
      logger.warn("{} sessions end with messages that are not answered: they come again", left);
    }
  }

  /** Returns when clients have read their last word and {@code isStored}, or time is up. */
  void awaitLastWords(BooleanSupplier isStored) {
    await(
        Math.max(endNanos, ticker.nanos() + LAST_WORDS.toNanos()),
        () -> isStored.getAsBoolean() && sum(SessionLoop::openConnections) == 0);
  }

  /** Of all loops; 1 where one of them is too busy to say. */
  private long sum(ToLongFunction<SessionLoop> count) {
    long[] counts = new long[loops.size()];
    CountDownLatch asked = new CountDownLatch(counts.length);
    int i = 0;
    for (Map.Entry<EventLoop, SessionLoop> entry : loops.entrySet()) {
      int at = i++;
      entry
          .getKey()
          .execute(
              () -> {
                counts[at] = count.applyAsLong(entry.getValue());
                asked.countDown();
              });
    }
    try {
      if (!asked.await(ASK_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
        return 1;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    long sum = 0;
    for (long each : counts) {
      sum += each;
    }
    return sum;
  }

  private void await(long untilNanos, BooleanSupplier condition) {
    try {
      while (!condition.getAsBoolean() && ticker.nanos() < untilNanos) {
        Thread.sleep(10); // what is waited for lies on other threads, none of which would wake us
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
