package qiantang.query.http;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Interval;
import qiantang.store.summary.IntervalText;
import qiantang.store.summary.Intervals;

/** {@link IntervalParameters} in a body: what is told of time by intervals. */
final class IntervalMembers {
  /** What a chart shows of an interval: its first, last, smallest and largest sample. */
  static final String M4 = "m4";

  private final Members members;

  /**
   * The intervals.
   *
   * @param cutsMicros begins of the intervals, and the end of the last
   * @param beginAlike whether they begin by the usual clock, whoever asks
   */
  record Cut(long[] cutsMicros, boolean beginAlike) {}

  /** Those of a body. */
  IntervalMembers(Members members) {
    this.members = members;
  }

  /** Whether there are any. */
  boolean areGiven() {
    return members.isGiven("interval")
        || members.isGiven("aggregate")
        || members.isGiven("tz")
        || members.isGiven("points");
  }

  /** What to tell of a time; something else where there are faults. */
  IntervalParameters.Told read(long fromMicros, long toMicros) {
    int points = members.number("points", 0, IntervalParameters.INTERVALS_MAX);
    boolean isThinned = isThinned();
    List<Aggregate> aggregates =
        isThinned ? List.of() : aggregates("aggregate", aggregate -> true, Aggregate.AVG);
    boolean isByIntervals = members.isGiven("interval") || members.isGiven("aggregate");
    if (points > 0 && isByIntervals) {
      members.fault(
          "points", "take either points, for a chart of samples, or interval and aggregate");
    }
    Cut cut = cut(fromMicros, toMicros);
    if (points > 0) {
      long endMicros = Math.max(toMicros, fromMicros + 1);
      return new IntervalParameters.Told(
          IntervalParameters.columns(fromMicros, endMicros, points), List.of());
    }
    return new IntervalParameters.Told(cut.cutsMicros(), aggregates);
  }

  private boolean isThinned() {
    List<?> words = members.elements("aggregate");
    if (words.contains(M4) && words.size() > 1) {
      members.fault("aggregate", "take m4, which tells samples, or some of the others");
    }
    return words.contains(M4);
  }

  /** The intervals of a time; without a length one. */
  Cut cut(long fromMicros, long toMicros) {
    Interval interval = members.parsed("interval", IntervalText.FORM, IntervalText::parse);
    ZoneId zone = members.parsed("tz", IntervalParameters.ZONE_FORM, IntervalParameters::zone);
    long endMicros = Math.max(toMicros, fromMicros + 1); // of no time at all, one empty interval
    if (interval == null) {
      if (members.isGiven("tz") && !members.isGiven("interval")) {
        members.fault("tz", "it goes with interval, which begins by the clocks of that zone");
      }
      return new Cut(new long[] {fromMicros, endMicros}, false);
    }
    long[] cuts =
        new Intervals(interval, zone == null ? IntervalParameters.USUAL_ZONE : zone)
            .cut(fromMicros, endMicros, IntervalParameters.INTERVALS_MAX);
    if (cuts == null) {
      members.fault(
          "interval",
          "from 'from' to 'to' there are more than "
              + IntervalParameters.INTERVALS_MAX
              + " of them: take a longer interval, or a shorter time");
      return new Cut(new long[] {fromMicros, endMicros}, false);
    }
    return new Cut(cuts, !members.isGiven("tz"));
  }

  /** Some aggregates, each once; the usual one where none is given. */
  List<Aggregate> aggregates(String name, Predicate<Aggregate> isKnown, Aggregate usual) {
    List<?> elements = members.elements(name);
    List<Aggregate> aggregates = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      @Nullable Aggregate aggregate =
          elements.get(i) instanceof String word ? Aggregate.ofWord(word) : null;
      if (aggregate == null || !isKnown.test(aggregate)) {
        List<String> words =
            Arrays.stream(Aggregate.values()).filter(isKnown).map(Aggregate::word).toList();
        members.fault(name, i, "it takes some of " + words);
      } else if (!aggregates.contains(aggregate)) {
        aggregates.add(aggregate);
      }
    }
    return aggregates.isEmpty() ? List.of(usual) : aggregates;
  }
}
