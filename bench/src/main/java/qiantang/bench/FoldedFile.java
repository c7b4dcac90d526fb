package qiantang.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import qiantang.sim.replay.CsvFile;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layout;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;

/**
 * A recording sent by many devices at the times it was recorded, by an injected clock, and folded:
 * the journal in memory, blocks, chunks and states on the tables given.
 */
final class FoldedFile {
  private static final long LOOK_AGAIN_NANOS = 20_000;
  private static final long PROGRESS_NANOS = 2_000_000_000L;
  private static final Duration FOLD_EVERY = Duration.ofHours(6);
  private static final long MINUTE_MICROS = 60_000_000L;

  private final EnterpriseId enterprise;
  private final List<CsvFile.Row> rows;
  private final List<List<MetricValue>> values;
  private final int devices;
  private final int spanMinutes;
  private final FoldMeter meter;

  private FoldedFile(
      EnterpriseId enterprise, CsvFile file, long samplesWanted, int spanOr0, FoldTables folds) {
    this.enterprise = enterprise;
    rows = new ArrayList<>(file.rows());
    rows.sort(Comparator.comparingLong(CsvFile.Row::eventTimeMicros));
    values = rows.stream().map(row -> values(file.metrics(), row)).toList();
    devices = Math.toIntExact(Math.max(1, Math.ceilDiv(samplesWanted, inFile())));
    spanMinutes = spanOr0 > 0 ? spanOr0 : usualSpan();
    meter = run(folds);
  }

  /**
   * Sends and folds until so many samples, or some more, are on the tables.
   *
   * @param enterprise whose devices they are of; nothing of it is there yet
   * @param spanOr0 minutes of a chunk; 0 for what a packer would come to
   */
  static FoldedFile write(
      EnterpriseId enterprise, CsvFile file, long samplesWanted, int spanOr0, FoldTables folds) {
    return new FoldedFile(enterprise, file, samplesWanted, spanOr0, folds);
  }

  private FoldMeter run(FoldTables folds) {
    Instant begin = at(rows.getFirst());
    MemoryRegistry registry = new MemoryRegistry();
    registry
        .createEnterprise(
            new Enterprise(enterprise, "recorded", "", List.of(), Retention.YEARS_10, begin))
        .toCompletableFuture()
        .join();
    long day = Math.floorDiv(begin.getEpochSecond(), 86_400L) - 1;
    // Groups of some 32 devices, as an enterprise of a 0.1 Hz fleet has them.
    int groups = Math.ceilDiv(devices, 32);
    folds
        .insertLayout(enterprise, new Layout(day, groups, spanMinutes, new TreeMap<>()))
        .toCompletableFuture()
        .join();
    // Answered when all of an instant is sent, so that frames fill as they do in earnest.
    Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    MemoryJournal journal = new MemoryJournal(InstantSource.system(), answers::add, true);
    Runnable progress =
        () -> {
          Runnable answer = answers.poll();
          if (answer == null) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS); // the packer waits for the database
          } else {
            answer.run();
          }
        };
    try (VirtualIngest ingest = new VirtualIngest(journal, folds, registry, begin, progress)) {
      Instant nextFold = begin.plus(FOLD_EVERY);
      long toldNanos = System.nanoTime();
      for (int i = 0; i < rows.size(); i++) {
        ingest.advanceTo(at(rows.get(i)));
        send(ingest, i);
        if (ingest.now().isAfter(nextFold)) {
          ingest.fold();
          nextFold = ingest.now().plus(FOLD_EVERY);
        }
        if (System.nanoTime() - toldNanos > PROGRESS_NANOS) {
          toldNanos = System.nanoTime();
          System.err.printf("  %d of %d rows of %d devices%n", i + 1, rows.size(), devices);
        }
      }
      // Until the last span is over and whatever may be on time for it has come.
      ingest.advanceTo(ingest.now().plus(Duration.ofMinutes(spanMinutes + 5L)));
      ingest.fold();
      return ingest.foldMeter();
    }
  }

  private void send(VirtualIngest ingest, int row) {
    for (int i = 0; i < devices; i++) {
      List<MetricValue> said = said(i, row);
      if (!said.isEmpty()) {
        ingest.send(
            enterprise, new Reading(device(i), rows.get(row).eventTimeMicros(), true, false, said));
      }
    }
  }

  /**
   * What a device says at a time: each begins elsewhere in the recording and goes round. Devices
   * that said the same at once would be compressed away beside each other.
   */
  private List<MetricValue> said(int device, int row) {
    int begin = (int) ((long) device * values.size() / devices);
    return values.get((begin + row) % values.size());
  }

  /** The same samples, a row each; texts are left out of both the rows and their count. */
  void repeat(RowLayout into) {
    for (int i = 0; i < devices; i++) {
      String device = device(i).text();
      for (int row = 0; row < rows.size(); row++) {
        for (MetricValue value : said(i, row)) {
          double number =
              switch (value.value()) {
                case Value.Int whole -> whole.value();
                case Value.Real real -> real.value();
                case Value.Bool _, Value.Text _, Value.Json _ -> Double.NaN;
              };
          into.insert(device, value.metric(), rows.get(row).eventTimeMicros(), number);
        }
      }
    }
  }

  long samples() {
    return inFile() * devices;
  }

  int spanMinutes() {
    return spanMinutes;
  }

  FoldMeter meter() {
    return meter;
  }

  /** The shortest span that holds 60 readings at the recording's usual pace. */
  private int usualSpan() {
    long[] gaps = new long[rows.size() - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = rows.get(i + 1).eventTimeMicros() - rows.get(i).eventTimeMicros();
    }
    Arrays.sort(gaps);
    long usualMicros = gaps.length == 0 ? MINUTE_MICROS : Math.max(1, gaps[gaps.length / 2]);
    for (int span : Layout.SPANS_MINUTES) {
      if (span * MINUTE_MICROS / usualMicros >= 60) {
        return span;
      }
    }
    return Layout.DAY_MINUTES;
  }

  private long inFile() {
    return Math.max(1, values.stream().mapToLong(List::size).sum());
  }

  private static DeviceId device(int number) {
    return new DeviceId("device-" + number);
  }

  private static Instant at(CsvFile.Row row) {
    return Instant.EPOCH.plusNanos(Math.multiplyExact(row.eventTimeMicros(), 1000L));
  }

  private static List<MetricValue> values(List<String> metrics, CsvFile.Row row) {
    List<MetricValue> values = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      String cell = row.cells().get(i);
      if (!cell.isEmpty()) {
        values.add(new MetricValue(metrics.get(i), value(cell)));
      }
    }
    return values;
  }

  private static Value value(String cell) {
    try {
      return cell.matches("-?[0-9]{1,18}")
          ? new Value.Int(Long.parseLong(cell))
          : new Value.Real(Double.parseDouble(cell));
    } catch (NumberFormatException notANumber) {
      return new Value.Text(cell);
    }
  }
}
