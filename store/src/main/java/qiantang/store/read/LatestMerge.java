package qiantang.store.read;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.Column;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;

/**
 * Finds the newest value of each metric of some devices: newest in event time, the later arrival
 * among equals, so that it never goes back (I9). Any thread: tiers are read at the same time.
 */
final class LatestMerge implements Tail.Visitor {
  private final WantedDevices wanted;
  private final Page page;
  private final LayoutHistory history;
  private final Masks masks;

  // All guarded by this.
  private final NavigableMap<DeviceId, Map<String, Newest>> byDevice = new TreeMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private int samples;
  private @Nullable DeviceId end; // it and what follows it was dropped
  private int damaged;

  /**
   * What of the devices, in order of their ids, is kept: the first ones behind one, as many as both
   * limits allow, but one at least.
   */
  record Page(@Nullable DeviceId after, int devicesMax, int samplesMax) {
    static final Page ALL = new Page(null, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** The newest so far. */
  private static final class Newest {
    private @Nullable Rank rank;
    private long timeMicros;
    private long arrivalMicros;
    private @Nullable Value value;

    /** Whether one of this event time and rank takes its place. */
    boolean givesWayTo(long timeMicros, Rank rank) {
      return this.rank == null
          || this.timeMicros < timeMicros
          || (this.timeMicros == timeMicros && this.rank.compareTo(rank) <= 0);
    }

    void put(long timeMicros, long arrivalMicros, Rank rank, Value value) {
      this.timeMicros = timeMicros;
      this.arrivalMicros = arrivalMicros;
      this.rank = rank;
      this.value = value;
    }
  }

  LatestMerge(WantedDevices wanted, Page page, LayoutHistory history, Masks masks) {
    this.wanted = wanted;
    this.page = page;
    this.history = history;
    this.masks = masks;
  }

  @Override
  public synchronized void entry(FrameKey frame, int index, Entry entry) {
    if (!(entry instanceof Entry.Readings message)) {
      return;
    }
    Rank rank = Rank.of(frame, index);
    long arrivalMicros = Sample.arrivalMicros(message);
    for (Reading reading : message.readings()) {
      if (isWanted(reading.device())
          && !masks.hides(reading.device(), reading.eventTimeMicros(), arrivalMicros / 1000)) {
        Map<String, Newest> metrics = begin(reading.device());
        for (MetricValue value : reading.values()) {
          Newest newest = newest(metrics, value.metric());
          if (newest.givesWayTo(reading.eventTimeMicros(), rank)) {
            newest.put(reading.eventTimeMicros(), arrivalMicros, rank, value.value());
          }
        }
        end(metrics);
      }
    }
  }

  /** Merges what a block says of the devices. */
  void block(Block block) {
    DeviceId single = wanted.single();
    BlockCodec.Decoded decoded =
        single == null
            ? BlockCodec.decode(block.bytes(), this::mayBeNewer)
            : BlockCodec.decode(block.bytes(), single, this::mayBeNewer);
    switch (decoded) {
      case BlockCodec.Decoded.Members(var members) -> {
        Rank rank = Rank.of(block.key());
        members.forEach(member -> add(member.device(), member.columns(), rank));
      }
      case BlockCodec.Decoded.Damaged _ -> damaged(1);
    }
  }

  /** Blocks come newest first, so most of what they say is known to be older than something. */
  private synchronized boolean mayBeNewer(DeviceId device, List<String> metrics, long lastMicros) {
    if (!isWanted(device)) {
      return false;
    }
    sources.add(Source.BLOCKS);
    Map<String, Newest> known = byDevice.getOrDefault(device, Map.of());
    for (String metric : metrics) {
      Newest newest = known.get(metric);
      if (newest == null || newest.timeMicros <= lastMicros) {
        return true;
      }
    }
    return false;
  }

  private synchronized void add(DeviceId device, DeviceColumns decoded, Rank rank) {
    DeviceColumns columns = masks.visible(device, decoded);
    if (columns.rows() == 0 || !isWanted(device)) {
      return; // hidden, or it gave way while this was decoded
    }
    Map<String, Newest> metrics = begin(device);
    for (Column column : columns.columns()) {
      int last = column.count() - 1; // the newest: rows are in order of event time
      add(metrics, columns, column, last, rank);
    }
    end(metrics);
  }

  /** Merges a part of a device's state. */
  void state(State state) {
    if (!isWanted(state.device())) {
      return;
    }
    switch (ChunkCodec.decode(state.bytes())) {
      case ChunkCodec.Decoded.Columns(DeviceColumns columns) -> add(state, columns);
      case ChunkCodec.Decoded.Damaged _ -> damaged(1);
    }
  }

  private synchronized void add(State state, DeviceColumns decoded) {
    DeviceColumns columns = masks.visible(state.device(), decoded);
    if (columns.rows() == 0 || !isWanted(state.device())) {
      return;
    }
    sources.add(Source.STATES);
    Map<String, Newest> metrics = begin(state.device());
    for (Column column : columns.columns()) {
      int last = column.count() - 1;
      long span = history.spanOf(columns.eventTimeMicros(column.row(last)));
      Rank rank = Rank.ofPacked(history.arrivalEnd(span, state.arrival()), 0);
      add(metrics, columns, column, last, rank);
    }
    end(metrics);
  }

  private static void add(
      Map<String, Newest> metrics, DeviceColumns columns, Column column, int index, Rank rank) {
    int row = column.row(index);
    long timeMicros = columns.eventTimeMicros(row);
    Newest newest = newest(metrics, column.metric());
    if (newest.givesWayTo(timeMicros, rank)) {
      newest.put(timeMicros, columns.arrivalMillis(row) * 1000, rank, column.value(index));
    }
  }

  private synchronized boolean isWanted(DeviceId device) {
    return wanted.contains(device)
        && (page.after == null || device.compareTo(page.after) > 0)
        && (end == null || device.compareTo(end) < 0);
  }

  private Map<String, Newest> begin(DeviceId device) {
    Map<String, Newest> metrics = byDevice.computeIfAbsent(device, id -> new HashMap<>());
    samples -= metrics.size();
    return metrics;
  }

  /** What was added to a device is counted; the last devices give way where it is too much. */
  private void end(Map<String, Newest> metrics) {
    samples += metrics.size();
    while (byDevice.size() > page.devicesMax
        || (samples > page.samplesMax && byDevice.size() > 1)) {
      var last = byDevice.pollLastEntry();
      samples -= last.getValue().size();
      end = last.getKey();
    }
  }

  private static Newest newest(Map<String, Newest> metrics, String metric) {
    return metrics.computeIfAbsent(metric, name -> new Newest());
  }

  /** Counts what could not be decoded. */
  synchronized void damaged(int frames) {
    damaged += frames;
  }

  /** The answer; the merge is done. */
  synchronized LatestOfDevices answer() {
    NavigableMap<DeviceId, SortedMap<String, Sample>> devices = new TreeMap<>();
    long freshnessMicros = 0;
    for (Map.Entry<DeviceId, Map<String, Newest>> device : byDevice.entrySet()) {
      SortedMap<String, Sample> samples = new TreeMap<>();
      for (Map.Entry<String, Newest> metric : device.getValue().entrySet()) {
        Newest newest = metric.getValue();
        if (newest.value != null) {
          samples.put(
              metric.getKey(), new Sample(newest.timeMicros, newest.arrivalMicros, newest.value));
          freshnessMicros = Math.max(freshnessMicros, newest.arrivalMicros);
        }
      }
      devices.put(device.getKey(), samples);
    }
    return new LatestOfDevices(
        devices,
        end == null ? null : devices.lastKey(),
        Completeness.of(end == null ? null : "limit", freshnessMicros, sources, damaged));
  }
}
