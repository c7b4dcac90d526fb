package qiantang.query.http;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Times as requests give them: ISO 8601 with a zone, or milliseconds since 1970 UTC. */
final class Times {
  static final String FORM =
      "a time is ISO 8601 with its zone, like 2026-03-01T08:00:00Z or 2026-03-01T16:00:00+08:00,"
          + " or milliseconds since 1970 UTC";

  private static final Pattern MILLIS = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,9})?");
  private static final Pattern LOST_PLUS = Pattern.compile(" (?=[0-9]{2}:?[0-9]{2}$)");
  private static final BigDecimal MICROS_PER_MILLI = BigDecimal.valueOf(1000);
  // Years 0 to 9999: beyond, a mistyped unit is likelier than a date.
  private static final long MILLIS_MIN = -62_167_219_200_000L;
  private static final long MILLIS_MAX = 253_402_300_799_999L;

  private Times() {}

  /**
   * The microseconds since 1970 UTC, or empty where the text is no time. What is finer is rounded
   * up: of samples at whole microseconds, the same ones lie at or behind it.
   */
  static OptionalLong parseMicros(String text) {
    if (MILLIS.matcher(text).matches()) {
      BigDecimal micros = new BigDecimal(text).multiply(MICROS_PER_MILLI);
      return within(micros.setScale(0, RoundingMode.CEILING).longValueExact());
    }
    try {
      // A plus sign that was not written as %2B arrives as a space.
      Instant instant = OffsetDateTime.parse(LOST_PLUS.matcher(text).replaceFirst("+")).toInstant();
      Instant micros = instant.truncatedTo(ChronoUnit.MICROS);
      long floor = ChronoUnit.MICROS.between(Instant.EPOCH, micros);
      return within(micros.equals(instant) ? floor : floor + 1);
    } catch (DateTimeException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong within(long micros) {
    return micros >= MILLIS_MIN * 1000 && micros <= MILLIS_MAX * 1000
        ? OptionalLong.of(micros)
        : OptionalLong.empty();
  }
}
