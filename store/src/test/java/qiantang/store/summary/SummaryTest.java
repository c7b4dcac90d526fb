package qiantang.store.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.model.Value;

class SummaryTest {
  @Test
  void isWhatItsPartsAreByDefinition() {
    Random random = new Random(11);
    for (int i = 0; i < 3000; i++) {
      List<Sample> samples = Reckoning.random(random, 1 + random.nextInt(40));
      assertEquals(Reckoning.summary(samples), Reckoning.summarize(samples));
    }
  }

  /** However the samples are cut, and whatever is merged first. */
  @Test
  void mergesToTheSummaryOfAllSamples() {
    Random random = new Random(12);
    for (int i = 0; i < 3000; i++) {
      List<Sample> samples = Reckoning.random(random, 1 + random.nextInt(60));
      assertEquals(Reckoning.summary(samples), byHalves(random, samples));
      assertEquals(Reckoning.summary(samples), inPieces(random, samples));
    }
  }

  private static Summary byHalves(Random random, List<Sample> samples) {
    if (samples.size() == 1 || random.nextInt(8) == 0) {
      return Reckoning.summarize(samples);
    }
    int cut = 1 + random.nextInt(samples.size() - 1);
    return byHalves(random, samples.subList(0, cut))
        .followedBy(byHalves(random, samples.subList(cut, samples.size())));
  }

  /** Some as samples, some as summaries, some as arrays, as an interval takes them. */
  private static @Nullable Summary inPieces(Random random, List<Sample> samples) {
    Summarizer summarizer = new Summarizer();
    int from = 0;
    while (from < samples.size()) {
      int to = Math.min(samples.size(), from + random.nextInt(10));
      List<Sample> piece = samples.subList(from, to);
      boolean integers = piece.stream().allMatch(it -> it.value() instanceof Value.Int);
      boolean reals = piece.stream().allMatch(SummaryTest::fitsDoubles);
      if (!piece.isEmpty() && random.nextInt(3) == 0) {
        summarizer.add(Reckoning.summarize(piece));
      } else if (integers && random.nextBoolean()) {
        addIntegers(samples, from, to, summarizer);
      } else if (reals && random.nextInt(4) > 0) {
        addReals(samples, from, to, summarizer);
      } else {
        piece.forEach(sample -> summarizer.add(sample.timeMicros(), sample.value()));
      }
      from = to;
    }
    return summarizer.take();
  }

  private static boolean fitsDoubles(Sample sample) {
    return sample.value() instanceof Value.Real
        || (sample.value() instanceof Value.Int(long integer) && Math.abs(integer) <= 1L << 53);
  }

  private static void addIntegers(List<Sample> samples, int from, int to, Summarizer into) {
    long[] times = samples.stream().mapToLong(Sample::timeMicros).toArray();
    long[] values = new long[samples.size()];
    for (int i = from; i < to; i++) {
      values[i] = ((Value.Int) samples.get(i).value()).value();
    }
    into.addIntegers(times, values, from, to);
  }

  private static void addReals(List<Sample> samples, int from, int to, Summarizer into) {
    long[] times = samples.stream().mapToLong(Sample::timeMicros).toArray();
    double[] values = new double[samples.size()];
    boolean[] integers = new boolean[samples.size()];
    boolean anyInteger = false;
    for (int i = from; i < to; i++) {
      values[i] = Reckoning.doubleOf(samples.get(i).value());
      integers[i] = samples.get(i).value() instanceof Value.Int;
      anyInteger |= integers[i];
    }
    into.addReals(times, values, anyInteger ? integers : null, from, to);
  }

  @Test
  void aSummarizerBeginsAnewWhenItsSummaryIsTaken() {
    Random random = new Random(13);
    Summarizer summarizer = new Summarizer();
    assertNull(summarizer.take());
    for (int i = 0; i < 200; i++) {
      List<Sample> samples = new ArrayList<>(Reckoning.random(random, 1 + random.nextInt(5)));
      samples.forEach(sample -> summarizer.add(sample.timeMicros(), sample.value()));
      assertEquals(samples.size(), summarizer.count());
      assertEquals(Reckoning.summary(samples), summarizer.take());
      assertEquals(0, summarizer.count());
    }
    assertNull(summarizer.take());
  }

  @Test
  void whatIsNotLaterIsRefused() {
    Summarizer summarizer = new Summarizer();
    Value one = new Value.Int(1);
    summarizer.add(10, one);
    assertThrows(IllegalArgumentException.class, () -> summarizer.add(10, one));
    Summary summary = Reckoning.summarize(List.of(new Sample(10, one)));
    assertThrows(IllegalArgumentException.class, () -> summarizer.add(summary));
    assertThrows(IllegalArgumentException.class, () -> summary.followedBy(summary));
    assertThrows(IllegalArgumentException.class, () -> summarizer.add(Summary.MICROS_MAX + 1, one));
    assertThrows(IllegalArgumentException.class, () -> new Summarizer().add(Long.MIN_VALUE, one));
    long[] times = {20, 30, 30};
    assertThrows(
        IllegalArgumentException.class,
        () -> summarizer.addReals(times, new double[] {1, 2, 3}, null, 0, 3));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Summarizer().addIntegers(times, new long[] {1, 2, 3}, 0, 3));
    long[] far = {20, Summary.MICROS_MAX + 1};
    assertThrows(
        IllegalArgumentException.class,
        () -> new Summarizer().addIntegers(far, new long[] {1, 2}, 0, 2));
  }

  @Test
  void numbersAreOrderedByWorth() {
    Random random = new Random(14);
    for (int i = 0; i < 20_000; i++) {
      Value a = Reckoning.edge(random);
      Value b = Reckoning.edge(random);
      if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
        assertEquals(
            Integer.signum(Reckoning.order(a, b)),
            Integer.signum(Numbers.compare(a, b)),
            a + "," + b);
      }
    }
  }
}
