package qiantang.store.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.model.Value;

class AggregateTest {
  private static final long SECOND_MICROS = 1_000_000;

  /** One value a second. */
  private static Summary seconds(Object... values) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Value value =
          switch (values[i]) {
            case Integer whole -> new Value.Int(whole);
            case Long whole -> new Value.Int(whole);
            case Double real -> new Value.Real(real);
            case Boolean truth -> new Value.Bool(truth);
            default -> new Value.Text(values[i].toString());
          };
      samples.add(new Sample(i * SECOND_MICROS, value));
    }
    return Reckoning.summarize(samples);
  }

  private static @Nullable Value of(Aggregate aggregate, Summary summary) {
    return aggregate.of(summary, Around.nothing(summary));
  }

  @Test
  void ofDecimalsAsOnPaper() {
    Summary summary = seconds(20.1, 20.4, 19.8, 20.1);
    assertEquals(new Value.Int(4), of(Aggregate.COUNT, summary));
    assertEquals(new Value.Real(20.1), of(Aggregate.FIRST, summary));
    assertEquals(new Value.Real(20.1), of(Aggregate.LAST, summary));
    assertEquals(new Value.Real(19.8), of(Aggregate.MIN, summary));
    assertEquals(new Value.Real(20.4), of(Aggregate.MAX, summary));
    assertEquals(new Value.Real(80.4), of(Aggregate.SUM, summary));
    assertEquals(new Value.Real(20.1), of(Aggregate.AVG, summary));
    assertEquals(new Value.Real(20.1), of(Aggregate.TWA, summary));
  }

  @Test
  void ofIntegersSumsAreIntegers() {
    Summary summary = seconds(Long.MAX_VALUE - 1, 1);
    assertEquals(new Value.Int(Long.MAX_VALUE), of(Aggregate.SUM, summary));
    assertEquals(new Value.Real(0x1p62), of(Aggregate.AVG, summary));
    assertEquals(new Value.Real(0x1p63), of(Aggregate.SUM, seconds(Long.MAX_VALUE, 1)));
    assertEquals(new Value.Real(3.0), of(Aggregate.SUM, seconds(1.0, 2)));
  }

  /** A switch's mean over time is the share of time it was on; its delta how often it went on. */
  @Test
  void ofBooleansAreThoseOfOneAndZero() {
    Summary summary = seconds(true, false, false, true, true, false);
    assertEquals(new Value.Int(3), of(Aggregate.SUM, summary));
    assertEquals(new Value.Real(0.5), of(Aggregate.AVG, summary));
    assertEquals(new Value.Real(0.6), of(Aggregate.TWA, summary));
    assertEquals(new Value.Int(1), of(Aggregate.DELTA, summary));
    assertEquals(new Value.Bool(false), of(Aggregate.MIN, summary));
    assertEquals(new Value.Bool(true), of(Aggregate.MAX, summary));
  }

  @Test
  void ofWhatIsNoNumberThereIsCountFirstAndLast() {
    Summary summary = seconds("on", Double.NaN, "off");
    assertEquals(new Value.Int(3), of(Aggregate.COUNT, summary));
    assertEquals(new Value.Text("on"), of(Aggregate.FIRST, summary));
    assertEquals(new Value.Text("off"), of(Aggregate.LAST, summary));
    for (Aggregate aggregate : EnumSet.range(Aggregate.MIN, Aggregate.DELTA)) {
      assertNull(of(aggregate, summary));
    }
  }

  @Test
  void numbersAmongOthersAreTakenAlone() {
    Summary summary = seconds("on", 4, Double.POSITIVE_INFINITY, 8.0, Double.NaN);
    assertEquals(new Value.Real(6.0), of(Aggregate.AVG, summary));
    assertEquals(new Value.Real(8.0), of(Aggregate.MAX, summary));
    assertEquals(new Value.Real(6.0), of(Aggregate.TWA, summary)); // each held a second
    assertEquals(new Value.Real(4.0), of(Aggregate.DELTA, summary));
    assertEquals(new Value.Int(5), of(Aggregate.COUNT, summary));
  }

  @Test
  void aCounterThatFellBeganAtZero() {
    assertEquals(new Value.Int(15), of(Aggregate.DELTA, seconds(100, 105, 107, 3, 8)));
    assertEquals(new Value.Int(0), of(Aggregate.DELTA, seconds(5)));
    assertEquals(new Value.Int(0), of(Aggregate.DELTA, seconds(5, 5, 5)));
    assertEquals(new Value.Int(3), of(Aggregate.DELTA, seconds(5, 0, 1, 0, 1, 0, 1)));
    // Rounded once: 0.3 - 0.1 of doubles is not 0.2, and three such steps would be worse.
    assertEquals(new Value.Real(0.3 - 0.1), of(Aggregate.DELTA, seconds(0.1, 0.2, 0.25, 0.3)));
  }

  @Test
  void aValueHoldsUntilTheNextSample() {
    Summary summary =
        Reckoning.summarize(
            List.of(
                new Sample(10 * SECOND_MICROS, new Value.Int(1)),
                new Sample(40 * SECOND_MICROS, new Value.Int(4))));
    assertEquals(new Value.Real(1.0), of(Aggregate.TWA, summary));
    // A later sample is known: 1 for 30 s, 4 for 20 s.
    assertEquals(
        new Value.Real(110 / 50.0),
        Aggregate.TWA.of(summary, new Around(null, 0, 60 * SECOND_MICROS)));
    // So is what held before: 7 for 10 s.
    assertEquals(
        new Value.Real(180 / 60.0),
        Aggregate.TWA.of(summary, new Around(new Value.Int(7), 0, 60 * SECOND_MICROS)));
    // What is no number holds too, and there is no number to count.
    assertEquals(
        new Value.Real(110 / 50.0),
        Aggregate.TWA.of(summary, new Around(new Value.Text("off"), 0, 60 * SECOND_MICROS)));
  }

  @Test
  void oneNumberThatHoldsForNoTimeIsItsOwnMean() {
    assertEquals(new Value.Real(7.25), of(Aggregate.TWA, seconds("on", Double.NaN, 7.25)));
  }

  @Test
  void anyAggregateIsTheExactOneRoundedOnce() {
    Random random = new Random(15);
    for (int i = 0; i < 1000; i++) {
      List<Sample> samples = Reckoning.random(random, 1 + random.nextInt(30));
      Summary summary = Reckoning.summarize(samples);
      List<Sample> numbers = Reckoning.numbers(samples);
      if (numbers.isEmpty()) {
        continue;
      }
      double sum = Reckoning.sum(samples).doubleValue();
      double average = Reckoning.quotient(Reckoning.sum(samples), numbers.size());
      assertEquals(sum, real(of(Aggregate.SUM, summary)), 0.0);
      assertEquals(average, real(of(Aggregate.AVG, summary)), 0.0);
      BigDecimal delta =
          Reckoning.decimal(numbers.getLast().value())
              .subtract(Reckoning.decimal(numbers.getFirst().value()))
              .add(Reckoning.resets(samples));
      assertEquals(delta.doubleValue(), real(of(Aggregate.DELTA, summary)), 0.0);
      long heldMicros = Reckoning.heldMicros(samples);
      double twa =
          heldMicros == 0
              ? Reckoning.decimal(numbers.getLast().value()).doubleValue()
              : Reckoning.quotient(Reckoning.integral(samples), heldMicros);
      assertEquals(twa, real(of(Aggregate.TWA, summary)), 0.0);
      for (Aggregate mean : List.of(Aggregate.AVG, Aggregate.TWA)) {
        assertTrue(real(of(Aggregate.MIN, summary)) <= real(of(mean, summary)), mean.word());
        assertTrue(real(of(Aggregate.MAX, summary)) >= real(of(mean, summary)), mean.word());
      }
    }
  }

  private static double real(@Nullable Value number) {
    if (number == null) {
      throw new AssertionError("no value");
    }
    return Reckoning.doubleOf(number);
  }

  @Test
  void everyWordNamesItsAggregate() {
    for (Aggregate aggregate : Aggregate.values()) {
      assertEquals(aggregate, Aggregate.ofWord(aggregate.word()));
    }
    assertNull(Aggregate.ofWord("mean"));
    assertEquals(9, Aggregate.words().size());
  }
}
