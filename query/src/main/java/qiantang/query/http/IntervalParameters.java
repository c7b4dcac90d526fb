package qiantang.query.http;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Grid;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Interval;
import qiantang.store.summary.IntervalText;
import qiantang.store.summary.Intervals;

/**
 * How a series is to be told by intervals instead of by all its samples: aggregates of intervals of
 * the calendar or of the whole time, or the samples that a chart of so many columns of pixels
 * shows.
 */
final class IntervalParameters {
  /** Most intervals of one answer: a week of minutes; and far more pixels than a screen has. */
  static final int INTERVALS_MAX = 11_000;

  private static final Set<String> NAMES = Set.of("interval", "aggregate", "tz", "points");
  static final ZoneId USUAL_ZONE = Grid.ZONE;

  private final Parameters parameters;
  private final Faults faults;
  private final boolean isOfSeveral;

  /**
   * What to tell.
   *
   * @param cutsMicros begins of the intervals, and the end of the last
   * @param aggregates of each; none for samples thinned
   */
  record Told(long[] cutsMicros, List<Aggregate> aggregates) {}

  /**
   * Those of a request.
   *
   * @param isOfSeveral whether it asks for several devices together
   */
  IntervalParameters(Parameters parameters, Faults faults, boolean isOfSeveral) {
    this.parameters = parameters;
    this.faults = faults;
    this.isOfSeveral = isOfSeveral;
  }

  /** Whether a request has any of them. */
  static boolean areIn(Request request) {
    return NAMES.stream().anyMatch(name -> request.query().contains(name));
  }

  /** What to tell of a time; something else where there are faults. */
  Told read(long fromMicros, long toMicros) {
    Interval interval = parameters.parsed("interval", IntervalText.FORM, IntervalText::parse);
    List<Aggregate> aggregates = aggregates();
    ZoneId zone = parameters.parsed("tz", ZONE_FORM, IntervalParameters::zone);
    int points = parameters.number("points", 0, INTERVALS_MAX);
    refuseMixtures(interval != null, !aggregates.isEmpty(), zone != null, points > 0);
    for (String paging : List.of("limit", "cursor")) {
      if (parameters.text(paging) != null) {
        faults.parameter(paging, "leave it out: by intervals, an answer comes whole");
      }
    }
    long endMicros = Math.max(toMicros, fromMicros + 1); // of no time at all, one empty interval
    if (points > 0) {
      return new Told(columns(fromMicros, endMicros, points), List.of());
    }
    return new Told(
        interval == null
            ? new long[] {fromMicros, endMicros}
            : cuts(interval, zone == null ? USUAL_ZONE : zone, fromMicros, endMicros),
        aggregates.isEmpty() ? List.of(Aggregate.AVG) : aggregates);
  }

  static final String ZONE_FORM =
      "it takes a time zone, like Asia/Shanghai, Europe/Berlin, UTC or +08:00";

  static @Nullable ZoneId zone(String text) {
    try {
      // A plus sign that was not written as %2B arrives as a space.
      return ZoneId.of(text.startsWith(" ") ? "+" + text.substring(1) : text);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private List<Aggregate> aggregates() {
    String text = parameters.text("aggregate");
    List<Aggregate> aggregates = new ArrayList<>();
    for (String word : text == null ? List.<String>of() : Arrays.asList(text.split(",", -1))) {
      Aggregate aggregate = Aggregate.ofWord(word);
      if (aggregate == null || (isOfSeveral && !aggregate.isOfSeveral())) {
        faults.parameter(
            "aggregate",
            "cannot read '"
                + Parameters.shortened(word)
                + "': it takes some of "
                + words()
                + ", separated by commas"
                + (isOfSeveral ? "; of several devices there is no order of samples" : ""));
        return List.of();
      }
      if (!aggregates.contains(aggregate)) {
        aggregates.add(aggregate);
      }
    }
    return aggregates;
  }

  private String words() {
    return Arrays.stream(Aggregate.values())
        .filter(aggregate -> !isOfSeveral || aggregate.isOfSeveral())
        .map(Aggregate::word)
        .collect(Collectors.joining(","));
  }

  private void refuseMixtures(boolean interval, boolean aggregate, boolean zone, boolean points) {
    if (points && isOfSeveral) {
      faults.parameter("points", "leave it out: it is for the samples of one device");
    }
    if (points && (interval || aggregate)) {
      faults.parameter(
          "points", "take either points, for a chart of samples, or interval and aggregate");
    }
    if (zone && !interval) {
      faults.parameter("tz", "it goes with interval, which begins by the clocks of that zone");
    }
  }

  /** As equal as microseconds allow; of less time than columns, one a microsecond. */
  static long[] columns(long fromMicros, long toMicros, int points) {
    int columns = (int) Math.min(points, toMicros - fromMicros);
    long[] cuts = new long[columns + 1];
    for (int i = 0; i <= columns; i++) {
      // The span of years 0 to 9999 times 11,000 does not fit a long.
      long whole = (toMicros - fromMicros) / columns;
      long rest = (toMicros - fromMicros) % columns;
      cuts[i] = fromMicros + whole * i + rest * i / columns;
    }
    return cuts;
  }

  private long[] cuts(Interval interval, ZoneId zone, long fromMicros, long toMicros) {
    long[] cuts = new Intervals(interval, zone).cut(fromMicros, toMicros, INTERVALS_MAX);
    if (cuts == null) {
      faults.parameter(
          "interval",
          "from 'from' to 'to' there are more than "
              + INTERVALS_MAX
              + " of them: take a longer interval, or a shorter time");
      return new long[] {fromMicros, toMicros};
    }
    return cuts;
  }
}
