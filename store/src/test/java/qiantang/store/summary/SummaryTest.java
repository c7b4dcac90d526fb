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

  /** Some as samples, some as summaries, as an interval takes them. */
  private static @Nullable Summary inPieces(Random random, List<Sample> samples) {
    Summarizer summarizer = new Summarizer();
    int from = 0;
    while (from < samples.size()) {
      int to = Math.min(samples.size(), from + 1 + random.nextInt(10));
      if (random.nextBoolean()) {
        summarizer.add(Reckoning.summarize(samples.subList(from, to)));
      } else {
        samples
            .subList(from, to)
            .forEach(sample -> summarizer.add(sample.timeMicros(), sample.value()));
      }
      from = to;
    }
    return summarizer.take();
  }

  @Test
  void numbersOfTheNarrowTypesAreTheSame() {
    Summarizer narrow = new Summarizer();
    narrow.addReal(1, 2.5);
    narrow.addReal(2, Double.NaN);
    narrow.addInteger(3, -7);
    narrow.addTruth(4, true);
    narrow.add(5, new Value.Text("off"));
    List<Sample> samples =
        List.of(
            new Sample(1, new Value.Real(2.5)),
            new Sample(2, new Value.Real(Double.NaN)),
            new Sample(3, new Value.Int(-7)),
            new Sample(4, new Value.Bool(true)),
            new Sample(5, new Value.Text("off")));
    assertEquals(Reckoning.summary(samples), narrow.take());
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
    summarizer.addInteger(10, 1);
    assertThrows(IllegalArgumentException.class, () -> summarizer.addInteger(10, 1));
    Summary summary = Reckoning.summarize(List.of(new Sample(10, new Value.Int(1))));
    assertThrows(IllegalArgumentException.class, () -> summarizer.add(summary));
    assertThrows(IllegalArgumentException.class, () -> summary.followedBy(summary));
    assertThrows(
        IllegalArgumentException.class, () -> summarizer.addInteger(Summary.MICROS_MAX + 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Summarizer().addInteger(Long.MIN_VALUE, 1));
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
