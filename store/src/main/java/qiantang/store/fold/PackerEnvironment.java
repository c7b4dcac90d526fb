package qiantang.store.fold;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Function;
import qiantang.store.codec.DeviceColumns;

/**
 * What a packer works with.
 *
 * @param beginnings read each time
 * @param summaries makes the summary of a part of a chunk
 * @param executor decodes and encodes; the database's own threads must not
 */
record PackerEnvironment(
    FoldTables tables,
    Beginnings beginnings,
    InstantSource clock,
    FoldMeter meter,
    Function<DeviceColumns, byte[]> summaries,
    Executor executor) {
  /** How many bytes go with one write: enough to hide the round trip, little to hold. */
  static final int WRITE_BYTES_MAX = 256 * 1024;

  private static final Duration KEPT_MIN = Duration.ofHours(1);

  // No event time lies more than minutes ahead; so a wrong clock of ours asks for no absurd time.
  private static final Duration AHEAD_MAX = Duration.ofDays(1);

  /** For how long a row of this event span is to be kept from now on. */
  Duration timeToLive(LayoutHistory layouts, long span) {
    Duration kept = layouts.retention().duration();
    Instant expires = Instant.ofEpochSecond(layouts.spanEnd(span) * 60).plus(kept);
    Duration left = Duration.between(clock.instant(), expires);
    Duration most = kept.plus(AHEAD_MAX);
    return left.compareTo(KEPT_MIN) < 0 ? KEPT_MIN : left.compareTo(most) > 0 ? most : left;
  }
}
