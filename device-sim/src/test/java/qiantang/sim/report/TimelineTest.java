package qiantang.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static final long HOUR_MICROS = 3_600_000_000L;

  @Test
  void keepsEverySecondUntilItIsFull() {
    Timeline timeline = filled(Timeline.POINTS_MAX - 1);
    List<Interval> points = timeline.points();
    assertEquals(Timeline.POINTS_MAX - 1, points.size());
    assertEquals(7_000, points.get(7).fromMillis());
    assertEquals(8_000, points.get(7).toMillis());
  }

  @Test
  void losesNoMessageAndNoSecondHoweverLongTheRun() {
    for (int seconds : List.of(1, 599, 600, 601, 1_199, 1_200, 2_401, 10_007)) {
      List<Interval> points = filled(seconds).points();
      assertTrue(points.size() <= Timeline.POINTS_MAX, seconds + " s: " + points.size());
      assertEquals(3L * seconds, points.stream().mapToLong(point -> point.traffic().sent()).sum());
      assertEquals(2L * seconds, points.stream().mapToLong(point -> point.ack().count()).sum());
      long end = 0;
      for (Interval point : points) {
        assertEquals(end, point.fromMillis());
        end = point.toMillis();
      }
      assertEquals(1_000L * seconds, end);
    }
  }

  @Test
  void pointsThatBecameOneHaveThePercentilesOfAllThatWasRecorded() {
    Histogram all = new Histogram(HOUR_MICROS, 3);
    Spread sum = Spread.NONE;
    Random random = new Random(5);
    for (int second = 0; second < 64; second++) {
      Histogram one = new Histogram(HOUR_MICROS, 3);
      for (int i = 0; i < 500; i++) {
        // A tail that only some seconds have, as a pause makes it.
        one.recordValue(200 + random.nextInt(1_000) + (second % 9 == 0 ? 1_000_000L : 0));
      }
      all.add(one);
      sum = sum.plus(Spread.of(one));
    }
    assertEquals(all.getTotalCount(), sum.count());
    assertEquals(all.getValueAtPercentile(50) / 1e3, sum.p50(), sum.p50() / 100);
    assertEquals(all.getValueAtPercentile(99) / 1e3, sum.p99(), sum.p99() / 100);
    assertEquals(all.getMaxValue() / 1e3, sum.max());
  }

  @Test
  void aSecondWithoutMessagesHasNoPercentiles() {
    assertTrue(Double.isNaN(Spread.of(new Histogram(HOUR_MICROS, 3)).p99()));
    Histogram one = new Histogram(HOUR_MICROS, 3);
    one.recordValue(1_234);
    assertEquals(1.234, Spread.NONE.plus(Spread.of(one)).p99());
  }

  @Test
  void theEndOfARunIsPartOfItsLastPoint() {
    for (int seconds : List.of(1, 599, 601, 1_200)) {
      Timeline timeline = filled(seconds);
      int before = timeline.points().size();
      Interval rest = Intervals.second(seconds, "settle", 2, Spread.NONE);
      timeline.extend(Intervals.closed(rest));
      Interval end = timeline.points().getLast();
      assertEquals(before, timeline.points().size());
      assertEquals(1_000L * (seconds + 1), end.toMillis());
      assertEquals(5, end.standing().connected(), "connections that we ended were not lost");
      assertEquals(
          3L * seconds + 2, timeline.points().stream().mapToLong(p -> p.traffic().sent()).sum());
    }
  }

  @Test
  void anEndlessListOfPhasesIsCutAndCounted() {
    Timeline timeline = new Timeline();
    for (int i = 0; i < Timeline.PHASES_MAX + 3; i++) {
      timeline.begin("p" + i, i);
    }
    assertEquals(Timeline.PHASES_MAX, timeline.phases().size());
    assertEquals(3, timeline.phasesLeftOut());
  }

  private static Timeline filled(int seconds) {
    Timeline timeline = new Timeline();
    Histogram acks = new Histogram(HOUR_MICROS, 3);
    acks.recordValueWithCount(1_000, 2);
    Spread spread = Spread.of(acks);
    for (int i = 0; i < seconds; i++) {
      timeline.add(Intervals.second(i, "send", 3, spread));
    }
    return timeline;
  }
}
