package qiantang.store.fold;

import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Packing;
import qiantang.store.model.EnterpriseId;

/**
 * Sees to it that blocks of an enterprise that no packer has taken for a day do not expire, and
 * that it is known what may have expired all the same. One thread at a time.
 */
final class BlockKeeping {
  private static final int HOUR_MINUTES = 60;

  // A pass comes every ten seconds where packing fails; so it looks once an hour.
  private static final int LOOK_MINUTES = 60;

  // Each holds a group's hour in the database's adapter.
  private static final int PARTITIONS_AT_ONCE = 2;

  private static final Logger logger = LoggerFactory.getLogger(BlockKeeping.class);

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final EnterpriseId enterprise;
  private final ActiveMinutes active;
  private final Packing packing;

  private record Part(BlockPartition partition, long fromMinute, long toMinute) {}

  /**
   * For one pass.
   *
   * @param packing as it was before the pass
   */
  BlockKeeping(
      PackerEnvironment environment, LayoutHistory layouts, ActiveMinutes active, Packing packing) {
    this.environment = environment;
    this.layouts = layouts;
    enterprise = layouts.enterprise();
    this.active = active;
    this.packing = packing;
  }

  /**
   * Says in which of these minutes blocks may have expired, before a packer goes past them. Nothing
   * brings them back, so it does go past.
   */
  CompletionStage<Void> tellGaps(long fromMinute, long toMinute) {
    SortedMap<Long, Long> gaps = gaps(fromMinute, toMinute);
    gaps.entrySet()
        .removeIf(gap -> packing.gaps().getOrDefault(gap.getKey(), 0L) >= gap.getValue());
    Iterator<Map.Entry<Long, Long>> untold = gaps.entrySet().iterator();
    return Turns.each(
        environment.executor(), () -> untold.hasNext() ? tellGap(untold.next()) : null);
  }

  private CompletionStage<Void> tellGap(Map.Entry<Long, Long> gap) {
    long from = gap.getKey();
    long to = gap.getValue();
    logger.error(
        "blocks of {} of the minutes from {} to {} may have expired before they were packed",
        enterprise,
        from,
        to);
    environment.meter().lostMinutes(to - from);
    return environment.tables().writeGap(enterprise, from, to);
  }

  private SortedMap<Long, Long> gaps(long fromMinute, long toMinute) {
    long now = Lag.minute(environment.clock());
    long to = Math.min(toMinute, Lag.blocksAtRiskBefore(now));
    Long kept = packing.keptMinute();
    long from = fromMinute;
    if (kept != null && Lag.isKept(fromMinute, kept, now)) {
      from = Math.max(fromMinute, kept);
    }
    SortedMap<Long, Long> gaps = new TreeMap<>();
    for (long first = active.atOrAfter(from); first < to; first = active.atOrAfter(first)) {
      long end = Math.min(active.endOf(first), to);
      gaps.put(first, end);
      first = end;
    }
    return gaps;
  }

  /**
   * Writes again what is at risk. Complete when it is known to be stored.
   *
   * @param packedMinute up to which minute the enterprise is packed now
   */
  CompletionStage<Void> keep(long packedMinute) {
    long now = Lag.minute(environment.clock());
    long first = packedMinute - LayoutHistory.EARLY_MINUTES;
    long to = Lag.keepBefore(now);
    Long kept = packing.keptMinute();
    long alive = Math.max(first, Lag.blocksGoneBefore(now));
    long from = kept == null ? alive : Math.max(alive, kept);
    if (to - from < LOOK_MINUTES || active.atOrAfter(first) >= to) {
      return Turns.NOTHING;
    }
    Iterator<Part> parts = parts(from, to);
    AtomicInteger blocks = new AtomicInteger();
    return tellGaps(first, to)
        .thenComposeAsync(
            nothing ->
                Turns.each(
                    PARTITIONS_AT_ONCE,
                    environment.executor(),
                    () -> parts.hasNext() ? keep(parts.next(), blocks) : null),
            environment.executor())
        .thenComposeAsync(
            nothing -> {
              if (blocks.get() > 0) {
                logger.error(
                    "enterprise {} is packed up to minute {} only: {} blocks were written again, to"
                        + " be kept for {} days more",
                    enterprise,
                    packedMinute,
                    blocks.get(),
                    FoldTables.BLOCKS_KEPT_AGAIN.toDays());
              }
              // Also where it was silent: that the others are kept is known for a time only.
              return environment.tables().writeKeptMinute(enterprise, to);
            },
            environment.executor());
  }

  private CompletionStage<Void> keep(Part part, AtomicInteger blocks) {
    return environment
        .tables()
        .keepBlocks(part.partition, part.fromMinute, part.toMinute)
        .thenAccept(
            count -> {
              blocks.addAndGet(count);
              environment.meter().keptBlocks(count);
            });
  }

  /** All groups of all hours, one after another. */
  private Iterator<Part> parts(long fromMinute, long toMinute) {
    long lastHour = Math.floorDiv(toMinute - 1, HOUR_MINUTES);
    return LongStream.rangeClosed(Math.floorDiv(fromMinute, HOUR_MINUTES), lastHour)
        .filter(hour -> active.atOrAfter(hour * HOUR_MINUTES) < (hour + 1) * HOUR_MINUTES)
        .boxed()
        .flatMap(
            hour -> {
              long from = Math.max(fromMinute, hour * HOUR_MINUTES);
              long to = Math.min(toMinute, (hour + 1) * HOUR_MINUTES);
              int groups = layouts.at(from).groupCount();
              return IntStream.range(FoldTables.RECORDS_GROUP, groups)
                  .mapToObj(
                      group -> new Part(new BlockPartition(enterprise, group, hour), from, to));
            })
        .iterator();
  }
}
