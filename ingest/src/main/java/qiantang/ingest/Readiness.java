package qiantang.ingest;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.Journal;

/**
 * Whether a node can take messages and acknowledge them now, by what it knows without asking: who
 * looks gets an answer at once, also while nothing else answers. Any thread.
 */
final class Readiness {
  /**
   * A healthy write takes milliseconds, and under full load less than half a second at p99.9: what
   * has had no answer for this long is an outage.
   */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /** From here on event times and minutes cannot be judged any more. */
  static final Duration SKEW_MAX = Duration.ofSeconds(5);

  private static final String REMEDY = ": see whether Cassandra runs and is not overloaded";

  private final Supplier<@Nullable Journal> journal;
  private final StoreWatch store;
  private final BooleanSupplier isEnding;

  /**
   * One thing that was looked at.
   *
   * @param detail what is wrong and what to do, empty where nothing is
   */
  record Check(String name, boolean isUp, String detail) {
    private static Check of(String name, @Nullable String fault) {
      return new Check(name, fault == null, fault == null ? "" : fault);
    }
  }

  /** Judges by the journal that is open, null for none, by the watch, and by whether all ends. */
  Readiness(Supplier<@Nullable Journal> journal, StoreWatch store, BooleanSupplier isEnding) {
    this.journal = journal;
    this.store = store;
    this.isEnding = isEnding;
  }

  /** All checks, in order of their importance. */
  List<Check> run() {
    if (isEnding.getAsBoolean()) {
      return List.of(Check.of("drain", "this node ends and takes nobody in: use another one"));
    }
    @Nullable Journal open = journal.get();
    return List.of(
        Check.of("journal", journalFault(open)),
        Check.of("heartbeat", open == null ? null : heartbeatFault(open)),
        Check.of("clock", open == null ? null : clockFault(open)),
        storeCheck(store));
  }

  /** Whether the store answers. */
  static Check storeCheck(StoreWatch store) {
    return Check.of("store", storeFault(store));
  }

  private static @Nullable String journalFault(@Nullable Journal open) {
    if (open == null) {
      return "no journal is open: the store has not taken this node's first heartbeat yet" + REMEDY;
    }
    Duration oldest = open.oldestWrite();
    return isTooLong(oldest)
        ? "a write has been under way for " + seconds(oldest) + " s" + REMEDY
        : null;
  }

  private static @Nullable String heartbeatFault(Journal open) {
    Duration silence = open.heartbeatSilence();
    if (isTooLong(silence)) {
      return "no heartbeat has been stored for " + seconds(silence) + " s" + REMEDY;
    }
    return open.isFresh() ? null : "the last heartbeat is too old to acknowledge anything" + REMEDY;
  }

  private static @Nullable String clockFault(Journal open) {
    Duration skew = open.clockSkew();
    if (skew.abs().compareTo(SKEW_MAX) < 0) {
      return null;
    }
    String side = skew.isNegative() ? " s behind" : " s ahead of";
    return "this node's clock is "
        + seconds(skew.abs())
        + side
        + " the database's: let NTP set both";
  }

  private static @Nullable String storeFault(StoreWatch store) {
    Duration silence = store.silence();
    if (store.hasFailed()) {
      return "the store cannot be reached, or refused what was asked" + REMEDY;
    }
    return isTooLong(silence)
        ? "the store has not answered for " + seconds(silence) + " s" + REMEDY
        : null;
  }

  private static boolean isTooLong(Duration silence) {
    return silence.compareTo(PATIENCE) >= 0;
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1000.0);
  }
}
