package qiantang.store.summary;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How intervals are written: a number and a unit, or a duration of ISO 8601. */
public final class IntervalText {
  /** For whoever wrote one that is none. */
  public static final String FORM =
      "an interval is a number and ms, s, m (minutes), h, d, w, mo (months) or y, like 15m, 1h, 1d"
          + " or 1mo, or a duration of ISO 8601, like PT15M, P1D or P1M; it has to divide a day or"
          + " to be whole days or whole months: 10m or 15m, but not 7m";

  private static final Pattern SIMPLE = Pattern.compile("([0-9]{1,9})(ms|s|m|min|h|d|w|mo|y)");
  private static final Pattern ISO =
      Pattern.compile(
          "P(?=.)((?<y>[0-9]{1,6})Y)?((?<mo>[0-9]{1,6})M)?((?<w>[0-9]{1,6})W)?((?<d>[0-9]{1,6})D)?"
              + "(T(?=.)((?<h>[0-9]{1,6})H)?((?<m>[0-9]{1,6})M)?"
              + "((?<s>[0-9]{1,9})([.,](?<ms>[0-9]{1,3}))?S)?)?");

  private static final long SECOND_MICROS = 1_000_000;
  private static final long MINUTE_MICROS = 60 * SECOND_MICROS;
  private static final long HOUR_MICROS = 60 * MINUTE_MICROS;

  private IntervalText() {}

  /** The interval of a text, or null where it is none. */
  public static @Nullable Interval parse(String text) {
    Matcher simple = SIMPLE.matcher(text);
    if (simple.matches()) {
      return simple(Long.parseLong(simple.group(1)), simple.group(2));
    }
    Matcher iso = ISO.matcher(text);
    return iso.matches() ? iso(iso) : null;
  }

  private static @Nullable Interval simple(long number, String unit) {
    return switch (unit) {
      case "ms" -> of(number * 1000, 0, 0);
      case "s" -> of(number * SECOND_MICROS, 0, 0);
      case "m", "min" -> of(number * MINUTE_MICROS, 0, 0);
      case "h" -> of(number * HOUR_MICROS, 0, 0);
      case "d" -> of(0, number, 0);
      case "w" -> of(0, 7 * number, 0);
      case "mo" -> of(0, 0, number);
      case "y" -> of(0, 0, 12 * number);
      default -> throw new AssertionError("BUG: unit " + unit);
    };
  }

  private static @Nullable Interval iso(Matcher iso) {
    String thousandths = iso.group("ms");
    long millis = thousandths == null ? 0 : number((thousandths + "00").substring(0, 3));
    return of(
        number(iso.group("h")) * HOUR_MICROS
            + number(iso.group("m")) * MINUTE_MICROS
            + number(iso.group("s")) * SECOND_MICROS
            + millis * 1000,
        7 * number(iso.group("w")) + number(iso.group("d")),
        12 * number(iso.group("y")) + number(iso.group("mo")));
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** Of one kind alone: a month is no fixed number of days, nor always a day one of hours. */
  private static @Nullable Interval of(long micros, long days, long months) {
    if (months > 0) {
      boolean fits = micros == 0 && days == 0 && months <= Interval.MONTHS_MAX;
      return fits ? new Interval.Months((int) months) : null;
    }
    long allDays = days + micros / Interval.DAY_MICROS;
    if (allDays > 0) {
      boolean fits = micros % Interval.DAY_MICROS == 0 && allDays <= Interval.DAYS_MAX;
      return fits ? new Interval.Days((int) allDays) : null;
    }
    boolean fits = micros >= Interval.CLOCK_MICROS_MIN && Interval.DAY_MICROS % micros == 0;
    return fits ? new Interval.Clock(micros) : null;
  }
}
