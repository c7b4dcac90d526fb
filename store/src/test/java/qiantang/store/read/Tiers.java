package qiantang.store.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.ContentDigest;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.Versions;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;
import qiantang.store.registry.Retention;

/**
 * One enterprise's records, in the journal and folded by hand as far as a test wants; and what a
 * simple model, which knows no tiers, says that answers must be.
 */
final class Tiers {
  static final long MINUTE_MICROS = 60_000_000L;
  private static final Duration LONG = Duration.ofDays(1);
  private static final int LANES = 2;

  final ManualTime time = new ManualTime();
  final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  final MemoryFolds folds = new MemoryFolds(Runnable::run);
  final EnterpriseId enterprise = new EnterpriseId("acme");

  private final LayoutHistory history;
  private final List<Said> said = new ArrayList<>();
  private final Map<Lane, List<FrameKey>> frames = new HashMap<>();
  private final Map<StartId, Long> beats = new HashMap<>();
  private final Map<StateKey, SortedMap<String, Said>> states = new HashMap<>();

  /** A lane of a start with this number. */
  record Lane(int startNumber, int lane) {
    StartId start() {
      return new StartId(new UUID(0, startNumber));
    }
  }

  private record StateKey(long layoutDay, DeviceId device) {}

  /** One value as it was sent; the later in order wins. */
  private record Said(FrameKey frame, int order, Entry.Readings message, Reading reading, int index)
      implements Comparable<Said> {
    private static final Comparator<Said> ARRIVAL =
        Comparator.comparing(Said::frame).thenComparingInt(Said::order);

    @Override
    public int compareTo(Said other) {
      return ARRIVAL.compare(this, other);
    }

    MetricValue value() {
      return reading.values().get(index);
    }

    long minute() {
      return frame.partition().minute();
    }

    Sample sample() {
      long arrivalMicros = Math.floorDiv(message.arrivalMicros(), 1000L) * 1000;
      return new Sample(reading.eventTimeMicros(), arrivalMicros, value().value());
    }
  }

  /** An enterprise with these layouts, kept for 30 days. */
  Tiers(Layout... layouts) {
    for (Layout layout : layouts) {
      Stages.done(folds.insertLayout(enterprise, layout));
    }
    history = new LayoutHistory(enterprise, Retention.DAYS_30, List.of(layouts));
  }

  LayoutHistory history() {
    return history;
  }

  Reader reader() {
    return Readers.over(journal, folds, time, 1 << 20);
  }

  /** One message of a device that speaks for itself; arrives 20 ms and some microseconds later. */
  static Entry.Readings message(String device, long eventTimeMicros, MetricValue... values) {
    DeviceId id = new DeviceId(device);
    return new Entry.Readings(
        id,
        eventTimeMicros + 20_123,
        List.of(new Reading(id, eventTimeMicros, true, false, List.of(values))));
  }

  static MetricValue value(String metric, long value) {
    return new MetricValue(metric, new Value.Int(value));
  }

  /** Stores a frame of these messages, the lane's next one. */
  void frame(Lane lane, long minute, Entry.Readings... messages) {
    List<FrameKey> before = frames.computeIfAbsent(lane, key -> new ArrayList<>());
    FrameKey key =
        new FrameKey(new LaneMinute(lane.start(), lane.lane(), minute), before.size() + 1);
    before.add(key);
    FrameCodec.Builder frame = new FrameCodec.Builder(256);
    frame.add(enterprise, Counts.NONE, Arrays.stream(messages).map(EntryCodec::encode).toList());
    // Another's samples of the same names, right beside them.
    frame.add(
        new EnterpriseId("rival"),
        Counts.NONE,
        List.of(EntryCodec.encode(message("d0", minute * MINUTE_MICROS, value("m0", -1)))));
    put(key, frame.build());
    int order = 0;
    for (Entry.Readings message : messages) {
      for (Reading reading : message.readings()) {
        for (int i = 0; i < reading.values().size(); i++) {
          said.add(new Said(key, order++, message, reading, i));
        }
      }
    }
  }

  /** Stores a frame that nobody can decode, the lane's next one. */
  void damagedFrame(Lane lane, long minute) {
    oddFrame(lane, minute, new byte[] {1, 2, 3});
  }

  /** Stores an empty frame of a newer version, the lane's next one. */
  void newerFrame(Lane lane, long minute) {
    oddFrame(lane, minute, Versions.of(3, new FrameCodec.Builder(8).build()));
  }

  private void oddFrame(Lane lane, long minute, byte[] bytes) {
    List<FrameKey> before = frames.computeIfAbsent(lane, key -> new ArrayList<>());
    FrameKey key =
        new FrameKey(new LaneMinute(lane.start(), lane.lane(), minute), before.size() + 1);
    before.add(key);
    put(key, bytes);
  }

  private void put(FrameKey key, byte[] bytes) {
    long minute = key.partition().minute();
    for (EnterpriseId owner : List.of(enterprise, new EnterpriseId("rival"))) {
      Stages.done(
          journal.insertWhereabouts(
              new Whereabouts(
                  owner, key.partition().start(), key.partition().lane(), minute, minute)));
    }
    Stages.done(journal.insertFrame(key, bytes));
    beat(key.partition().start(), minute);
  }

  /** Writes a heartbeat by which the start's lanes are at this minute. */
  void beat(StartId start, long minute) {
    long beat = beats.merge(start, 1L, Long::sum);
    List<LanePosition> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      Lane lane = new Lane((int) start.id().getLeastSignificantBits(), i);
      long stored = frames.getOrDefault(lane, List.of()).size();
      lanes.add(new LanePosition(minute, stored, LanePosition.UNKNOWN));
    }
    Start row = new Start(start, "node", 0, beat, 0, false, lanes);
    if (beat == 1) {
      Stages.done(journal.insertStart(row));
    } else {
      Stages.done(journal.beat(row));
    }
  }

  /** Writes the blocks of a lane's minutes; not its cursor. */
  void sort(Lane lane, long fromMinute, long toMinute) {
    for (FrameKey frame : frames.getOrDefault(lane, List.of())) {
      long minute = frame.partition().minute();
      if (minute >= fromMinute && minute < toMinute) {
        // Of every second minute a piece that ends at each frame, as of runs that saw fewer.
        if (minute % 2 == 0 || isLastOfMinute(lane, frame)) {
          writeBlocks(frame);
        }
      }
    }
  }

  private boolean isLastOfMinute(Lane lane, FrameKey frame) {
    return frames.getOrDefault(lane, List.of()).stream()
        .noneMatch(
            other ->
                other.partition().equals(frame.partition()) && other.sequence() > frame.sequence());
  }

  private void writeBlocks(FrameKey last) {
    long minute = last.partition().minute();
    Layout layout = history.at(minute);
    Map<Integer, SortedMap<DeviceId, List<Said>>> byGroup = new TreeMap<>();
    for (Said one : said) {
      if (one.frame.partition().equals(last.partition())
          && one.frame.sequence() <= last.sequence()) {
        DeviceId device = one.reading.device();
        byGroup
            .computeIfAbsent(layout.groupOf(device), group -> new TreeMap<>())
            .computeIfAbsent(device, id -> new ArrayList<>())
            .add(one);
      }
    }
    byGroup.forEach(
        (group, devices) -> {
          List<BlockCodec.Member> members = new ArrayList<>();
          devices.forEach((id, all) -> members.add(new BlockCodec.Member(id, columns(all))));
          BlockPartition partition =
              new BlockPartition(enterprise, group, Math.floorDiv(minute, 60));
          for (byte[] bytes : BlockCodec.encode(members)) {
            BlockKey key =
                new BlockKey(
                    partition,
                    minute,
                    last.partition().start(),
                    last.partition().lane(),
                    last.sequence(),
                    ContentDigest.of(bytes));
            Stages.done(folds.insertBlocks(List.of(new Block(key, bytes))));
          }
        });
  }

  /** Of one identity the last; then in order of event time, those of one in order of arrival. */
  private static DeviceColumns columns(List<Said> all) {
    Map<String, Said> last = new HashMap<>();
    for (Said one : all) {
      last.merge(
          one.value().metric() + " " + one.reading.eventTimeMicros(),
          one,
          (a, b) -> a.compareTo(b) > 0 ? a : b);
    }
    ColumnsBuilder builder = new ColumnsBuilder();
    last.values().stream()
        .sorted(
            Comparator.<Said>comparingLong(one -> one.reading.eventTimeMicros())
                .thenComparing(one -> one))
        .forEach(
            one ->
                builder.add(
                    one.reading.eventTimeMicros(),
                    one.message.arrivalMicros(),
                    true,
                    false,
                    one.value().metric(),
                    one.value().value()));
    return builder.build();
  }

  /** Says that a lane is sorted up to this minute. */
  void writeCursor(Lane lane, long minute, long damagedFrames) {
    Stages.done(
        folds.writeLaneCursor(new LaneCursor(lane.start(), lane.lane(), minute, 0, damagedFrames)));
  }

  /** Sorts a lane from its beginning and says so. */
  void sorted(Lane lane, long toMinute) {
    sort(lane, 0, toMinute);
    writeCursor(lane, toMinute, 0);
  }

  /** Writes the chunks and states of one step; not the packed minute. */
  void pack(long arrivalSpan) {
    Map<ChunkPlace, List<Said>> rows = new HashMap<>();
    for (Said one : said) {
      long span = history.spanOf(one.reading.eventTimeMicros());
      if (history.arrivalSpan(one.minute(), span) == arrivalSpan) {
        rows.computeIfAbsent(new ChunkPlace(one.reading.device(), span), place -> new ArrayList<>())
            .add(one);
      }
    }
    rows.forEach((place, all) -> writeChunk(place, arrivalSpan, columns(all)));
    Map<DeviceId, List<Said>> byDevice = new HashMap<>();
    rows.forEach(
        (place, all) ->
            byDevice.computeIfAbsent(place.device, id -> new ArrayList<>()).addAll(all));
    byDevice.forEach((device, all) -> writeState(device, arrivalSpan, all));
  }

  private record ChunkPlace(DeviceId device, long span) {}

  private void writeChunk(ChunkPlace place, long arrivalSpan, DeviceColumns columns) {
    List<Chunk> parts = new ArrayList<>();
    for (ChunkCodec.Part part : ChunkCodec.encode(columns)) {
      parts.add(
          new Chunk(
              new ChunkKey(
                  history.chunkPartition(place.device, place.span),
                  place.device,
                  place.span,
                  arrivalSpan,
                  parts.size(),
                  ContentDigest.of(part.bytes())),
              part.bytes(),
              new byte[0]));
    }
    Stages.done(folds.insertChunks(parts, LONG));
  }

  private void writeState(DeviceId device, long arrivalSpan, List<Said> all) {
    Layout layout = history.at(arrivalSpan);
    SortedMap<String, Said> newest =
        states.computeIfAbsent(new StateKey(layout.fromDay(), device), key -> new TreeMap<>());
    for (Said one : all) {
      newest.merge(one.value().metric(), one, Tiers::newer);
    }
    List<State> parts = new ArrayList<>();
    for (ChunkCodec.Part part : ChunkCodec.encode(columns(List.copyOf(newest.values())))) {
      StatePartition partition =
          new StatePartition(enterprise, layout.fromDay(), layout.groupOf(device));
      parts.add(new State(partition, device, parts.size(), arrivalSpan, part.bytes()));
    }
    Stages.done(folds.writeStates(parts, LONG));
  }

  private static Said newer(Said a, Said b) {
    int byEventTime = Long.compare(a.reading.eventTimeMicros(), b.reading.eventTimeMicros());
    return byEventTime != 0 ? (byEventTime > 0 ? a : b) : (a.compareTo(b) > 0 ? a : b);
  }

  /** Says that the enterprise is packed up to this minute. */
  void writePacked(long minute) {
    Stages.done(folds.writePackedMinute(enterprise, minute));
  }

  /** What the model says of a series. */
  SortedMap<String, SortedMap<Long, Sample>> series(
      DeviceId device, long fromMicros, long toMicros) {
    SortedMap<String, SortedMap<Long, Sample>> series = new TreeMap<>();
    for (Said one : ofDevice(device::equals)) {
      long timeMicros = one.reading.eventTimeMicros();
      if (timeMicros >= fromMicros && timeMicros < toMicros) {
        series
            .computeIfAbsent(one.value().metric(), metric -> new TreeMap<>())
            .put(timeMicros, one.sample());
      }
    }
    return series;
  }

  /** What the model says of the newest values. */
  SortedMap<DeviceId, SortedMap<String, Sample>> latest() {
    SortedMap<DeviceId, SortedMap<String, Said>> newest = new TreeMap<>();
    for (Said one : ofDevice(device -> true)) {
      newest
          .computeIfAbsent(one.reading.device(), id -> new TreeMap<>())
          .merge(one.value().metric(), one, Tiers::newer);
    }
    SortedMap<DeviceId, SortedMap<String, Sample>> samples = new TreeMap<>();
    newest.forEach(
        (device, byMetric) -> {
          SortedMap<String, Sample> one = new TreeMap<>();
          byMetric.forEach((metric, last) -> one.put(metric, last.sample()));
          samples.put(device, one);
        });
    return samples;
  }

  private List<Said> ofDevice(Predicate<DeviceId> wanted) {
    return said.stream().filter(one -> wanted.test(one.reading.device())).sorted().toList();
  }
}
