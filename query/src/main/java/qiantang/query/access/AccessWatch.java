package qiantang.query.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.journal.Ticker;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Registry;

/**
 * Hears that access has changed: what this node remembers of it is forgotten. What is remembered
 * may be used only while words are heard; so what was taken away is used for no longer than {@link
 * #HEARD_MAX}, on every node, whatever becomes of the node or the store. One poll at a time.
 */
public final class AccessWatch {
  /** A read of a few rows. With the bound below it leaves two seconds half unused. */
  public static final Duration PERIOD = Duration.ofMillis(400);

  /** For so long after a poll began what is remembered may be used; then the store is asked. */
  static final Duration HEARD_MAX = Duration.ofMillis(1200);

  /**
   * How far behind a poll a word may yet appear: its time is the database's before it was written,
   * a write takes 5 s at most, and clocks differ by less than 5 s among the database's nodes and to
   * ours.
   */
  static final Duration OVERLAP = Duration.ofSeconds(20);

  /** Who heard nothing for so long may have missed a word: all is forgotten. */
  static final Duration SILENCE_MAX = Duration.ofSeconds(10);

  private static final Logger logger = LoggerFactory.getLogger(AccessWatch.class);

  private final Registry registry;
  private final StoreWait store;
  private final InstantSource clock;
  private final Ticker ticker;
  private final List<Consumer<@Nullable AccessChange>> listeners = new CopyOnWriteArrayList<>();

  // Touched by one poll at a time: what was heard, as long as it can be read again.
  private final Map<Long, Instant> heard = new HashMap<>();
  private boolean isFailing;

  private volatile @Nullable Long heardNanos;

  /** A watch over the changes of a registry. */
  public AccessWatch(Registry registry, StoreWait store, InstantSource clock, Ticker ticker) {
    this.registry = registry;
    this.store = store;
    this.clock = clock;
    this.ticker = ticker;
  }

  /** Tells each change to this one from now on; null says that any may have been missed. */
  public void tell(Consumer<@Nullable AccessChange> listener) {
    listeners.add(listener);
  }

  /** Whether all words of a second or so ago are known: what is remembered may be used. */
  public boolean hasHeard() {
    Long begun = heardNanos;
    return begun != null && ticker.nanos() - begun < HEARD_MAX.toNanos();
  }

  /** Blocks. Hears what there is to hear. */
  public void poll() {
    long begunNanos = ticker.nanos();
    Instant now = clock.instant();
    try {
      List<AccessChange> changes =
          store.await(registry.changes(now.minus(OVERLAP), now.plus(OVERLAP)));
      Long before = heardNanos;
      if (before == null || begunNanos - before > SILENCE_MAX.toNanos()) {
        listeners.forEach(listener -> listener.accept(null));
        changes.forEach(change -> heard.put(change.id(), change.at()));
      }
      changes.forEach(this::hear);
      heard.values().removeIf(at -> at.isBefore(now.minus(OVERLAP.multipliedBy(2))));
      heardNanos = begunNanos;
      isFailing = false;
    } catch (StoreUnavailable e) {
      if (!isFailing) {
        logger.warn("cannot hear of changed access, asking for everything: {}", e.getMessage());
      }
      isFailing = true;
    }
  }

  private void hear(AccessChange change) {
    if (heard.putIfAbsent(change.id(), change.at()) == null) {
      listeners.forEach(listener -> listener.accept(change));
    }
  }
}
