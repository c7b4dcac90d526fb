package qiantang.store.read;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.model.DeviceId;
import qiantang.store.summary.Across;
import qiantang.store.summary.Around;
import qiantang.store.summary.Summary;

/**
 * One question about sets of devices: each device is asked, by its rollups, summaries or columns,
 * and what it tells goes into its set. One thread at a time.
 */
final class SetsRead {
  /** Parts of groups asked at once, of some 10 devices each. */
  private static final int PARTS_AT_ONCE = 4;

  /** Hours of devices: 10,000 devices for 25 days, some 10 s of two cores. */
  private static final long DEVICE_HOURS_MAX = 6_000_000;

  private static final long HOUR_MICROS = 3_600_000_000L;

  private final SetsRequest request;
  private final LayoutHistory history;
  private final Masks masks;
  private final RecentOfDevices recent;
  private final FoldTables folds;
  private final IntervalChunks chunks;
  private final Executor executor;

  // All guarded by this: devices are read at the same time.
  private final SortedMap<Integer, SortedMap<Integer, Across>> cells = new TreeMap<>();
  private final Map<Integer, Integer> devices = new TreeMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private long newestArrivalMicros;
  private int damaged;
  private int size;

  /**
   * A question.
   *
   * @param recent what no chunk has yet of the devices; nothing is added any more
   */
  SetsRead(
      SetsRequest request,
      LayoutHistory history,
      Masks masks,
      RecentOfDevices recent,
      FoldTables folds,
      IntervalChunks chunks,
      Executor executor) {
    this.request = request;
    this.history = history;
    this.masks = masks;
    this.recent = recent;
    this.folds = folds;
    this.chunks = chunks;
    this.executor = executor;
  }

  CompletionStage<SetsAnswer> run() {
    long hours = 1 + (request.toMicros() - request.fromMicros()) / HOUR_MICROS;
    if (recent.isTooMuch() || hours * request.setOf().size() > DEVICE_HOURS_MAX) {
      return CompletableFuture.completedFuture(new SetsAnswer.TooLarge());
    }
    damaged = recent.damaged();
    return Batches.read(parts(), PARTS_AT_ONCE, this::ask, this::end, executor)
        .thenApply(nothing -> answer());
  }

  /** Devices whose rollups are read together: of one group at all times, where there are any. */
  private List<List<DeviceId>> parts() {
    Map<List<RollupsOfSome.Stretch>, List<DeviceId>> groups = new LinkedHashMap<>();
    for (DeviceId device : request.setOf().keySet()) {
      groups
          .computeIfAbsent(
              RollupsOfSome.stretches(history, device, request), key -> new ArrayList<>())
          .add(device);
    }
    List<List<DeviceId>> parts = new ArrayList<>();
    int atOnce = RollupsOfSome.devicesAtOnce(request);
    for (List<DeviceId> group : groups.values()) {
      for (int from = 0; from < group.size(); from += atOnce) {
        parts.add(group.subList(from, Math.min(group.size(), from + atOnce)));
      }
    }
    return parts;
  }

  private CompletionStage<List<OneDevice>> ask(List<DeviceId> part) {
    if (isTooLarge()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return RollupsOfSome.read(folds, history, part, request)
        .thenComposeAsync(
            rollups -> Batches.all(part.stream().map(device -> ask(device, rollups)).toList()),
            executor);
  }

  private CompletionStage<OneDevice> ask(DeviceId device, RollupsOfSome rollups) {
    OneDevice one = new OneDevice(device);
    return chunks
        .visit(
            history,
            request.of(device),
            request.fromMicros(),
            request.toMicros(),
            rollups::read,
            one.intervals)
        .thenApplyAsync(
            nothing -> {
              one.intervals.end();
              return one;
            },
            executor);
  }

  private void end(List<OneDevice> part) {
    part.forEach(OneDevice::end);
  }

  /** What one device tells. */
  private final class OneDevice {
    final IntervalMerge intervals;
    private final int set;
    private boolean hasTold;

    OneDevice(DeviceId device) {
      set = request.setOf().getOrDefault(device, 0);
      intervals = new IntervalMerge(request.of(device), history, masks, this::add);
      intervals.begin(
          request.fromMicros(), recent.of(device, request.fromMicros(), request.toMicros()));
    }

    private void add(String metric, int interval, Summary summary, Around around) {
      Across told = Across.of(request.told(), summary, around);
      if (told != null) {
        hasTold = true;
        SetsRead.this.add(set, interval, told);
      }
    }

    void end() {
      intervals.complete(SetsRead.this::add);
      if (hasTold) {
        count(set);
      }
    }
  }

  private synchronized void add(int set, int interval, Across told) {
    SortedMap<Integer, Across> ofSet = cells.computeIfAbsent(set, number -> new TreeMap<>());
    size -= ofSet.size();
    ofSet.merge(interval, told, Across::plus);
    size += ofSet.size();
  }

  private synchronized void add(Set<Source> from, long newestMicros, int damagedOfDevice) {
    sources.addAll(from);
    newestArrivalMicros = Math.max(newestArrivalMicros, newestMicros);
    damaged += damagedOfDevice;
  }

  private synchronized void count(int set) {
    devices.merge(set, 1, Integer::sum);
  }

  private synchronized boolean isTooLarge() {
    return size > request.cellsMax();
  }

  private synchronized SetsAnswer answer() {
    if (isTooLarge()) {
      return new SetsAnswer.TooLarge();
    }
    SortedMap<Integer, SetsAnswer.OfSet> bySet = new TreeMap<>();
    cells.forEach(
        (set, ofSet) -> bySet.put(set, new SetsAnswer.OfSet(devices.getOrDefault(set, 0), ofSet)));
    return new SetsAnswer.Found(
        bySet, Completeness.of(null, newestArrivalMicros, sources, damaged));
  }
}
