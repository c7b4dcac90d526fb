package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.read.Folded.DEVICE;
import static qiantang.store.read.Folded.ENTERPRISE;
import static qiantang.store.read.IntervalQuestions.columns;
import static qiantang.store.read.IntervalQuestions.cuts;
import static qiantang.store.read.IntervalQuestions.expected;
import static qiantang.store.read.IntervalQuestions.found;
import static qiantang.store.read.IntervalQuestions.raw;
import static qiantang.store.read.IntervalQuestions.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Layouts;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.registry.Retention;
import qiantang.store.summary.Aggregate;

/** Whatever tiers samples are in, intervals are what the samples say. */
class IntervalsReadTest {
  private static final List<Aggregate> ALL = List.copyOf(EnumSet.allOf(Aggregate.class));
  private static final long SECOND_MICROS = 1_000_000;
  private static final long HOUR_MICROS = 3600 * SECOND_MICROS;

  // --- whatever happened ---------------------------------------------------------------------

  @Test
  void intervalsAreWhatTheSamplesSayAtEveryMomentOfEveryHistory() {
    int bySummary = 0;
    for (int seed = 0; seed < 6; seed++) {
      bySummary += new History(new Random(seed)).run();
    }
    assertTrue(bySummary > 40, "only " + bySummary + " answers took summaries");
  }

  /** A device that reports every 10 s, late, twice and corrected; folds that come along. */
  private static final class History {
    private final Random random;
    private final Folded world;
    private final long beginMicros;
    private int bySummary;

    History(Random random) {
      this.random = random;
      int[] spans = {15, 15, 15, 60};
      int span = spans[random.nextInt(spans.length)];
      TreeMap<DeviceId, Integer> fast = new TreeMap<>();
      if (random.nextInt(3) == 0) {
        fast.put(DEVICE, span);
      }
      world = new Folded(new Layout(Long.MIN_VALUE, 2, span, fast));
      beginMicros = world.time.micros();
    }

    int run() {
      int steps = 700;
      for (int i = 0; i < steps; i++) {
        send(i);
        world.time.advance(Duration.ofSeconds(8 + random.nextInt(5)));
        if (random.nextInt(25) == 0) {
          world.sort();
        }
        if (random.nextInt(60) == 0) {
          world.pack();
        }
        if (random.nextInt(100) == 0) {
          check(4);
        }
      }
      world.time.advance(Duration.ofMinutes(20));
      check(20);
      world.sort();
      check(20);
      world.pack();
      check(40);
      return bySummary;
    }

    private void send(int i) {
      int node = random.nextInt(2);
      long now = world.time.micros();
      double level = 20 + Math.rint(100 * Math.sin(i / 50.0)) / 10;
      world.send(
          node,
          now,
          new MetricValue("temperature", new Value.Real(level)),
          new MetricValue("counter", new Value.Int(i % 400 * 7L)));
      if (random.nextInt(10) == 0) {
        world.send(node, now, new MetricValue("running", new Value.Bool(random.nextBoolean())));
      }
      if (random.nextInt(20) == 0) {
        world.send(node, now, new MetricValue("state", new Value.Text("s" + random.nextInt(3))));
      }
      if (random.nextInt(300) == 0) {
        // Of any time before, which may be there already.
        long past = beginMicros + (now - beginMicros) / 10 * random.nextInt(10);
        world.send(node, past, new MetricValue("temperature", new Value.Int(random.nextInt(50))));
        world.send(node, past - 20 * HOUR_MICROS, new MetricValue("state", new Value.Text("old")));
      }
    }

    private void check(int questions) {
      for (int i = 0; i < questions; i++) {
        long now = world.time.micros();
        long from =
            beginMicros - random.nextLong(2 * HOUR_MICROS) + random.nextLong(3 * HOUR_MICROS);
        long to = random.nextInt(3) == 0 ? now + 1 : from + 1 + random.nextLong(3 * HOUR_MICROS);
        from = random.nextInt(4) == 0 ? beginMicros - 24 * HOUR_MICROS : from;
        if (from >= to) {
          continue;
        }
        int points = 1 + random.nextInt(random.nextBoolean() ? 5 : 40);
        boolean thinned = random.nextBoolean();
        String[] intervals = {"1m", "10m", "15m", "30m", "1h", "1d"};
        String interval = intervals[random.nextInt(intervals.length)];
        long[] cuts = thinned ? columns(from, to, points) : cuts(interval, from, to);
        List<String> metrics =
            random.nextBoolean() ? List.of() : List.of("temperature", "state", "none");
        IntervalsRequest request = request(metrics, from, to, cuts, thinned ? List.of() : ALL);
        int recentMax = random.nextInt(3) == 0 ? 50 : Reader.RECENT_MAX;
        IntervalsAnswer.Found found = found(world.reader(recentMax), request);
        assertEquals(
            expected(world.reader(1), request),
            found.series(),
            () -> interval + " " + points + " " + request);
        assertTrue(found.completeness().complete());
        bySummary += found.completeness().sources().contains("summaries") ? 1 : 0;
      }
    }
  }

  // --- summaries ------------------------------------------------------------------------------

  @Test
  void hoursOfPackedDaysAreToldFromSummariesAlone() {
    Folded world = steady(new Folded(), 3 * 360 - 20);
    IntervalsRequest request = hours(world, ALL);
    Counting counting = new Counting(world);
    IntervalsAnswer.Found found = found(counting.reader, request);
    assertEquals(expected(world.reader(1), request), found.series());
    assertEquals(List.of("summaries", "journal"), found.completeness().sources());
    assertEquals(0, counting.chunkReads);
    assertTrue(counting.summaryReads <= 2, counting.summaryReads + " reads");
    SeriesAnswer raw = raw(world.reader(1), request);
    assertEquals(raw.completeness().freshnessMicros(), found.completeness().freshnessMicros());
  }

  @Test
  void onlySpansThatAnIntervalCutsAreReadAsColumns() {
    Folded world = steady(new Folded(), 3 * 360 - 20);
    IntervalsRequest whole = hours(world, List.of());
    // Columns of pixels of some 50 minutes: of each, one quarter hour is cut at most.
    long[] cuts = columns(whole.fromMicros(), whole.toMicros(), 4);
    IntervalsRequest request =
        request(List.of(), whole.fromMicros(), whole.toMicros(), cuts, List.of());
    Counting counting = new Counting(world);
    IntervalsAnswer.Found found = found(counting.reader, request);
    assertEquals(expected(world.reader(1), request), found.series());
    assertEquals(List.of("summaries", "chunks", "journal"), found.completeness().sources());
    assertTrue(counting.chunkReads >= 1 && counting.chunkReads <= 3, counting.chunkReads + "");
  }

  /** History 19 of the reference. */
  @Test
  void aSummaryDoesNotCountWhereSomethingElseLiesWithinItsTimes() {
    Folded world = steady(new Folded(), 400);
    IntervalsRequest request = hours(world, ALL);
    List<IntervalSeries> before = found(world.reader(99), request).series();
    long corrected = request.fromMicros() + HOUR_MICROS / 10 / SECOND_MICROS * SECOND_MICROS;
    long event =
        raw(world.reader(1), request).series().getFirst().samples().get(30).eventTimeMicros();
    assertTrue(event < corrected + HOUR_MICROS);
    // Late, in the tail, then in a block, then in a row of chunks of its own.
    world.send(event, "m", new Value.Real(1000.5));
    for (int tier = 0; tier < 3; tier++) {
      List<IntervalSeries> now = found(world.reader(99), request).series();
      assertEquals(expected(world.reader(1), request), now, "tier " + tier);
      assertTrue(!before.equals(now), "it changes an hour");
      world.time.advance(Duration.ofMinutes(18));
      world.sort();
      if (tier == 1) {
        world.pack();
      }
    }
  }

  @Test
  void aDamagedSummaryHidesNothing() {
    Folded world = steady(new Folded(), 400);
    IntervalsRequest request = hours(world, ALL);
    FoldTables damaging =
        AlteredFolds.folds(
            world.folds,
            (method, result) -> {
              if (!method.equals("readSummaries")) {
                return result;
              }
              @SuppressWarnings("unchecked")
              List<FoldTables.Summarized> rows = (List<FoldTables.Summarized>) result;
              return rows.stream()
                  .map(
                      row -> {
                        byte[] bytes = row.summary().clone();
                        if (bytes.length > 0) {
                          bytes[bytes.length / 2] ^= 1;
                        }
                        return new FoldTables.Summarized(row.key(), bytes);
                      })
                  .toList();
            });
    IntervalsAnswer.Found found = found(reader(world, damaging), request);
    assertEquals(expected(world.reader(1), request), found.series());
    assertEquals(List.of("chunks", "journal"), found.completeness().sources());
    assertTrue(found.completeness().complete());
  }

  @Test
  void damagedColumnsAreReported() {
    Folded world = steady(new Folded(), 400);
    IntervalsRequest hours = hours(world, ALL);
    long[] cuts = cuts("1m", hours.fromMicros(), hours.toMicros());
    IntervalsRequest minutes = request(List.of(), hours.fromMicros(), hours.toMicros(), cuts, ALL);
    FoldTables damaging =
        AlteredFolds.folds(
            world.folds,
            (method, result) -> {
              if (!method.equals("readChunks")) {
                return result;
              }
              @SuppressWarnings("unchecked")
              List<FoldTables.Chunk> rows = (List<FoldTables.Chunk>) result;
              return rows.stream()
                  .map(row -> new FoldTables.Chunk(row.key(), new byte[] {1}, row.summary()))
                  .toList();
            });
    Completeness completeness = found(reader(world, damaging), minutes).completeness();
    assertTrue(!completeness.complete() && completeness.damagedFrames() > 3);
    assertTrue(found(reader(world, damaging), hours).completeness().complete());
  }

  @Test
  void partsOfOneChunkFollowEachOther() {
    TreeMap<DeviceId, Integer> fast = new TreeMap<>();
    fast.put(DEVICE, 15);
    Folded world = new Folded(new Layout(Long.MIN_VALUE, 1, 15, fast));
    Random random = new Random(5);
    long begin = world.time.micros();
    for (int second = 0; second < 2400; second++) {
      MetricValue[] noise = new MetricValue[20];
      for (int m = 0; m < noise.length; m++) {
        noise[m] = new MetricValue("m" + m, new Value.Real(random.nextGaussian()));
      }
      world.send(0, world.time.micros(), noise);
      world.time.advance(Duration.ofSeconds(1));
    }
    world.time.advance(Duration.ofMinutes(20));
    world.sort();
    world.pack();
    long to = world.time.micros();
    for (String interval : List.of("1m", "15m", "1h")) {
      for (List<Aggregate> aggregates : List.of(ALL, List.<Aggregate>of())) {
        IntervalsRequest request =
            request(List.of("m3", "m11"), begin, to, cuts(interval, begin, to), aggregates);
        assertEquals(
            expected(world.reader(1), request), found(world.reader(1000), request).series());
      }
    }
    assertTrue(world.meter.chunks() > 4, "parts of " + world.meter.chunks());
  }

  @Test
  void rowsOfTwoRunsAreOneAnswer() {
    Folded world = steady(new Folded(), 300);
    IntervalsRequest request = hours(world, ALL);
    List<IntervalSeries> before = found(world.reader(99), request).series();
    // The same rows again under other digests, as of a run that saw other frames.
    for (FoldTables.Chunk chunk : chunks(world, request)) {
      FoldTables.ChunkKey key = chunk.key();
      FoldTables.ChunkKey again =
          new FoldTables.ChunkKey(
              key.partition(), key.device(), key.span(), key.arrival(), key.part(), ~key.digest());
      Stages.done(
          world.folds.insertChunks(
              List.of(new FoldTables.Chunk(again, chunk.bytes(), chunk.summary())),
              Duration.ofDays(1)));
    }
    assertEquals(before, found(world.reader(99), request).series());
  }

  private static List<FoldTables.Chunk> chunks(Folded world, IntervalsRequest request) {
    List<FoldTables.Chunk> chunks = new ArrayList<>();
    long day = Math.floorDiv(request.fromMicros() / 60_000_000, 1440) * 1440;
    for (int group = 0; group < 8; group++) {
      FoldTables.ChunkPartition partition =
          new FoldTables.ChunkPartition(Retention.DAYS_30, ENTERPRISE, group, day);
      chunks.addAll(Stages.done(world.folds.readChunks(partition, DEVICE, 0, Long.MAX_VALUE)));
    }
    assertTrue(!chunks.isEmpty());
    return chunks;
  }

  // --- limits ---------------------------------------------------------------------------------

  @Test
  void anAnswerWithMoreSamplesThanAskedForIsTooLarge() {
    Folded world = steady(new Folded(), 300);
    IntervalsRequest hours = hours(world, ALL);
    long[] cuts = cuts("1m", hours.fromMicros(), hours.toMicros());
    int size =
        found(world.reader(99), request(List.of(), hours.fromMicros(), hours.toMicros(), cuts, ALL))
            .series()
            .stream()
            .mapToInt(series -> series.samples().size())
            .sum();
    for (int max : List.of(size, size - 1, 1)) {
      IntervalsRequest bounded =
          new IntervalsRequest(
              ENTERPRISE, DEVICE, List.of(), hours.fromMicros(), hours.toMicros(), cuts, ALL, max);
      Class<? extends IntervalsAnswer> expected =
          max >= size ? IntervalsAnswer.Found.class : IntervalsAnswer.TooLarge.class;
      assertInstanceOf(expected, Stages.done(world.reader(99).intervals(bounded)));
    }
  }

  @Test
  void moreMetricsThanAreToldApartAreTooLarge() {
    Folded world = new Folded();
    MetricValue[] many = new MetricValue[IntervalMerge.METRICS_MAX + 1];
    Arrays.setAll(many, i -> new MetricValue("m" + i, new Value.Int(i)));
    world.send(0, world.time.micros(), many);
    IntervalsRequest request = hours(world, List.of(Aggregate.MAX));
    assertInstanceOf(
        IntervalsAnswer.TooLarge.class, Stages.done(world.reader(99_999).intervals(request)));
    IntervalsRequest named =
        request(
            List.of("m7"),
            request.fromMicros(),
            request.toMicros(),
            request.cutsMicros(),
            List.of(Aggregate.MAX));
    assertEquals(1, found(world.reader(99_999), named).series().size());
  }

  @Test
  void nothingIsNoSeries() {
    Folded world = new Folded();
    assertEquals(List.of(), found(world.reader(9), hours(world, ALL)).series());
  }

  // --- what is asked, and what is expected ----------------------------------------------------

  /** So many readings, one every 10 s, of one metric; all packed but perhaps the last hour. */
  private static Folded steady(Folded world, int readings) {
    for (int i = 0; i < readings; i++) {
      world.send(world.time.micros(), "m", new Value.Real(200 + i % 37 * 0.5));
      world.time.advance(Duration.ofSeconds(10));
    }
    world.time.advance(Duration.ofMinutes(20));
    world.sort();
    world.pack();
    return world;
  }

  /** Hours of all there is. */
  private static IntervalsRequest hours(Folded world, List<Aggregate> aggregates) {
    long from = Math.floorDiv(ManualTime.BEGIN.getEpochSecond(), 3600L) * HOUR_MICROS;
    long to = world.time.micros() + 1;
    return request(List.of(), from, to, cuts("1h", from, to), aggregates);
  }

  private static Reader reader(Folded world, FoldTables folds) {
    return new Reader(
        new Tail(world.journal, folds, Runnable::run, 64 << 20),
        folds,
        new Layouts(folds, new MemoryRegistry(), world.time),
        new Beginnings(new MemoryRegistry()),
        world.time);
  }

  /** Counts reads of chunks. */
  private static final class Counting {
    int chunkReads;
    int summaryReads;
    final Reader reader;

    Counting(Folded world) {
      reader =
          IntervalsReadTest.reader(
              world,
              AlteredFolds.folds(
                  world.folds,
                  (method, result) -> {
                    chunkReads += method.equals("readChunks") ? 1 : 0;
                    summaryReads += method.equals("readSummaries") ? 1 : 0;
                    return result;
                  }));
    }
  }
}
