package qiantang.store.fold;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.Column;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.ContentDigest;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.harness.Entries;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.StartId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;

/**
 * One enterprise: what arrived, sorted into blocks, and what the packer must make of it by the rule
 * of the order, worked out reading by reading. One thread.
 */
final class PackerWorld {
  static final EnterpriseId ENTERPRISE = new EnterpriseId("acme");

  /** A minute at midnight UTC, 2026-01-16. */
  static final long MIDNIGHT = Instant.parse("2026-01-16T00:00:00Z").getEpochSecond() / 60;

  private final ManualTime time = new ManualTime();
  private final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  private final MemoryRegistry registry = new MemoryRegistry();
  private final MemoryFolds tables = new MemoryFolds(Runnable::run);
  private final Map<ChunkKey, Chunk> chunks = new HashMap<>();
  private final List<Arrived> arrived = new ArrayList<>();
  private final FoldMeter meter = new FoldMeter();
  private LayoutHistory layouts;

  /** Which row of chunks a sample belongs to. */
  record Row(DeviceId device, long span, long arrival) implements Comparable<Row> {
    @Override
    public int compareTo(Row other) {
      return Comparator.comparing(Row::device)
          .thenComparingLong(Row::span)
          .thenComparingLong(Row::arrival)
          .compare(this, other);
    }
  }

  PackerWorld(Layout... stored) {
    Enterprise enterprise =
        new Enterprise(ENTERPRISE, "Acme", "", List.of(), Retention.YEARS_10, ManualTime.BEGIN);
    Stages.done(registry.createEnterprise(enterprise));
    for (Layout layout : stored) {
      Stages.done(tables.insertLayout(ENTERPRISE, layout));
    }
    layouts = new LayoutHistory(ENTERPRISE, Retention.YEARS_10, List.of(stored));
  }

  LayoutHistory layouts() {
    return layouts;
  }

  FoldMeter meter() {
    return meter;
  }

  MemoryFolds tables() {
    return tables;
  }

  ManualTime time() {
    return time;
  }

  /** A way to the tables whose chunks are noted. */
  WatchedFolds way() {
    return new WatchedFolds(tables, chunks);
  }

  Packer packer(FoldTables way) {
    return packer(way, GroupStep.SLICE_BYTES_MAX, Runnable::run);
  }

  Packer packer(FoldTables way, long sliceBytesMax, Executor executor) {
    return new Packer(
        journal,
        new Layouts(way, registry, time),
        new PackerEnvironment(
            way, new Beginnings(registry), time, meter, part -> new byte[0], executor),
        sliceBytesMax);
  }

  /** From now on readings are sorted by the layouts that are stored by now. */
  void readLayouts() {
    layouts =
        new LayoutHistory(
            ENTERPRISE, Retention.YEARS_10, Stages.done(tables.readLayouts(ENTERPRISE)));
  }

  /** There is a start whose lanes are at this minute. */
  void reach(long minute) {
    List<LanePosition> lanes = List.of(new LanePosition(minute, 0, 0));
    StartId id = Arrived.start(minute);
    Stages.done(journal.insertStart(new Start(id, "node", minute, 1, 0, false, lanes)));
  }

  /** Packs up to a limit with a packer that has no faults. */
  WatchedFolds pack(long limitMinute) {
    WatchedFolds way = way();
    Stages.done(packer(way).pack(ENTERPRISE, limitMinute));
    return way;
  }

  /** Something was taken in this minute, in the first lane of a start. */
  void whereabouts(StartId start, long minute) {
    Stages.done(journal.insertWhereabouts(new Whereabouts(ENTERPRISE, start, 0, minute, minute)));
  }

  /** These readings are taken and sorted; each lane-minute must come in one call. */
  void arrive(List<Arrived> readings) {
    for (Arrived one : readings) {
      Stages.done(
          journal.insertWhereabouts(
              new Whereabouts(ENTERPRISE, one.start(), one.lane(), one.minute(), one.minute())));
    }
    arriveByOldWhereabouts(readings);
  }

  /** These are taken so soon after others that their lane's whereabouts are not written again. */
  void arriveByOldWhereabouts(List<Arrived> readings) {
    arrived.addAll(readings);
    Map<List<Object>, List<Arrived>> byMinute = new HashMap<>();
    for (Arrived one : readings) {
      byMinute
          .computeIfAbsent(List.of(one.minute(), one.start(), one.lane()), k -> new ArrayList<>())
          .add(one);
    }
    byMinute.values().forEach(this::sort);
  }

  void arrive(Arrived... readings) {
    arrive(List.of(readings));
  }

  private void sort(List<Arrived> laneMinute) {
    laneMinute.sort(Arrived.ARRIVAL);
    Arrived last = laneMinute.getLast();
    Map<Integer, SortedMap<DeviceId, List<Arrived>>> groups = new TreeMap<>();
    for (Arrived one : laneMinute) {
      groups
          .computeIfAbsent(layouts.at(one.minute()).groupOf(one.device()), group -> new TreeMap<>())
          .computeIfAbsent(one.device(), device -> new ArrayList<>())
          .add(one);
    }
    groups.forEach(
        (group, devices) -> {
          List<BlockCodec.Member> members = new ArrayList<>();
          devices.forEach(
              (device, theirs) -> members.add(new BlockCodec.Member(device, columns(theirs))));
          BlockPartition partition =
              new BlockPartition(ENTERPRISE, group, Math.floorDiv(last.minute(), 60));
          for (byte[] bytes : BlockCodec.encode(members)) {
            BlockKey key =
                new BlockKey(
                    partition,
                    last.minute(),
                    last.start(),
                    last.lane(),
                    last.sequence(),
                    ContentDigest.of(bytes));
            Stages.done(tables.insertBlocks(List.of(new Block(key, bytes))));
          }
        });
  }

  /** By identity, the last in order of arrival. */
  private static DeviceColumns columns(List<Arrived> inArrivalOrder) {
    SortedMap<Long, Map<String, Arrived>> winners = new TreeMap<>();
    for (Arrived one : inArrivalOrder) {
      for (MetricValue value : one.values()) {
        winners
            .computeIfAbsent(one.eventTimeMicros(), micros -> new HashMap<>())
            .put(value.metric(), one);
      }
    }
    ColumnsBuilder builder = new ColumnsBuilder();
    winners.forEach(
        (micros, byMetric) ->
            byMetric.values().stream()
                .distinct()
                .sorted(Arrived.ARRIVAL)
                .forEach(
                    one -> {
                      for (MetricValue value : one.values()) {
                        if (one.equals(byMetric.get(value.metric()))) {
                          builder.add(
                              micros,
                              one.arrivalMicros(),
                              true,
                              false,
                              value.metric(),
                              value.value());
                        }
                      }
                    }));
    return builder.build();
  }

  /** What each row must hold after packing up to this limit. */
  SortedMap<Row, List<String>> expectedRows(long limitMinute) {
    Map<Row, List<Arrived>> rows = new TreeMap<>();
    for (Arrived one : inArrivalOrder()) {
      long span = layouts.spanOf(one.eventTimeMicros());
      long arrival = layouts.arrivalSpan(one.minute(), span);
      if (isPacked(arrival, limitMinute)) {
        rows.computeIfAbsent(new Row(one.device(), span, arrival), key -> new ArrayList<>())
            .add(one);
      }
    }
    SortedMap<Row, List<String>> expected = new TreeMap<>();
    rows.forEach((row, theirs) -> expected.put(row, texts(columns(theirs))));
    return expected;
  }

  private List<Arrived> inArrivalOrder() {
    return arrived.stream().sorted(Arrived.ARRIVAL).toList();
  }

  private boolean isPacked(long arrivalSpan, long limitMinute) {
    return layouts.spanEnd(arrivalSpan) + LayoutHistory.LATE_MINUTES <= limitMinute;
  }

  /** What the rows that were stored hold; a sample that is there twice is listed twice. */
  SortedMap<Row, List<String>> packedRows() {
    SortedMap<Row, List<String>> rows = new TreeMap<>();
    chunks.forEach(
        (key, chunk) -> {
          if (!key.partition().equals(layouts.chunkPartition(key.device(), key.span()))) {
            throw new AssertionError("in a partition where nobody looks: " + key);
          }
          rows.computeIfAbsent(
                  new Row(key.device(), key.span(), key.arrival()), row -> new ArrayList<>())
              .addAll(texts(decoded(chunk.bytes())));
        });
    rows.values().forEach(texts -> texts.sort(Comparator.naturalOrder()));
    return rows;
  }

  Map<ChunkKey, Chunk> chunks() {
    return chunks;
  }

  /** The newest values each device must have by this layout, with its last arrival span. */
  SortedMap<String, List<String>> expectedStates(Layout layout, long limitMinute) {
    SortedMap<DeviceId, SortedMap<String, Arrived>> newest = new TreeMap<>();
    Map<DeviceId, Long> arrivals = new HashMap<>();
    for (Arrived one : inArrivalOrder()) {
      long arrival = layouts.arrivalSpan(one.minute(), layouts.spanOf(one.eventTimeMicros()));
      if (!isPacked(arrival, limitMinute) || !layouts.at(arrival).equals(layout)) {
        continue;
      }
      arrivals.merge(one.device(), arrival, Math::max);
      for (MetricValue value : one.values()) {
        newest
            .computeIfAbsent(one.device(), device -> new TreeMap<>())
            .merge(
                value.metric(),
                one,
                (old, now) -> now.eventTimeMicros() >= old.eventTimeMicros() ? now : old);
      }
    }
    SortedMap<String, List<String>> expected = new TreeMap<>();
    newest.forEach(
        (device, byMetric) -> {
          List<String> texts = new ArrayList<>();
          byMetric.forEach(
              (metric, one) ->
                  one.values().stream()
                      .filter(value -> value.metric().equals(metric))
                      .forEach(
                          value ->
                              texts.add(
                                  text(one.eventTimeMicros(), one.arrivalMicros() / 1000, value))));
          texts.sort(Comparator.naturalOrder());
          expected.put(device + " as of " + arrivals.get(device), texts);
        });
    return expected;
  }

  /** The states that are stored by this layout. */
  SortedMap<String, List<String>> storedStates(Layout layout) {
    SortedMap<String, List<String>> stored = new TreeMap<>();
    for (int group = 0; group < layout.groupCount(); group++) {
      StatePartition partition = new StatePartition(ENTERPRISE, layout.fromDay(), group);
      for (State state : Stages.done(tables.readStates(partition, (@Nullable DeviceId) null))) {
        if (layout.groupOf(state.device()) != group) {
          throw new AssertionError("in a partition where nobody looks: " + state);
        }
        stored.put(state.device() + " as of " + state.arrival(), texts(decoded(state.bytes())));
      }
    }
    return stored;
  }

  static DeviceColumns decoded(byte[] bytes) {
    return ((ChunkCodec.Decoded.Columns) ChunkCodec.decode(bytes)).columns();
  }

  /** What the columns say, sorted. */
  static List<String> texts(DeviceColumns columns) {
    List<String> texts = new ArrayList<>();
    for (Column column : columns.columns()) {
      for (int i = 0; i < column.count(); i++) {
        int row = column.row(i);
        texts.add(
            text(
                columns.eventTimeMicros(row),
                columns.arrivalMillis(row),
                new MetricValue(column.metric(), column.value(i))));
      }
    }
    texts.sort(Comparator.naturalOrder());
    return texts;
  }

  private static String text(long eventTimeMicros, long arrivalMillis, MetricValue value) {
    return "%d %d %s=%s"
        .formatted(eventTimeMicros, arrivalMillis, value.metric(), Entries.text(value.value()));
  }
}
