package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.read.Folded.ENTERPRISE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.fold.Layout;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.summary.Across;
import qiantang.store.summary.Aggregate;

/** Sets of devices: what is told of them is what each device's samples say, one by one. */
class SetsReadTest {
  private static final int DEVICES = 6;
  private static final List<Aggregate> TOLD = List.of(Aggregate.values());
  private static final List<Aggregate> ACROSS =
      List.of(Aggregate.SUM, Aggregate.AVG, Aggregate.MIN, Aggregate.MAX, Aggregate.COUNT);

  private final Random random = new Random();
  private Folded world = new Folded();
  private long begin;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void whatIsToldOfSetsIsWhatTheSamplesSay(int seed) {
    random.setSeed(seed);
    int span = List.of(15, 60, 360, 1440).get(seed % 4);
    TreeMap<DeviceId, Integer> fast = new TreeMap<>();
    fast.put(device(0), span);
    world = new Folded(new Layout(Long.MIN_VALUE, 2, span, fast));
    begin = world.time.micros();
    for (int minute = 0; minute < 26 * 60; minute++) {
      for (int i = 0; i < DEVICES; i++) {
        send(i, minute);
      }
      world.time.advance(Duration.ofMinutes(1));
      if (random.nextInt(40) == 0) {
        world.sort();
      }
      if (random.nextInt(120) == 0) {
        world.pack();
      }
      if (minute % 300 == 299) {
        check(seed, 3);
      }
    }
    world.time.advance(Duration.ofDays(1));
    world.sort();
    world.pack();
    check(seed, 8);
    assertTrue(world.meter.rollups() > 0);
  }

  private void send(int number, int minute) {
    if (number == 2 && minute / 200 % 2 == 1) {
      return; // a gap of hours
    }
    long now = world.time.micros();
    Value text = new Value.Text("off");
    Value level = new Value.Real(random.nextInt(800) / 8.0);
    Value counter = new Value.Int(minute % 700 * (number + 1L));
    Value either = random.nextBoolean() ? new Value.Bool(random.nextBoolean()) : text;
    long time = random.nextInt(30) == 0 ? begin + random.nextLong(now - begin + 1) : now;
    world.send(
        random.nextInt(2),
        device(number),
        time,
        new MetricValue("level", level),
        new MetricValue("counter", counter),
        new MetricValue("either", either));
  }

  private void check(int seed, int questions) {
    for (int i = 0; i < questions; i++) {
      long now = world.time.micros();
      long from = begin + random.nextLong(now - begin);
      long to = from + 1 + random.nextLong(20 * 3_600_000_000L);
      String interval = List.of("1h", "2h", "1d", "20m").get(random.nextInt(4));
      SortedMap<DeviceId, Integer> setOf = new TreeMap<>();
      for (int device = 0; device < DEVICES; device++) {
        if (random.nextInt(4) > 0) {
          setOf.put(device(device), random.nextInt(3));
        }
      }
      setOf.put(new DeviceId("never"), 3);
      Aggregate told = TOLD.get(random.nextInt(TOLD.size()));
      String metric = List.of("level", "counter", "either").get(random.nextInt(3));
      long[] cuts = IntervalQuestions.cuts(interval, from, to);
      SetsRequest request =
          new SetsRequest(ENTERPRISE, setOf, metric, from, to, cuts, told, false, 1_000_000);
      checkOne(
          request, "seed %d: %s of %s by %s, %s".formatted(seed, told, metric, interval, setOf));
    }
  }

  private void checkOne(SetsRequest request, String question) {
    Reader reader = world.reader(250_000);
    SetsAnswer.Found found =
        assertInstanceOf(SetsAnswer.Found.class, Stages.done(reader.sets(request)));
    Map<String, String> expected = new TreeMap<>();
    Map<Integer, Integer> told = new TreeMap<>();
    Map<String, List<Cell>> cells = new TreeMap<>();
    request
        .setOf()
        .forEach(
            (device, set) -> {
              SortedMap<Integer, Cell> ofDevice = bySamples(reader, request, device);
              told.merge(set, ofDevice.isEmpty() ? 0 : 1, Integer::sum);
              ofDevice.forEach(
                  (interval, cell) ->
                      cells
                          .computeIfAbsent(set + " " + interval, key -> new ArrayList<>())
                          .add(cell));
            });
    cells.forEach((key, some) -> expected.put(key, reckoned(request.told(), some)));
    Map<String, String> answered = new TreeMap<>();
    found
        .bySet()
        .forEach(
            (set, ofSet) -> {
              assertEquals(told.get(set), ofSet.devices(), question);
              ofSet
                  .byInterval()
                  .forEach((interval, across) -> answered.put(set + " " + interval, text(across)));
            });
    assertEquals(expected, answered, question);
    assertTrue(found.completeness().complete(), question);
  }

  /** What one device tells of an interval, and the sum and number of its numbers there. */
  private record Cell(double value, double sum, long numbers) {}

  /** From its raw samples, as {@link IntervalQuestions} reckons them. */
  private static SortedMap<Integer, Cell> bySamples(
      Reader reader, SetsRequest request, DeviceId device) {
    SortedMap<Integer, Cell> cells = new TreeMap<>();
    IntervalsRequest ofDevice = request.of(device);
    for (var series : IntervalQuestions.expected(reader, ofDevice)) {
      for (var sample : series.samples()) {
        Double value = number(sample.value());
        int interval = 0;
        while (request.cutsMicros()[interval] != sample.timeMicros()) {
          interval++;
        }
        if (value != null) {
          cells.put(interval, cell(reader, ofDevice, interval, value));
        }
      }
    }
    return cells;
  }

  private static Cell cell(Reader reader, IntervalsRequest request, int interval, double value) {
    double sum = 0;
    long numbers = 0;
    for (Series.Sample sample : IntervalQuestions.raw(reader, request).series().get(0).samples()) {
      Double number = number(sample.value());
      if (number != null
          && sample.eventTimeMicros() >= request.cutsMicros()[interval]
          && sample.eventTimeMicros() < request.cutsMicros()[interval + 1]) {
        sum += number;
        numbers++;
      }
    }
    return new Cell(value, sum, numbers);
  }

  private static @Nullable Double number(Value value) {
    return switch (value) {
      case Value.Int(long whole) -> (Double) (double) whole;
      case Value.Real(double real) -> Double.valueOf(real);
      case Value.Bool(boolean truth) -> Double.valueOf(truth ? 1 : 0);
      case Value.Text _, Value.Json _ -> null;
    };
  }

  private static String reckoned(Aggregate told, List<Cell> cells) {
    double sum = cells.stream().mapToDouble(Cell::value).sum();
    double mean =
        told == Aggregate.AVG
            ? cells.stream().mapToDouble(Cell::sum).sum()
                / cells.stream().mapToLong(Cell::numbers).sum()
            : sum / cells.size();
    return text(
        sum,
        mean,
        cells.stream().mapToDouble(Cell::value).min().orElseThrow(),
        cells.stream().mapToDouble(Cell::value).max().orElseThrow(),
        cells.size());
  }

  private static String text(Across across) {
    List<Double> values = new ArrayList<>();
    for (Aggregate aggregate : ACROSS) {
      Value value = across.of(aggregate);
      Double number = value == null ? null : number(value);
      values.add(number == null ? Double.NaN : number);
    }
    return text(values.get(0), values.get(1), values.get(2), values.get(3), values.get(4));
  }

  /** Sums of means differ in the last bits by their order; the answer's do not, the check's do. */
  private static String text(double sum, double avg, double min, double max, double devices) {
    return "%.6f %.6f %.6f %.6f %.0f".formatted(sum, avg, min + 0.0, max + 0.0, devices);
  }

  private static DeviceId device(int number) {
    return new DeviceId("d" + number);
  }

  @Test
  void moreCellsThanMayBeHeldAreRefused() {
    long now = world.time.micros();
    SortedMap<DeviceId, Integer> setOf = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      world.send(0, device(i), now, new MetricValue("m", new Value.Int(i)));
      setOf.put(device(i), i);
    }
    long[] cuts = {now, now + 1};
    SetsRequest three =
        new SetsRequest(ENTERPRISE, setOf, "m", now, now + 1, cuts, Aggregate.LAST, false, 3);
    SetsRequest two =
        new SetsRequest(ENTERPRISE, setOf, "m", now, now + 1, cuts, Aggregate.LAST, false, 2);
    assertInstanceOf(SetsAnswer.Found.class, Stages.done(world.reader(10).sets(three)));
    assertInstanceOf(SetsAnswer.TooLarge.class, Stages.done(world.reader(10).sets(two)));
  }
}
