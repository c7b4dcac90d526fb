package qiantang.store.fold;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;

/** What one deletion takes from disk. One thread at a time, but while rows are read. */
final class Erasure {
  /** Rows of chunks looked at at once: with columns, which few of them need, 16 MiB. */
  private static final int ROWS_AT_ONCE = 256;

  private static final int EVENTS_AT_ONCE = 500;
  private static final int PARTITIONS_AT_ONCE = 4;

  // Of one device a day is a read or two; of all of an enterprise's, hundreds.
  private static final int DAYS_OF_DEVICE = 32;

  private static final int MARGIN_MINUTES = Layout.DAY_MINUTES;

  private final FoldTables tables;
  private final LayoutHistory history;
  private final Mask mask;
  private final Masks masks;
  private final @Nullable Long erasedMinute;
  private final FoldMeter meter;
  private final Executor executor;
  private final AtomicLong rows = new AtomicLong();

  /**
   * An erasure.
   *
   * @param mask the deletion's
   * @param masks all of the enterprise: a row goes where they hide all of it together
   * @param erasedMinute up to where an earlier run came; null for none
   */
  Erasure(
      FoldTables tables,
      LayoutHistory history,
      Mask mask,
      Masks masks,
      @Nullable Long erasedMinute,
      FoldMeter meter,
      Executor executor) {
    this.tables = tables;
    this.history = history;
    this.mask = mask;
    this.masks = masks;
    this.erasedMinute = erasedMinute;
    this.meter = meter;
    this.executor = executor;
  }

  /** How many rows of chunks and states were erased. */
  long rows() {
    return rows.get();
  }

  private void count(int erased) {
    rows.addAndGet(erased);
    meter.erasedRows(erased);
  }

  /** Erases chunks day by day, and says after some days how far it came. */
  CompletionStage<Void> chunks(long nowMinute, LongFunction<CompletionStage<Void>> came) {
    long oldest = nowMinute - history.retention().duration().toMinutes() - MARGIN_MINUTES;
    long first = erasedMinute == null ? oldest : Math.max(oldest, erasedMinute);
    long end = Math.floorDiv(mask.endMicros(), 60_000_000L) + 1;
    int days = mask.device() == null ? 1 : DAYS_OF_DEVICE;
    Iterator<Long> steps =
        LongStream.iterate(
                Math.floorDiv(first, Layout.DAY_MINUTES),
                day -> day * Layout.DAY_MINUTES < end,
                day -> day + days)
            .iterator();
    return Turns.each(
        executor,
        () -> {
          if (!steps.hasNext()) {
            return null;
          }
          long day = steps.next();
          return chunks(day, days)
              .thenCompose(nothing -> came.apply((day + days) * Layout.DAY_MINUTES));
        });
  }

  private CompletionStage<Void> chunks(long firstDay, int days) {
    Iterator<ChunkPartition> partitions =
        LongStream.range(firstDay, firstDay + days)
            .boxed()
            .flatMap(day -> partitions(day).stream())
            .iterator();
    return Turns.each(
        PARTITIONS_AT_ONCE,
        executor,
        () -> partitions.hasNext() ? chunks(partitions.next()) : null);
  }

  private List<ChunkPartition> partitions(long day) {
    return groups(history.at(day * Layout.DAY_MINUTES)).stream()
        .flatMap(group -> history.chunkPartitions(day, group).stream())
        .toList();
  }

  private List<Integer> groups(Layout layout) {
    return mask.device() == null
        ? IntStream.range(0, layout.groupCount()).boxed().toList()
        : List.of(layout.groupOf(mask.device()));
  }

  private CompletionStage<Void> chunks(ChunkPartition partition) {
    ChunkPages pages = new ChunkPages(partition);
    return Turns.each(executor, pages::next);
  }

  /** One walk through a partition. */
  private final class ChunkPages {
    private final ChunkPartition partition;
    private @Nullable ChunkKey behind;
    private boolean isOver;

    ChunkPages(ChunkPartition partition) {
      this.partition = partition;
    }

    @Nullable CompletionStage<?> next() {
      if (isOver) {
        return null;
      }
      return tables
          .readRows(partition, mask.device(), behind, ROWS_AT_ONCE)
          .thenComposeAsync(this::take, executor);
    }

    private CompletionStage<Void> take(List<Summarized> page) {
      isOver = page.size() < ROWS_AT_ONCE;
      List<ChunkKey> hidden = new ArrayList<>();
      Map<DeviceId, List<ChunkKey>> unclear = new HashMap<>();
      for (Summarized row : page) {
        behind = row.key();
        if (SummaryCodec.decode(row.summary(), Set.of())
            instanceof SummaryCodec.Decoded.Found(var all)) {
          DeviceId device = row.key().device();
          if (masks.hidesAll(device, all.lastMicros(), all.newestArrivalMillis())) {
            hidden.add(row.key());
          }
        } else if (masks.touches(row.key().device(), LayoutHistory.micros(row.key().span()))) {
          unclear.computeIfAbsent(row.key().device(), id -> new ArrayList<>()).add(row.key());
        }
      }
      Iterator<Map.Entry<DeviceId, List<ChunkKey>>> devices = unclear.entrySet().iterator();
      return Turns.each(executor, () -> devices.hasNext() ? lookInto(devices.next(), hidden) : null)
          .thenComposeAsync(nothing -> erase(hidden), executor);
    }

    /** Short rows have no summary: their columns tell. */
    private CompletionStage<Void> lookInto(
        Map.Entry<DeviceId, List<ChunkKey>> device, List<ChunkKey> hidden) {
      Set<ChunkKey> keys = new HashSet<>(device.getValue());
      long first = device.getValue().getFirst().span();
      long last = device.getValue().getLast().span();
      return tables
          .readChunks(partition, device.getKey(), first, last + 1)
          .thenAcceptAsync(
              chunks -> {
                for (Chunk chunk : chunks) {
                  if (keys.contains(chunk.key()) && isHidden(device.getKey(), chunk.bytes())) {
                    hidden.add(chunk.key());
                  }
                }
              },
              executor);
    }

    private CompletionStage<Void> erase(List<ChunkKey> hidden) {
      return hidden.isEmpty()
          ? Turns.NOTHING
          : tables
              .eraseRollups(rollups(hidden))
              .thenComposeAsync(nothing -> tables.eraseChunks(partition, hidden), executor)
              .thenRun(() -> count(hidden.size()));
    }

    /** Those that know these rows, of devices and of the group; without them chunks are asked. */
    private List<Rollup> rollups(List<ChunkKey> hidden) {
      Set<Rollup> rollups = new LinkedHashSet<>();
      for (ChunkKey key : hidden) {
        long end = history.spanEnd(key.span());
        for (long begin = Rollups.begin(key.span()); begin < end; begin += Rollups.PERIOD_MINUTES) {
          RollupPartition in = Rollups.partition(history, partition.group(), begin);
          rollups.add(Rollup.at(in, key.device(), begin));
          rollups.add(Rollup.at(in, null, begin));
        }
      }
      return List.copyOf(rollups);
    }
  }

  /** Of what cannot be decoded nothing is known: it stays until it expires. */
  private boolean isHidden(DeviceId device, byte[] bytes) {
    return ChunkCodec.decode(bytes) instanceof ChunkCodec.Decoded.Columns(var columns)
        && masks.visible(device, columns).rows() == 0;
  }

  /** Erases states of which nothing is left to be shown. */
  CompletionStage<Void> states() {
    List<StatePartition> partitions = new ArrayList<>();
    for (Layout layout : history.layouts()) {
      for (int group : groups(layout)) {
        partitions.add(new StatePartition(history.enterprise(), layout.fromDay(), group));
      }
    }
    Iterator<StatePartition> all = partitions.iterator();
    return Turns.each(
        PARTITIONS_AT_ONCE, executor, () -> all.hasNext() ? states(all.next()) : null);
  }

  private CompletionStage<Void> states(StatePartition partition) {
    return tables
        .readStates(partition, mask.device())
        .thenComposeAsync(
            states -> {
              List<State> hidden =
                  states.stream().filter(state -> isHidden(state.device(), state.bytes())).toList();
              return hidden.isEmpty()
                  ? Turns.NOTHING
                  : tables.eraseStates(hidden).thenRun(() -> count(hidden.size()));
            },
            executor);
  }

  /** Erases events: the device's own list, and of the enterprise's those that concern it. */
  CompletionStage<Void> records() {
    Set<DeviceId> named = new HashSet<>();
    CompletionStage<Void> rejections = Turns.NOTHING;
    for (long month : months()) {
      EventPages pages = new EventPages(month, named);
      rejections =
          rejections.thenComposeAsync(nothing -> Turns.each(executor, pages::next), executor);
    }
    if (mask.device() != null) {
      return rejections.thenComposeAsync(nothing -> lists(Set.of(mask.device())), executor);
    }
    // Whoever has a list was born, connected, or is named by a rejection; the latter go last.
    return rejections
        .thenComposeAsync(nothing -> lists(named), executor)
        .thenComposeAsync(nothing -> listsOfRegistered(), executor)
        .thenComposeAsync(nothing -> list(null), executor);
  }

  private List<Long> months() {
    long endMicros = mask.recordsEndMicros();
    long firstMicros =
        mask.madeMillis() * 1000
            - RecordTables.EVENTS_KEPT.plus(Duration.ofDays(31)).toNanos() / 1000;
    return LongStream.rangeClosed(
            EventPartition.monthOf(firstMicros), EventPartition.monthOf(endMicros - 1))
        .boxed()
        .toList();
  }

  private String endId() {
    return EventId.first(mask.recordsEndMicros());
  }

  private CompletionStage<Void> listsOfRegistered() {
    Iterator<Integer> buckets = IntStream.range(0, RegisterPartition.BUCKETS).iterator();
    return Turns.each(
        executor,
        () ->
            buckets.hasNext()
                ? tables
                    .readRegisters(new RegisterPartition(mask.enterprise(), buckets.next()))
                    .thenComposeAsync(
                        rows ->
                            lists(
                                new HashSet<>(
                                    rows.stream().map(RecordTables.RegisterRow::device).toList())),
                        executor)
                : null);
  }

  private CompletionStage<Void> lists(Set<DeviceId> devices) {
    Iterator<DeviceId> all = devices.iterator();
    return Turns.each(PARTITIONS_AT_ONCE, executor, () -> all.hasNext() ? list(all.next()) : null);
  }

  private CompletionStage<Void> list(@Nullable DeviceId device) {
    Iterator<Long> months = months().iterator();
    return Turns.each(
        executor,
        () ->
            months.hasNext()
                ? tables.eraseEvents(
                    new EventPartition(mask.enterprise(), device, months.next()), endId())
                : null);
  }

  /** One walk through a month of the enterprise's rejections. */
  private final class EventPages {
    private final EventPartition partition;
    private final Set<DeviceId> named;
    private String toId = endId();
    private boolean isOver;

    EventPages(long month, Set<DeviceId> named) {
      partition = new EventPartition(mask.enterprise(), null, month);
      this.named = named;
    }

    @Nullable CompletionStage<?> next() {
      return isOver
          ? null
          : tables
              .readEvents(partition, EventId.first(0), toId, EVENTS_AT_ONCE)
              .thenComposeAsync(this::take, executor);
    }

    private CompletionStage<Void> take(List<Event> page) {
      isOver = page.size() < EVENTS_AT_ONCE;
      List<Event> hidden = new ArrayList<>();
      for (Event event : page) {
        toId = event.id();
        Optional<Entry> entry = EntryCodec.decode(event.bytes());
        if (entry.isPresent() && entry.get() instanceof Entry.Rejection rejection) {
          name(rejection);
          DeviceId owner = Masks.owner(rejection);
          if (owner != null && owner.equals(mask.device())) {
            hidden.add(event);
          }
        }
      }
      return hidden.isEmpty() ? Turns.NOTHING : tables.eraseEvents(hidden);
    }

    private void name(Entry.Rejection rejection) {
      if (rejection.publisher() != null) {
        named.add(rejection.publisher());
      }
      if (rejection.device() != null) {
        named.add(rejection.device());
      }
    }
  }
}
