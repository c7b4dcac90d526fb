package qiantang.store.fold;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.model.DeviceId;

/**
 * One group of one step: reads its blocks, writes its chunks and states. What does not fit in
 * memory is read again, slice by slice; how it is cut depends on the blocks alone, so that a rerun
 * makes the same rows. One thread at a time.
 */
final class GroupStep {
  /**
   * Decoded readings held at once. A quarter hour of 64 usual devices takes 1 MiB, of a 1 kHz
   * sensor 22 MiB.
   */
  static final long SLICE_BYTES_MAX = 32L * 1024 * 1024;

  /** Minutes of arrival read at once: a quarter hour with what comes early and late is 22. */
  private static final int READ_MINUTES_MAX = 30;

  private static final int HOUR_MINUTES = 60;

  private static final Logger logger = LoggerFactory.getLogger(GroupStep.class);

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final Masks masks;
  private final long span;
  private final int group;
  private final long sliceBytesMax;
  private final ArrayDeque<Slice> slices = new ArrayDeque<>(List.of(Slice.WHOLE));
  private final ChunkWrites chunks;
  private final StateWrites states;
  private final HealthStep health;
  // Of all slices: of two states of one arrival the database chooses one, and not by time.
  private final SortedMap<DeviceId, DeviceColumns> newest = new TreeMap<>();
  private boolean hasBlocks;

  /**
   * Blocks of some minutes of arrival.
   *
   * @param isRegrouped whether they lie by another layout, with other groups' devices among them
   */
  private record Source(
      BlockPartition partition, long fromMinute, long toMinute, boolean isRegrouped) {}

  /**
   * A group's step.
   *
   * @param masks what is left out, of blocks and of old states; what came before a device began
   *     anew of its state alone, for all devices together it counts
   * @param span the arrival span that is packed; its day's layout says what the group is
   * @param load told what is packed
   */
  GroupStep(
      PackerEnvironment environment,
      LayoutHistory layouts,
      Masks masks,
      long span,
      int group,
      Load load,
      long sliceBytesMax) {
    this.environment = environment;
    this.layouts = layouts;
    this.masks = masks;
    this.span = span;
    this.group = group;
    this.sliceBytesMax = sliceBytesMax;
    chunks = new ChunkWrites(environment, layouts, masks, span, load);
    states = new StateWrites(environment, layouts, masks, span, group, load);
    health = new HealthStep(environment, layouts, masks, span, group);
  }

  /** Complete when all rows are known to be stored. */
  CompletionStage<Void> run() {
    return Turns.each(environment.executor(), () -> slices.isEmpty() ? null : pack(slices.remove()))
        .thenComposeAsync(nothing -> states.write(newest), environment.executor())
        .thenComposeAsync(nothing -> health.write(), environment.executor());
  }

  /** Whether anything arrived in or around the span. */
  boolean hasBlocks() {
    return hasBlocks;
  }

  /** Whether anything was packed. */
  boolean hasRows() {
    return chunks.hasRows();
  }

  private CompletionStage<Void> pack(Slice slice) {
    Arrivals arrivals = new Arrivals(layouts, span, slice, masks.ofDeletions());
    Iterator<Source> sources = sources().iterator();
    return Turns.each(
            environment.executor(),
            () ->
                isTooLarge(arrivals) || !sources.hasNext()
                    ? null
                    : read(sources.next(), slice, arrivals))
        .thenComposeAsync(
            nothing -> sources.hasNext() || isTooLarge(arrivals) ? cut(arrivals) : write(arrivals),
            environment.executor());
  }

  private boolean isTooLarge(Arrivals arrivals) {
    return arrivals.weightBytes() > sliceBytesMax && !arrivals.smaller().isEmpty();
  }

  private CompletionStage<Void> cut(Arrivals arrivals) {
    health.cut();
    // In front and in order: parts of a chunk are counted in order of event time.
    arrivals.smaller().reversed().forEach(slices::addFirst);
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> write(Arrivals arrivals) {
    return chunks.write(arrivals).thenAccept(found -> found.forEach(this::keepNewest));
  }

  private void keepNewest(DeviceId device, DeviceColumns found) {
    newest.merge(device, found, (earlier, now) -> Newest.ofAll(List.of(earlier, now)));
  }

  /** Where the readings of this step may lie, in order of arrival. */
  private List<Source> sources() {
    List<Source> sources = new ArrayList<>();
    long to = layouts.spanEnd(span) + LayoutHistory.LATE_MINUTES;
    for (long from = span - LayoutHistory.EARLY_MINUTES; from < to; ) {
      long hour = Math.floorDiv(from, HOUR_MINUTES);
      long end = Math.min(Math.min(to, (hour + 1) * HOUR_MINUTES), from + READ_MINUTES_MAX);
      Layout layout = layouts.at(from);
      Layout own = layouts.at(span);
      for (int source : Regrouping.groupsIn(layout, own, group)) {
        BlockPartition partition = new BlockPartition(layouts.enterprise(), source, hour);
        sources.add(new Source(partition, from, end, layout.fromDay() != own.fromDay()));
      }
      from = end;
    }
    return sources;
  }

  private CompletionStage<Void> read(Source source, Slice slice, Arrivals arrivals) {
    return environment
        .tables()
        .readBlocks(source.partition, source.fromMinute, source.toMinute)
        .thenAcceptAsync(
            found -> {
              hasBlocks |= !found.isEmpty();
              Iterator<Block> blocks = found.iterator();
              while (blocks.hasNext() && !isTooLarge(arrivals)) {
                add(blocks.next(), source.isRegrouped, slice, arrivals);
              }
            },
            environment.executor());
  }

  private void add(Block block, boolean isRegrouped, Slice slice, Arrivals arrivals) {
    BlockCodec.Decoded decoded =
        slice.equals(Slice.WHOLE) && !isRegrouped
            ? BlockCodec.decode(block.bytes())
            : BlockCodec.decode(
                block.bytes(), device -> slice.holds(device) && (!isRegrouped || isOurs(device)));
    switch (decoded) {
      case BlockCodec.Decoded.Members(List<BlockCodec.Member> members) -> {
        for (BlockCodec.Member member : members) {
          arrivals.add(block.key().minute(), member.device(), member.columns());
          health.add(block.key(), member.device(), member.columns());
        }
      }
      case BlockCodec.Decoded.Damaged(String reason) -> setAside(block.key(), reason, slice);
    }
  }

  private boolean isOurs(DeviceId device) {
    return layouts.at(span).groupOf(device) == group;
  }

  /** A block lies in the way of up to three steps, in each of several slices; it counts once. */
  private void setAside(BlockKey key, String reason, Slice slice) {
    if (slice.equals(Slice.WHOLE) && layouts.spanStart(key.minute()) == span) {
      environment.meter().damagedBlock();
      logger.error("cannot pack block {}, it is left out: {}", key, reason);
    }
  }
}
