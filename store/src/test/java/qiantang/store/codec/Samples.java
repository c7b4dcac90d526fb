package qiantang.store.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import qiantang.store.harness.Entries;
import qiantang.store.model.Value;

/** Samples of one device to build columns from, and to compare them with afterwards. */
final class Samples {
  static final long NOON_MICROS = 1_768_464_000_000_000L;

  /** One sample as it is given to the builder. */
  record Sample(
      long eventTimeMicros,
      long arrivalMicros,
      boolean stamped,
      boolean possibleRepeat,
      String metric,
      Value value) {
    /** All it says, a double by its bits, its arrival in whole milliseconds. */
    String text() {
      return "%d %d %b %b %s=%s"
          .formatted(
              eventTimeMicros,
              Math.floorDiv(arrivalMicros, 1000L),
              stamped,
              possibleRepeat,
              metric,
              Entries.text(value));
    }
  }

  private Samples() {}

  static DeviceColumns columns(List<Sample> samples) {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (Sample s : samples) {
      builder.add(
          s.eventTimeMicros, s.arrivalMicros, s.stamped, s.possibleRepeat, s.metric, s.value);
    }
    return builder.build();
  }

  /** One metric, one value a second, stamped, taken 20 ms later. */
  static DeviceColumns column(int count, IntFunction<Value> value) {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < count; i++) {
      long micros = NOON_MICROS + 1_000_000L * i;
      builder.add(micros, micros + 20_000, true, false, "metric", value.apply(i));
    }
    return builder.build();
  }

  /** What the samples say, sorted. */
  static List<String> texts(List<Sample> samples) {
    return samples.stream().map(Sample::text).sorted().toList();
  }

  /** What the columns say, sorted. */
  static List<String> texts(DeviceColumns columns) {
    List<String> texts = new ArrayList<>();
    for (Column column : columns.columns()) {
      for (int i = 0; i < column.count(); i++) {
        int row = column.row(i);
        texts.add(
            new Sample(
                    columns.eventTimeMicros(row),
                    columns.arrivalMillis(row) * 1000,
                    columns.stamped(row),
                    columns.possibleRepeat(row),
                    column.metric(),
                    column.value(i))
                .text());
      }
    }
    texts.sort(Comparator.naturalOrder());
    return texts;
  }

  /** Samples of up to so many instants and any shape at all. */
  static List<Sample> random(Random random, int instantsMax) {
    long[] times = times(random, 1 + random.nextInt(instantsMax));
    int metrics = 1 + random.nextInt(8);
    List<IntFunction<Value>> values = new ArrayList<>();
    List<Integer> every = new ArrayList<>();
    for (int m = 0; m < metrics; m++) {
      values.add(values(random));
      every.add(random.nextBoolean() ? 1 : 1 + random.nextInt(20));
    }
    boolean steady = random.nextBoolean();
    boolean messageEach = random.nextInt(4) == 0;
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < times.length; i++) {
      long arrivalMicros =
          random.nextInt(50) == 0 ? random.nextLong() : times[i] + random.nextInt(90_000);
      for (int m = 0; m < metrics; m++) {
        boolean due = steady ? i % every.get(m) == 0 : random.nextInt(every.get(m)) == 0;
        if (due || (i == 0 && m == 0)) {
          arrivalMicros += messageEach ? 5000 : 0;
          samples.add(
              new Sample(
                  times[i],
                  arrivalMicros,
                  random.nextInt(100) > 0,
                  random.nextInt(300) == 0,
                  "metric/" + "abcdefgh".charAt(m) + (m % 3 == 0 ? "温度" : ""),
                  values.get(m).apply(i)));
        }
      }
    }
    return samples;
  }

  /** Distinct instants, ascending. */
  private static long[] times(Random random, int count) {
    long stepMicros = 1L + random.nextInt(20_000_000);
    int shape = random.nextInt(4);
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] =
          switch (shape) {
            case 0 -> NOON_MICROS + i * stepMicros;
            case 1 -> NOON_MICROS + 1000L * (i * 20_000L + random.nextInt(10_000));
            case 2 -> NOON_MICROS + random.nextInt(2_000_000_000);
            default -> random.nextLong();
          };
    }
    return Arrays.stream(times).distinct().sorted().toArray();
  }

  private static IntFunction<Value> values(Random random) {
    Value[] few = new Value[1 + random.nextInt(5)];
    Arrays.setAll(few, i -> Entries.randomValue(random));
    int scale = 1 + random.nextInt(1000);
    return switch (random.nextInt(9)) {
      case 0 -> i -> new Value.Bool(random.nextInt(10) == 0);
      case 1 -> i -> new Value.Int(random.nextInt(scale));
      case 2 -> i -> new Value.Real(random.nextInt(100_000) / (double) scale);
      case 3 -> i -> number(random.nextInt(2000) / 10.0); // as JavaScript prints it
      case 4 -> i -> Entries.randomValue(random);
      case 5 -> i -> few[random.nextInt(few.length)];
      case 6 -> i -> new Value.Text(i % 7 == 0 ? "" : "state " + random.nextInt(scale));
      case 7 -> i -> new Value.Json("{\"x\":" + i + ",\"温\":[" + random.nextInt(scale) + "]}");
      default -> i -> i < 40 ? new Value.Int(scale + i) : new Value.Text("off");
    };
  }

  /** 20.0 as the integer 20, 20.5 as a double. */
  static Value number(double value) {
    return value == Math.rint(value) ? new Value.Int((long) value) : new Value.Real(value);
  }
}
