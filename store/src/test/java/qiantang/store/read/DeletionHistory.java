package qiantang.store.read;

import static qiantang.store.read.Folded.DEVICE;
import static qiantang.store.read.Folded.ENTERPRISE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.Eraser;
import qiantang.store.fold.FailingFolds;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;
import qiantang.store.registry.Retention;

/**
 * A seeded history of three devices that report, late, again and in bursts, of deletions, and of
 * folds that come along and die at any step; and what a model says that answers must be.
 */
final class DeletionHistory {
  static final List<DeviceId> DEVICES = List.of(DEVICE, new DeviceId("d1"), new DeviceId("d2"));

  final ManualTime time = new ManualTime();
  final MemoryFolds folds = new MemoryFolds(Runnable::run);
  final List<Mask> masks = new ArrayList<>();

  private final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  private final FoldMeter meter = new FoldMeter();
  private final Layouts layouts = new Layouts(folds, new MemoryRegistry(), time);
  private final Sorter sorter = new Sorter(journal, folds, layouts, time, meter, Runnable::run);
  private final Node node = Node.opened(time, journal, 1);
  private final List<Said> said = new ArrayList<>();
  private final Random random;

  /** One message in order of arrival. */
  private record Said(DeviceId device, long arrivalMicros, List<Reading> readings) {}

  /** One without chance, by the usual layout. */
  DeletionHistory() {
    random = new Random(0);
  }

  DeletionHistory(Random random) {
    this.random = random;
    if (random.nextBoolean()) {
      TreeMap<DeviceId, Integer> fast =
          random.nextBoolean() ? new TreeMap<>() : new TreeMap<>(Map.of(DEVICE, 60));
      Stages.done(
          folds.insertLayout(
              ENTERPRISE, new Layout(Long.MIN_VALUE, 1 + random.nextInt(3), 15, fast)));
    }
  }

  Reader reader() {
    return new Reader(
        new Tail(journal, folds, Runnable::run, 64 << 20),
        folds,
        layouts,
        new Beginnings(new MemoryRegistry()),
        time);
  }

  /** Something happens. */
  void step() {
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> send();
      case 7 -> burst();
      case 8 -> again();
      case 9, 10 -> time.advance(Duration.ofMillis(random.nextInt(60_000)));
      case 11 -> time.advance(Duration.ofMinutes(random.nextInt(30)));
      case 12 -> time.advance(Duration.ofMinutes(random.nextInt(200)));
      case 13, 14, 15 -> sort();
      case 16, 17 -> died(() -> pack(dying()));
      case 18 -> delete();
      default -> died(() -> erase(dying()));
    }
  }

  private static void died(Runnable fold) {
    try {
      fold.run();
    } catch (CompletionException e) {
      if (!String.valueOf(e.getMessage()).endsWith("cannot know: cut")) {
        throw e;
      }
    }
  }

  /** Tables that are cut at some operation, or not. */
  private FailingFolds dying() {
    FailingFolds way = new FailingFolds(folds);
    if (random.nextInt(3) > 0) {
      way.cutAfter(random.nextInt(60), random.nextBoolean());
    }
    return way;
  }

  private void send() {
    List<Reading> readings = new ArrayList<>();
    DeviceId device = DEVICES.get(random.nextInt(DEVICES.size()));
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      readings.add(reading(device, eventTimeMicros()));
    }
    send(device, readings);
  }

  /** Of few times, so that they meet. */
  private long eventTimeMicros() {
    long minute =
        switch (random.nextInt(10)) {
          case 0 -> time.minute() + random.nextInt(4);
          case 1 -> time.minute() - random.nextInt(300);
          case 2 -> time.minute() - 2880 + random.nextInt(10);
          default -> time.minute() - random.nextInt(3);
        };
    return minute * 60_000_000L + random.nextInt(2) * 30_000_000L;
  }

  /** What a device kept while it was cut off: enough of a span for a summary. */
  private void burst() {
    DeviceId device = DEVICES.get(random.nextInt(DEVICES.size()));
    long first = (time.minute() - random.nextInt(60)) * 60_000_000L;
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      readings.add(reading(device, first + i * 10_000_000L));
    }
    send(device, readings);
  }

  private Reading reading(DeviceId device, long eventTimeMicros) {
    List<MetricValue> values = new ArrayList<>();
    values.add(new MetricValue("m0", new Value.Int(random.nextInt(1000))));
    if (random.nextInt(3) == 0) {
      values.add(new MetricValue("m1", new Value.Int(random.nextInt(1000))));
    }
    return new Reading(device, eventTimeMicros, true, false, values);
  }

  /** A gateway that heard no acknowledgement sends again. */
  private void again() {
    if (!said.isEmpty()) {
      Said before = said.get(said.size() - 1 - random.nextInt(Math.min(10, said.size())));
      send(before.device, before.readings);
    }
  }

  void send(DeviceId device, List<Reading> readings) {
    said.add(new Said(device, time.micros(), readings));
    node.send(ENTERPRISE, new Entry.Readings(device, time.micros(), readings));
  }

  private void delete() {
    DeviceId device = random.nextInt(4) == 0 ? null : DEVICES.get(random.nextInt(DEVICES.size()));
    long before = random.nextBoolean() ? Mask.ALL_TIMES : saidTimeMicros() + 1;
    delete(device, before);
  }

  /** When something of what was said lately happened: often in the middle of a burst. */
  private long saidTimeMicros() {
    if (said.isEmpty()) {
      return eventTimeMicros();
    }
    List<Reading> readings =
        said.get(said.size() - 1 - random.nextInt(Math.min(20, said.size()))).readings;
    return readings.get(random.nextInt(readings.size())).eventTimeMicros();
  }

  void delete(@Nullable DeviceId device, long beforeMicros) {
    Mask mask =
        Mask.of(ENTERPRISE, device, beforeMicros, time.instant().toEpochMilli(), masks.size());
    masks.add(mask);
    Stages.done(folds.writeDeletion(Deletion.begun(mask), Mask.kept(Retention.DAYS_30)));
  }

  void sort() {
    for (Start start : Stages.done(journal.readStarts())) {
      Map<Integer, LaneCursor> cursors = cursors(start);
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        Stages.done(sorter.sort(start, lane, cursors.get(lane)));
      }
    }
  }

  void pack(FoldTables way) {
    long limit = Long.MAX_VALUE;
    for (Start start : Stages.done(journal.readStarts())) {
      Map<Integer, LaneCursor> cursors = cursors(start);
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        LaneCursor cursor = cursors.get(lane);
        limit = Math.min(limit, cursor == null ? start.beginMinute() : cursor.minute());
      }
    }
    Packer packer =
        new Packer(
            journal,
            way,
            layouts,
            new Beginnings(new MemoryRegistry()),
            time,
            meter,
            SummaryCodec::encode,
            Runnable::run);
    Stages.done(packer.pack(ENTERPRISE, limit));
  }

  void erase(FoldTables way) {
    Stages.done(new Eraser(journal, way, layouts, time, meter, Runnable::run).erase(ENTERPRISE));
  }

  private Map<Integer, LaneCursor> cursors(Start start) {
    Map<Integer, LaneCursor> cursors = new HashMap<>();
    Stages.done(folds.readLaneCursors(start.id())).forEach(row -> cursors.put(row.lane(), row));
    return cursors;
  }

  long erasedRows() {
    return meter.erasedRows();
  }

  /** What the model says of a device's series. */
  SortedMap<String, SortedMap<Long, Sample>> series(DeviceId device) {
    SortedMap<String, SortedMap<Long, Sample>> series = new TreeMap<>();
    for (Said message : said) {
      if (message.device.equals(device)) {
        for (Reading reading : message.readings) {
          add(message, reading, series);
        }
      }
    }
    return series;
  }

  private void add(
      Said message, Reading reading, SortedMap<String, SortedMap<Long, Sample>> series) {
    for (Mask mask : masks) {
      if ((mask.device() == null || mask.device().equals(message.device))
          && reading.eventTimeMicros() < mask.beforeMicros()
          && message.arrivalMicros <= mask.madeMillis() * 1000) {
        return;
      }
    }
    for (MetricValue value : reading.values()) {
      series
          .computeIfAbsent(value.metric(), metric -> new TreeMap<>())
          .put(
              reading.eventTimeMicros(),
              new Sample(reading.eventTimeMicros(), message.arrivalMicros, value.value()));
    }
  }

  /** And of its newest values. */
  SortedMap<String, Sample> latest(DeviceId device) {
    SortedMap<String, Sample> latest = new TreeMap<>();
    series(device).forEach((metric, samples) -> latest.put(metric, samples.lastEntry().getValue()));
    return latest;
  }
}
