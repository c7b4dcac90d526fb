package qiantang.store.summary;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import qiantang.store.harness.Entries;
import qiantang.store.model.Value;

/** Summaries and aggregates by the plain definition, slowly. */
public final class Reckoning {
  // More digits than the quotient of any two of our numbers needs to be told from a half.
  private static final MathContext DIGITS = new MathContext(2500);

  private Reckoning() {}

  static BigDecimal decimal(Value number) {
    return switch (number) {
      case Value.Bool(boolean truth) -> truth ? BigDecimal.ONE : BigDecimal.ZERO;
      case Value.Int(long integer) -> BigDecimal.valueOf(integer);
      case Value.Real(double real) -> new BigDecimal(real);
      case Value.Text _, Value.Json _ -> throw new AssertionError(number);
    };
  }

  /** The double nearest to a number, infinities included. */
  static double doubleOf(Value number) {
    return number instanceof Value.Real(double real) ? real : decimal(number).doubleValue();
  }

  /** The numbers among the samples. */
  static List<Sample> numbers(List<Sample> samples) {
    return samples.stream().filter(sample -> Numbers.isNumber(sample.value())).toList();
  }

  static BigDecimal sum(List<Sample> samples) {
    return numbers(samples).stream()
        .map(sample -> decimal(sample.value()))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  static BigDecimal integral(List<Sample> samples) {
    BigDecimal integral = BigDecimal.ZERO;
    for (int i = 0; i < samples.size() - 1; i++) {
      if (Numbers.isNumber(samples.get(i).value())) {
        long micros = samples.get(i + 1).timeMicros() - samples.get(i).timeMicros();
        integral =
            integral.add(decimal(samples.get(i).value()).multiply(BigDecimal.valueOf(micros)));
      }
    }
    return integral;
  }

  static long heldMicros(List<Sample> samples) {
    long held = 0;
    for (int i = 0; i < samples.size() - 1; i++) {
      if (Numbers.isNumber(samples.get(i).value())) {
        held += samples.get(i + 1).timeMicros() - samples.get(i).timeMicros();
      }
    }
    return held;
  }

  static BigDecimal resets(List<Sample> samples) {
    List<Sample> numbers = numbers(samples);
    BigDecimal resets = BigDecimal.ZERO;
    for (int i = 1; i < numbers.size(); i++) {
      if (order(numbers.get(i).value(), numbers.get(i - 1).value()) < 0) {
        resets = resets.add(decimal(numbers.get(i - 1).value()));
      }
    }
    return resets;
  }

  /** By worth, and where that is equal, -0.0 before all other zeros. */
  static int order(Value a, Value b) {
    int byWorth = decimal(a).compareTo(decimal(b));
    return byWorth != 0 ? byWorth : Boolean.compare(isMinusZero(b), isMinusZero(a));
  }

  private static boolean isMinusZero(Value value) {
    return value.equals(new Value.Real(-0.0));
  }

  static Sample extreme(List<Sample> samples, int sign) {
    Sample best = numbers(samples).getFirst();
    for (Sample sample : numbers(samples)) {
      if (sign * order(sample.value(), best.value()) > 0) {
        best = sample;
      }
    }
    return best;
  }

  /** The summary of samples, from the definition of each of its parts. */
  public static Summary summary(List<Sample> samples) {
    List<Sample> numbers = numbers(samples);
    return new Summary(
        samples.size(),
        samples.getFirst(),
        samples.getLast(),
        numbers.isEmpty()
            ? null
            : new Numbers(
                numbers.size(),
                numbers.stream().anyMatch(sample -> sample.value() instanceof Value.Real),
                numbers.getFirst().value(),
                numbers.getLast().value(),
                extreme(samples, -1),
                extreme(samples, 1),
                exact(sum(samples)),
                exact(integral(samples)),
                heldMicros(samples),
                exact(resets(samples))));
  }

  /** The exact number of a decimal that is a multiple of a power of two. */
  static Exact exact(BigDecimal decimal) {
    BigDecimal scaled = decimal.multiply(new BigDecimal(BigInteger.TWO.pow(1200)));
    return new Exact(scaled.toBigIntegerExact(), -1200);
  }

  /** The quotient, rounded once. */
  static double quotient(BigDecimal dividend, long divisor) {
    return dividend.divide(BigDecimal.valueOf(divisor), DIGITS).doubleValue();
  }

  static Summary summarize(List<Sample> samples) {
    Summarizer summarizer = new Summarizer();
    samples.forEach(sample -> summarizer.add(sample.timeMicros(), sample.value()));
    @Nullable Summary summary = summarizer.take();
    if (summary == null) {
      throw new AssertionError("no samples");
    }
    return summary;
  }

  /** So many samples of one flavour, in order of time. */
  static List<Sample> random(Random random, int count) {
    IntFunction<Value> values = values(random);
    long timeMicros = random.nextInt(4) == 0 ? -random.nextLong(1L << 60) : 1_768_464_000_000_000L;
    boolean regular = random.nextBoolean();
    long stepMicros = 1 + random.nextLong(1L << random.nextInt(40));
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(new Sample(timeMicros, values.apply(i)));
      timeMicros += regular ? stepMicros : 1 + random.nextLong(stepMicros);
    }
    return samples;
  }

  private static IntFunction<Value> values(Random random) {
    double scale = Math.pow(10, random.nextInt(6));
    int range = 1 + random.nextInt(10_000);
    return switch (random.nextInt(9)) {
      case 0 -> i -> new Value.Bool(random.nextInt(3) == 0);
      case 1 -> i -> new Value.Int(random.nextInt(range) - range / 3);
      case 2 -> i -> new Value.Real((random.nextInt(range) - range / 3) / scale);
      case 3 -> i -> new Value.Real((float) (random.nextInt(range) / scale));
      case 4 -> i -> number(random.nextInt(range) / scale);
      case 5 -> i -> i % 17 == 16 ? new Value.Int(0) : new Value.Int(1000L * i); // counts, resets
      case 6 -> i -> edge(random);
      case 7 -> i -> random.nextInt(4) == 0 ? edge(random) : new Value.Real(21.5 + i % 3);
      default -> i -> Entries.randomValue(random);
    };
  }

  static Value number(double value) {
    return value == Math.rint(value) ? new Value.Int((long) value) : new Value.Real(value);
  }

  /** What breaks sums and comparisons. */
  static Value edge(Random random) {
    Value[] edges = {
      new Value.Real(0.0),
      new Value.Real(-0.0),
      new Value.Int(0),
      new Value.Bool(false),
      new Value.Bool(true),
      new Value.Int(1),
      new Value.Real(1.0),
      new Value.Real(Double.MAX_VALUE),
      new Value.Real(-Double.MAX_VALUE),
      new Value.Real(Double.MIN_VALUE),
      new Value.Real(-Double.MIN_VALUE),
      new Value.Real(Double.MIN_NORMAL),
      new Value.Real(Double.NaN),
      new Value.Real(Double.POSITIVE_INFINITY),
      new Value.Real(Double.NEGATIVE_INFINITY),
      new Value.Int(Long.MAX_VALUE),
      new Value.Int(Long.MIN_VALUE),
      new Value.Real(0x1p63),
      new Value.Real(-0x1p63),
      new Value.Int((1L << 53) + 1),
      new Value.Real(0x1p53),
      new Value.Int(-(1L << 53) - 1),
      new Value.Real(0.1),
      new Value.Real(1e16),
      new Value.Real(1e-300),
      new Value.Text("off"),
      new Value.Json("{}"),
    };
    return edges[random.nextInt(edges.length)];
  }
}
