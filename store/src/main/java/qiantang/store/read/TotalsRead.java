package qiantang.store.read;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import qiantang.store.codec.TotalsCodec;
import qiantang.store.codec.TotalsCodec.Hour;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.fold.Rollups;
import qiantang.store.model.DeviceId;
import qiantang.store.summary.Aggregate;

/**
 * One question about intervals of all devices together. Hours of which a group's rollup tells all
 * are taken as they are; of the others each device is asked, by its own rollups, summaries or
 * columns. Nothing is added up across devices that one device would tell otherwise. One thread at a
 * time.
 */
final class TotalsRead {
  /** Devices asked at once. */
  private static final int DEVICES_AT_ONCE = 32;

  /** Partitions read at once, of 30 days of a group: 120 rows of some 2 KiB. */
  private static final int PARTITIONS_AT_ONCE = 16;

  /** Hours of devices that are read one by one: 500 devices for a year and a half. */
  private static final long DEVICE_HOURS_MAX = 6_000_000;

  private static final long MINUTE_MICROS = 60_000_000L;
  private static final long HOUR_MICROS = Rollups.HOUR_MINUTES * MINUTE_MICROS;
  private static final long DAY_MICROS = Layout.DAY_MINUTES * MINUTE_MICROS;

  private final TotalsRequest request;
  private final LayoutHistory history;
  private final Masks masks;
  private final RecentOfDevices recent;
  private final FoldTables folds;
  private final States states;
  private final IntervalChunks chunks;
  private final Executor executor;
  private final TotalsMerge merge;
  private final Set<String> wanted;
  private final Set<GroupHour> recentHours = new HashSet<>();
  private final List<Stretch> stretches = new ArrayList<>();

  private record GroupHour(int group, long hour) {}

  /** Rollups of a group that lie in one partition. */
  private record Part(RollupPartition partition, long fromBegin, long toBegin) {}

  /**
   * Event times in which the devices of a group are to be asked.
   *
   * @param areRolledUp whether rollups were made of them, the devices' before the group's
   */
  private record Stretch(int group, long fromMicros, long toMicros, boolean areRolledUp) {}

  /** One device and what is to be asked of it. */
  private record Asked(DeviceId device, long fromMicros, long toMicros, boolean areRolledUp) {}

  /**
   * A question.
   *
   * @param history its event times are asked for as far as any can be there
   * @param recent what no chunk has yet; nothing is added any more
   */
  TotalsRead(
      TotalsRequest request,
      LayoutHistory history,
      Masks masks,
      RecentOfDevices recent,
      FoldTables folds,
      States states,
      IntervalChunks chunks,
      Executor executor) {
    this.request = request;
    this.history = history;
    this.masks = masks;
    this.recent = recent;
    this.folds = folds;
    this.states = states;
    this.chunks = chunks;
    this.executor = executor;
    merge = new TotalsMerge(request);
    wanted = Set.copyOf(request.metrics());
  }

  CompletionStage<IntervalsAnswer> run() {
    if (recent.isTooMuch()) {
      return CompletableFuture.completedFuture(new IntervalsAnswer.TooLarge());
    }
    merge.damaged(recent.damaged());
    CompletionStage<Void> groups;
    if (isByHours()) {
      findRecentHours();
      groups = Batches.read(parts(), PARTITIONS_AT_ONCE, this::read, this::take, executor);
    } else {
      groups = CompletableFuture.completedFuture(null);
    }
    return groups
        .thenComposeAsync(nothing -> devices(), executor)
        .thenComposeAsync(this::ask, executor);
  }

  /** Whether hours of groups can be added up: a delta of less, or of more, is one of devices. */
  private boolean isByHours() {
    long[] cuts = request.cutsMicros();
    boolean isHours = true;
    boolean hasHour = false;
    for (int i = 0; i + 1 < cuts.length; i++) {
      isHours &= cuts[i] % HOUR_MICROS == 0 && cuts[i + 1] - cuts[i] == HOUR_MICROS;
      hasHour |= cuts[i + 1] - cuts[i] >= HOUR_MICROS;
    }
    return isHours || (hasHour && !request.aggregates().contains(Aggregate.DELTA));
  }

  private void findRecentHours() {
    recent
        .byDevice()
        .forEach(
            (device, samples) -> {
              for (MetricMerge metric : samples.settled().values()) {
                for (int i = 0; i < metric.size(); i++) {
                  long hour = Math.floorDiv(metric.timeMicros(i), HOUR_MICROS);
                  int group = history.at(hour * Rollups.HOUR_MINUTES).groupOf(device);
                  recentHours.add(new GroupHour(group, hour));
                }
              }
            });
  }

  private List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    long end = Math.floorDiv(request.toMicros() - 1, MINUTE_MICROS) + 1;
    long begin = Rollups.begin(Math.floorDiv(request.fromMicros(), MINUTE_MICROS));
    while (begin < end) {
      long from = begin;
      int groups = history.at(from).groupCount();
      long period = Rollups.partition(history, 0, from).period();
      while (begin < end
          && history.at(begin).equals(history.at(from))
          && Rollups.partition(history, 0, begin).period() == period) {
        begin += Rollups.PERIOD_MINUTES;
      }
      for (int group = 0; group < groups; group++) {
        parts.add(new Part(Rollups.partition(history, group, from), from, begin));
      }
    }
    return parts;
  }

  /** The hours of a part that were read. */
  private record Read(Part part, List<Rollup> rollups) {}

  private CompletionStage<Read> read(Part part) {
    return folds
        .readRollups(part.partition, null, part.fromBegin, part.toBegin)
        .thenApply(rollups -> new Read(part, rollups));
  }

  private void take(Read read) {
    Map<Long, Hour> hours = hours(read.rollups);
    Set<Long> rolledUp = new HashSet<>();
    read.rollups.stream()
        .filter(rollup -> !rollup.isLate())
        .forEach(rollup -> rolledUp.add(rollup.begin()));
    int group = read.part.partition.group();
    long to = Math.min(request.toMicros(), read.part.toBegin * MINUTE_MICROS);
    long from = Math.max(request.fromMicros(), read.part.fromBegin * MINUTE_MICROS);
    Stretch open = null;
    while (from < to) {
      long hour = Math.floorDiv(from, HOUR_MICROS);
      long end = Math.min(to, (hour + 1) * HOUR_MICROS);
      Hour told = hours.getOrDefault(hour, new Hour.Unknown());
      boolean isWhole = end - from == HOUR_MICROS && isInOneInterval(from, end);
      if (told instanceof Hour.Known known
          && isWhole
          && !recentHours.contains(new GroupHour(group, hour))
          && !isMasked(group, from)) {
        merge.add(from, known.newestArrivalMillis() * 1000, known.byMetric());
      } else {
        boolean isRolledUp = rolledUp.contains(Rollups.begin(hour * Rollups.HOUR_MINUTES));
        if (open != null && open.toMicros == from && open.areRolledUp == isRolledUp) {
          open = new Stretch(group, open.fromMicros, end, isRolledUp);
          stretches.set(stretches.size() - 1, open);
        } else {
          open = new Stretch(group, from, end, isRolledUp);
          stretches.add(open);
        }
      }
      from = end;
    }
  }

  /** Whether something of a group may be hidden that happened then. */
  private boolean isMasked(int group, long hourMicros) {
    Layout layout = history.at(hourMicros / MINUTE_MICROS);
    return masks.touch(hourMicros, device -> layout.groupOf(device) == group);
  }

  private boolean isInOneInterval(long fromMicros, long toMicros) {
    return merge.intervalOf(fromMicros) == merge.intervalOf(toMicros - 1);
  }

  /** Hours of which rollups know all, by their number since 1970. */
  private Map<Long, Hour> hours(List<Rollup> rollups) {
    Map<Long, Hour> hours = new HashMap<>();
    for (Rollup rollup : Rollups.whole(rollups)) {
      // Damaged ones hide nothing: the devices have all that they would have told.
      if (TotalsCodec.decode(rollup.bytes(), wanted)
          instanceof TotalsCodec.Decoded.Found(List<Hour> found)) {
        for (int i = 0; i < found.size(); i++) {
          hours.put(rollup.begin() / Rollups.HOUR_MINUTES + i, found.get(i));
        }
      }
    }
    return hours;
  }

  /** All devices that ever had samples, where some are to be asked. */
  private CompletionStage<SortedSet<DeviceId>> devices() {
    SortedSet<DeviceId> devices = new TreeSet<>();
    if (isByHours() && stretches.isEmpty()) {
      return CompletableFuture.completedFuture(devices);
    }
    devices.addAll(recent.byDevice().keySet());
    // A state that was erased may leave older samples, of a node whose clock was ahead.
    devices.addAll(masks.devices());
    return states
        .visit(history, WantedDevices.ALL, state -> devices.add(state.device()))
        .thenComposeAsync(
            nothing ->
                masks.areOfAll()
                    ? Batches.read(
                        days(),
                        PARTITIONS_AT_ONCE,
                        day ->
                            folds.scanSummaries(
                                day, Long.MIN_VALUE, Long.MAX_VALUE, row -> add(row, devices)),
                        scanned -> {},
                        executor)
                    : CompletableFuture.completedFuture(null),
            executor)
        .thenApply(nothing -> devices);
  }

  private static void add(Summarized row, SortedSet<DeviceId> devices) {
    synchronized (devices) {
      devices.add(row.key().device());
    }
  }

  /** All partitions of chunks of the event times asked for. */
  private List<ChunkPartition> days() {
    List<ChunkPartition> partitions = new ArrayList<>();
    long first = Math.floorDiv(request.fromMicros(), DAY_MICROS);
    for (long day = first; day * DAY_MICROS < request.toMicros(); day++) {
      int groups = history.at(day * Layout.DAY_MINUTES).groupCount();
      for (int group = 0; group < groups; group++) {
        partitions.addAll(history.chunkPartitions(day, group));
      }
    }
    return partitions;
  }

  private CompletionStage<IntervalsAnswer> ask(SortedSet<DeviceId> devices) {
    List<Asked> asked = new ArrayList<>();
    if (isByHours()) {
      stretches.sort(Comparator.comparingLong(Stretch::fromMicros));
      Map<Stretch, List<DeviceId>> members = new HashMap<>();
      for (DeviceId device : devices) {
        for (Stretch stretch : stretches) {
          long minute = Math.floorDiv(stretch.fromMicros, MINUTE_MICROS);
          if (history.at(minute).groupOf(device) == stretch.group) {
            members.computeIfAbsent(stretch, any -> new ArrayList<>()).add(device);
          }
        }
      }
      members.forEach(
          (stretch, some) ->
              some.forEach(
                  device ->
                      asked.add(
                          new Asked(
                              device, stretch.fromMicros, stretch.toMicros, stretch.areRolledUp))));
    } else {
      devices.forEach(
          device -> asked.add(new Asked(device, request.fromMicros(), request.toMicros(), true)));
    }
    long hours =
        asked.stream().mapToLong(it -> 1 + (it.toMicros - it.fromMicros) / HOUR_MICROS).sum();
    if (hours > DEVICE_HOURS_MAX || merge.isTooLarge()) {
      return CompletableFuture.completedFuture(new IntervalsAnswer.TooLarge());
    }
    return Batches.read(
            asked,
            DEVICES_AT_ONCE,
            this::ask,
            intervals -> intervals.complete(merge::add),
            executor)
        .thenApply(nothing -> merge.answer());
  }

  private CompletionStage<IntervalMerge> ask(Asked asked) {
    IntervalsRequest ofDevice =
        new IntervalsRequest(
            request.enterprise(),
            asked.device,
            request.metrics(),
            asked.fromMicros,
            asked.toMicros,
            request.cutsMicros(),
            request.aggregates(),
            request.samplesMax());
    IntervalMerge intervals =
        new IntervalMerge(
            ofDevice,
            history,
            masks,
            (metric, interval, summary, around) -> merge.add(metric, interval, summary));
    intervals.begin(asked.fromMicros, recent.of(asked.device, asked.fromMicros, asked.toMicros));
    return chunks
        .visit(history, ofDevice, asked.fromMicros, asked.toMicros, asked.areRolledUp, intervals)
        .thenApplyAsync(
            nothing -> {
              intervals.end();
              return intervals;
            },
            executor);
  }
}
