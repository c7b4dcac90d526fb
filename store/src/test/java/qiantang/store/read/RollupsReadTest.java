package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.read.Folded.ENTERPRISE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Layouts;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;

/** Days of several devices: what rollups tell is what the samples say. */
class RollupsReadTest {
  private static final List<Aggregate> ALL = List.copyOf(EnumSet.allOf(Aggregate.class));
  private static final List<Aggregate> OF_SEVERAL =
      ALL.stream().filter(Aggregate::isOfSeveral).toList();
  private static final long HOUR_MICROS = 3_600_000_000L;
  private static final List<String> METRICS = List.of("temperature", "counter", "state", "rare");

  private final List<DeviceId> devices = new ArrayList<>();
  private final Map<String, Integer> asked = new TreeMap<>();
  private Folded world = new Folded();
  private Random random = new Random(0);

  @ParameterizedTest
  @ValueSource(ints = {15, 60, 360, 1440})
  void whatRollupsTellIsWhatTheSamplesSay(int spanMinutes) {
    random = new Random(spanMinutes);
    TreeMap<DeviceId, Integer> fast = new TreeMap<>();
    fast.put(new DeviceId("fast"), spanMinutes);
    world = new Folded(new Layout(Long.MIN_VALUE, 2, spanMinutes, fast));
    devices.addAll(
        List.of(new DeviceId("a"), new DeviceId("b"), new DeviceId("c"), new DeviceId("fast")));
    long begin = world.time.micros();
    for (int minute = 0; minute < 30 * 60; minute++) {
      for (DeviceId device : devices) {
        send(device, minute, begin);
      }
      world.time.advance(Duration.ofMinutes(1));
      if (minute % 30 == 0) {
        world.sort();
        world.pack();
      }
      if (minute % 400 == 399) {
        check(begin, 2);
      }
    }
    check(begin, 5);
    world.time.advance(Duration.ofDays(2));
    world.sort();
    check(begin, 3);
    world.pack();
    check(begin, 10);
    assertTrue(world.meter.rollups() > 0);
  }

  private void send(DeviceId device, int minute, long begin) {
    long now = world.time.micros();
    int node = random.nextInt(2);
    if (device.text().equals("c") && minute / 300 % 2 == 1) {
      return; // off for 5 hours out of 10
    }
    double level = 20 + Math.rint(80 * Math.sin(minute / 50.0)) / 8;
    world.send(
        node,
        device,
        now,
        new MetricValue("temperature", new Value.Real(level)),
        new MetricValue("counter", new Value.Int(minute % 700 * 7L)));
    if (random.nextInt(20) == 0) {
      String state = random.nextInt(4) == 0 ? "s".repeat(100) : "s" + random.nextInt(3);
      world.send(node, device, now, new MetricValue("state", new Value.Text(state)));
      world.send(node, device, now, new MetricValue("rare", new Value.Bool(random.nextBoolean())));
    }
    if (random.nextInt(400) == 0) {
      // Of any time before, which may be there already, and of which there may be a rollup.
      long past = begin + (now - begin) / 10 * random.nextInt(10);
      world.send(node, device, past, new MetricValue("temperature", new Value.Int(minute % 50)));
      world.send(node, device, past, new MetricValue("counter", new Value.Int(minute % 900)));
    }
  }

  private void check(long begin, int questions) {
    for (int i = 0; i < questions; i++) {
      long now = world.time.micros();
      boolean all = random.nextInt(3) == 0;
      long from = all ? begin - 2 * HOUR_MICROS : begin + random.nextLong(now - begin);
      long to = all ? now + 1 : from + 1 + random.nextLong(20 * HOUR_MICROS);
      String[] intervals = {"1h", "1h", "2h", "6h", "1d", "30m", "90m"};
      String interval = intervals[random.nextInt(intervals.length)];
      long[] cuts = IntervalQuestions.cuts(interval, from, to);
      List<String> metrics = random.nextBoolean() ? List.of() : List.of("counter", "state");
      for (DeviceId device : devices) {
        IntervalsRequest request =
            new IntervalsRequest(ENTERPRISE, device, metrics, from, to, cuts, ALL, 1_000_000);
        IntervalsAnswer.Found found = IntervalQuestions.found(reader(), request);
        assertEquals(
            IntervalQuestions.expected(reader(), request), found.series(), interval + request);
      }
      checkTotals(metrics, from, to, cuts, interval);
    }
  }

  private void checkTotals(List<String> metrics, long from, long to, long[] cuts, String interval) {
    TotalsRequest request =
        new TotalsRequest(ENTERPRISE, metrics, from, to, cuts, OF_SEVERAL, 1_000_000);
    IntervalsAnswer.Found found =
        assertInstanceOf(IntervalsAnswer.Found.class, Stages.done(reader().totals(request)));
    for (String metric : metrics.isEmpty() ? METRICS : metrics) {
      Map<Aggregate, List<Sample>> expected = expected(metric, from, to, cuts);
      for (Aggregate aggregate : OF_SEVERAL) {
        assertEquals(
            expected.get(aggregate),
            found.series().stream()
                .filter(it -> it.metric().equals(metric) && it.aggregate() == aggregate)
                .map(IntervalSeries::samples)
                .findFirst()
                .orElse(List.of()),
            interval + " " + aggregate + " of " + metric);
      }
    }
  }

  /** By what each device tells; values are eighths, so that sums of doubles are exact. */
  private Map<Aggregate, List<Sample>> expected(String metric, long from, long to, long[] cuts) {
    Map<Aggregate, TreeMap<Long, Value>> values = new EnumMap<>(Aggregate.class);
    TreeMap<Long, Integer> numbers = new TreeMap<>();
    for (DeviceId device : devices) {
      IntervalsRequest request =
          new IntervalsRequest(
              ENTERPRISE, device, List.of(metric), from, to, cuts, OF_SEVERAL, 1_000_000);
      for (IntervalSeries series : IntervalQuestions.expected(reader(), request)) {
        Aggregate aggregate = series.aggregate();
        if (aggregate != null) {
          TreeMap<Long, Value> times = values.computeIfAbsent(aggregate, any -> new TreeMap<>());
          for (Sample sample : series.samples()) {
            times.merge(sample.timeMicros(), sample.value(), (a, b) -> together(aggregate, a, b));
          }
        }
      }
      countNumbers(metric, device, from, to, cuts)
          .forEach((time, count) -> numbers.merge(time, count, Integer::sum));
    }
    Map<Aggregate, List<Sample>> expected = new EnumMap<>(Aggregate.class);
    for (Aggregate aggregate : OF_SEVERAL) {
      boolean isMean = aggregate == Aggregate.AVG;
      List<Sample> samples = new ArrayList<>();
      values
          .getOrDefault(isMean ? Aggregate.SUM : aggregate, new TreeMap<>())
          .forEach(
              (time, value) -> {
                double mean = number(value) / numbers.getOrDefault(time, 0);
                samples.add(new Sample(time, isMean ? new Value.Real(mean) : value));
              });
      expected.put(aggregate, samples);
    }
    return expected;
  }

  private Map<Long, Integer> countNumbers(
      String metric, DeviceId device, long from, long to, long[] cuts) {
    Map<Long, Integer> counts = new TreeMap<>();
    SeriesRequest request =
        new SeriesRequest(ENTERPRISE, device, List.of(metric), from, to, 1_000_000);
    for (Series series : Stages.done(reader().series(request)).series()) {
      for (Series.Sample sample : series.samples()) {
        if (!(sample.value() instanceof Value.Text)) {
          int i = 0;
          while (cuts[i + 1] <= sample.eventTimeMicros()) {
            i++;
          }
          counts.merge(cuts[i], 1, Integer::sum);
        }
      }
    }
    return counts;
  }

  private static Value together(Aggregate aggregate, Value a, Value b) {
    return switch (aggregate) {
      case MIN -> number(b) < number(a) || isRealOfTwo(a, b) ? b : a;
      case MAX -> number(b) > number(a) || isRealOfTwo(a, b) ? b : a;
      default ->
          a instanceof Value.Int(long x) && b instanceof Value.Int(long y)
              ? new Value.Int(x + y)
              : new Value.Real(number(a) + number(b));
    };
  }

  private static boolean isRealOfTwo(Value a, Value b) {
    return number(a) == number(b) && a instanceof Value.Int && b instanceof Value.Real;
  }

  private static double number(Value value) {
    return switch (value) {
      case Value.Int(long whole) -> whole;
      case Value.Real(double real) -> real;
      case Value.Bool(boolean truth) -> truth ? 1 : 0;
      case Value.Text _, Value.Json _ -> throw new AssertionError(value);
    };
  }

  private Reader reader() {
    FoldTables watched =
        AlteredFolds.folds(
            world.folds,
            (method, answer) -> {
              asked.merge(method, 1, Integer::sum);
              return answer;
            });
    return new Reader(
        new Tail(world.journal, watched, Runnable::run, 64 << 20),
        watched,
        new Layouts(watched, new MemoryRegistry(), world.time),
        new Beginnings(new MemoryRegistry()),
        world.time);
  }

  @Test
  void daysOfTheDeviceAndHoursOfAllTakeNoChunks() {
    devices.addAll(List.of(new DeviceId("a"), new DeviceId("b")));
    world.time.advance(Duration.ofDays(1).minus(Duration.ofMinutes(1)));
    long begin = Math.floorDiv(world.time.micros(), 24 * HOUR_MICROS) * 24 * HOUR_MICROS;
    for (int minute = 0; minute < 24 * 60 * 3; minute++) {
      long now = world.time.micros();
      devices.forEach(
          device ->
              world.send(
                  0, device, now, new MetricValue("counter", new Value.Int(now / 1_000_000))));
      world.time.advance(Duration.ofMinutes(1));
    }
    world.time.advance(Duration.ofHours(8));
    // In one go, so that no layout of longer spans is thought of for these days.
    world.sort();
    world.pack();
    long from = begin + 24 * HOUR_MICROS;
    long to = from + 24 * HOUR_MICROS;
    asked.clear();
    IntervalsAnswer.Found days =
        IntervalQuestions.found(
            reader(),
            new IntervalsRequest(
                ENTERPRISE,
                new DeviceId("a"),
                List.of(),
                from,
                to,
                new long[] {from, to},
                List.of(Aggregate.COUNT),
                10));
    assertEquals(new Value.Int(24 * 60), days.series().getFirst().samples().getFirst().value());
    assertEquals(0, asked.getOrDefault("readChunks", 0) + asked.getOrDefault("readSummaries", 0));
    asked.clear();
    IntervalsAnswer.Found hours =
        assertInstanceOf(
            IntervalsAnswer.Found.class,
            Stages.done(
                reader()
                    .totals(
                        new TotalsRequest(
                            ENTERPRISE,
                            List.of("counter"),
                            from,
                            to,
                            IntervalQuestions.cuts("1h", from, to),
                            List.of(Aggregate.DELTA),
                            100))));
    assertEquals(24, hours.series().getFirst().samples().size());
    assertEquals(
        new Value.Int(2 * 59 * 60), hours.series().getFirst().samples().getFirst().value());
    assertEquals(List.of("summaries", "journal"), hours.completeness().sources());
    assertEquals(0, asked.getOrDefault("readChunks", 0) + asked.getOrDefault("readSummaries", 0));
  }
}
