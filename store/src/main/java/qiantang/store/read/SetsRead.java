package qiantang.store.read;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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
  /** Devices asked at once. */
  private static final int DEVICES_AT_ONCE = 32;

  /** Hours of devices: 10,000 devices for 25 days, some 10 s of two cores. */
  private static final long DEVICE_HOURS_MAX = 6_000_000;

  private static final long HOUR_MICROS = 3_600_000_000L;

  private final SetsRequest request;
  private final LayoutHistory history;
  private final Masks masks;
  private final RecentOfDevices recent;
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
      IntervalChunks chunks,
      Executor executor) {
    this.request = request;
    this.history = history;
    this.masks = masks;
    this.recent = recent;
    this.chunks = chunks;
    this.executor = executor;
  }

  CompletionStage<SetsAnswer> run() {
    long hours = 1 + (request.toMicros() - request.fromMicros()) / HOUR_MICROS;
    if (recent.isTooMuch() || hours * request.setOf().size() > DEVICE_HOURS_MAX) {
      return CompletableFuture.completedFuture(new SetsAnswer.TooLarge());
    }
    damaged = recent.damaged();
    return Batches.read(
            List.copyOf(request.setOf().keySet()),
            DEVICES_AT_ONCE,
            this::ask,
            OneDevice::end,
            executor)
        .thenApply(nothing -> answer());
  }

  private CompletionStage<OneDevice> ask(DeviceId device) {
    OneDevice one = new OneDevice(device);
    if (isTooLarge()) {
      return CompletableFuture.completedFuture(one);
    }
    return chunks
        .visit(
            history,
            request.of(device),
            request.fromMicros(),
            request.toMicros(),
            true,
            one.intervals)
        .thenApplyAsync(
            nothing -> {
              one.intervals.end();
              return one;
            },
            executor);
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
