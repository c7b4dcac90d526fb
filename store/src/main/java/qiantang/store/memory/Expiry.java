package qiantang.store.memory;

import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** When rows expire, by the database's clock. Any thread. */
final class Expiry {
  /** Rows stay for ever. */
  static final Expiry NEVER = new Expiry(null);

  private final @Nullable InstantSource clock;

  /** A row and when it expires. */
  record Expiring<T>(T value, long atMillis) {}

  private Expiry(@Nullable InstantSource clock) {
    this.clock = clock;
  }

  static Expiry by(InstantSource clock) {
    return new Expiry(clock);
  }

  <T> Expiring<T> after(Duration kept, T value) {
    return new Expiring<>(value, clock == null ? Long.MAX_VALUE : clock.millis() + kept.toMillis());
  }

  /** A row that stays for ever all the same. */
  static <T> Expiring<T> never(T value) {
    return new Expiring<>(value, Long.MAX_VALUE);
  }

  boolean isOver(Expiring<?> row) {
    return isOver(row.atMillis);
  }

  boolean isOver(long atMillis) {
    return clock != null && atMillis <= clock.millis();
  }

  /** Whether the row expires within this time. */
  boolean isWithin(Duration time, Expiring<?> row) {
    return clock != null && row.atMillis <= clock.millis() + time.toMillis();
  }
}
