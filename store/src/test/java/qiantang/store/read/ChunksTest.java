package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.ContentDigest;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Layouts;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;

/** How much is read of long stretches of time: never all at once, never more than is wanted. */
class ChunksTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final DeviceId DEVICE = new DeviceId("d");
  private static final long SPAN_MICROS = 15 * Tiers.MINUTE_MICROS;

  private final ManualTime time = new ManualTime();
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final MemoryRegistry registry = new MemoryRegistry();
  private int reads;

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, 0})
  void tenYearsTakeAReadADayAndNeverMoreThan32AtATime(long fromMicros) {
    keptFor(Retention.YEARS_10);
    List<CompletableFuture<List<Chunk>>> underWay = new ArrayList<>();
    FoldTables slow =
        Watched.tables(
            FoldTables.class,
            folds,
            method -> {
              if (!method.equals("readChunks")) {
                return null;
              }
              reads++;
              CompletableFuture<List<Chunk>> read = new CompletableFuture<>();
              underWay.add(read);
              assertTrue(underWay.size() <= 32, "under way: " + underWay.size());
              return read;
            });
    var answer =
        reader(slow).series(request(fromMicros, Long.MAX_VALUE, 1000)).toCompletableFuture();
    int steps = 0;
    while (!underWay.isEmpty()) {
      List<CompletableFuture<List<Chunk>>> now = List.copyOf(underWay);
      underWay.clear();
      now.forEach(read -> read.complete(List.of()));
      steps++;
    }
    assertTrue(Stages.done(answer).completeness().complete());
    assertTrue(reads > 3650 && reads < 3660, "reads: " + reads);
    assertTrue(steps < 120, "steps: " + steps);
  }

  @Test
  void whereTheLimitIsFullNothingMoreIsRead() {
    keptFor(Retention.DAYS_30);
    long begin = time.minute() / 1440 * 1440 - 29 * 1440;
    for (long span = begin; span < begin + 28 * 1440; span += 15) {
      chunk(LayoutHistory.EARLY_MINUTES, span);
    }
    Reader reader = counting();
    SeriesAnswer first =
        Stages.done(reader.series(request(begin * Tiers.MINUTE_MICROS, Long.MAX_VALUE, 3)));
    assertEquals(3, first.series().getFirst().samples().size());
    assertEquals((begin * Tiers.MINUTE_MICROS) + 3 * 180_000_000L, first.nextFromMicros());
    assertEquals(1, reads);
    reads = 0;
    // 480 samples a day.
    SeriesAnswer more =
        Stages.done(reader.series(request(begin * Tiers.MINUTE_MICROS, Long.MAX_VALUE, 1000)));
    assertEquals(1000, more.series().getFirst().samples().size());
    assertTrue(reads <= 5, "reads: " + reads);
    reads = 0;
    SeriesAnswer all =
        Stages.done(reader.series(request(begin * Tiers.MINUTE_MICROS, Long.MAX_VALUE, 100_000)));
    assertEquals(28 * 480, all.series().getFirst().samples().size());
    assertTrue(all.completeness().complete());
    assertTrue(reads <= 34, "reads: " + reads);
  }

  @Test
  void aFastDevicesPeriodsAreReadOneByOne() {
    Layout layout = new Layout(Long.MIN_VALUE, 4, 15, new TreeMap<>(Map.of(DEVICE, 30)));
    Stages.done(folds.insertLayout(ACME, layout));
    keptFor(Retention.DAYS_30);
    long begin = time.minute() / 1440 * 1440 - 1440;
    for (long span = begin; span < begin + 120; span += 15) {
      chunk(5, span);
    }
    Reader reader = counting();
    long from = (begin + 20) * Tiers.MINUTE_MICROS;
    long to = (begin + 100) * Tiers.MINUTE_MICROS;
    SeriesAnswer answer = Stages.done(reader.series(request(from, to, 1000)));
    List<Sample> samples = answer.series().getFirst().samples();
    assertEquals(27, samples.size());
    assertEquals((begin + 21) * Tiers.MINUTE_MICROS, samples.getFirst().eventTimeMicros());
    assertEquals((begin + 99) * Tiers.MINUTE_MICROS, samples.getLast().eventTimeMicros());
    assertEquals(5, reads, "four periods, of which one was reached in two steps");
  }

  @Test
  void nothingIsReadOfTimesInWhichNothingCanBe() {
    keptFor(Retention.DAYS_30);
    long nowMicros = time.micros();
    long dayMicros = Duration.ofDays(1).toMillis() * 1000;
    Reader reader = counting();
    for (long[] range :
        List.of(
            new long[] {0, nowMicros - 32 * dayMicros},
            new long[] {nowMicros + 2 * dayMicros, Long.MAX_VALUE},
            new long[] {nowMicros, nowMicros},
            new long[] {nowMicros, Long.MIN_VALUE})) {
      assertEquals(
          List.of(), Stages.done(reader.series(request(range[0], range[1], 1000))).series());
    }
    assertEquals(0, reads);
  }

  @Test
  void aMetricThatIsNotWantedIsNotThere() {
    keptFor(Retention.DAYS_30);
    long begin = time.minute() / 1440 * 1440 - 1440;
    chunk(5, begin);
    SeriesAnswer answer =
        Stages.done(
            counting()
                .series(new SeriesRequest(ACME, DEVICE, List.of("none"), 0, Long.MAX_VALUE, 1000)));
    assertEquals(List.of(), answer.series());
    assertFalse(answer.completeness().sources().contains("chunks"));
  }

  /** A chunk of so many samples, the first at the span's begin. */
  private void chunk(int samples, long span) {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < samples; i++) {
      long micros = span * Tiers.MINUTE_MICROS + i * SPAN_MICROS / samples;
      builder.add(micros, micros, true, false, "m", new Value.Int(i));
    }
    byte[] bytes = ChunkCodec.encode(builder.build()).getFirst().bytes();
    LayoutHistory history = Stages.done(new Layouts(folds, registry, time).of(ACME));
    ChunkKey key =
        new ChunkKey(
            history.chunkPartition(DEVICE, span), DEVICE, span, span, 0, ContentDigest.of(bytes));
    Stages.done(
        folds.insertChunks(List.of(new Chunk(key, bytes, new byte[0])), Duration.ofDays(1)));
  }

  private void keptFor(Retention retention) {
    Stages.done(
        registry.createEnterprise(
            new Enterprise(ACME, "acme", "", List.of(), retention, time.instant())));
  }

  /** A reader whose reads of chunks are counted. */
  private Reader counting() {
    return reader(
        Watched.tables(
            FoldTables.class,
            folds,
            method -> {
              reads += method.equals("readChunks") ? 1 : 0;
              return null;
            }));
  }

  private Reader reader(FoldTables tables) {
    MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
    return new Reader(
        new Tail(journal, tables, Runnable::run, 1 << 20),
        tables,
        new Layouts(tables, registry, time),
        new Beginnings(registry),
        time);
  }

  private static SeriesRequest request(long fromMicros, long toMicros, int limit) {
    return new SeriesRequest(ACME, DEVICE, List.of(), fromMicros, toMicros, limit);
  }
}
