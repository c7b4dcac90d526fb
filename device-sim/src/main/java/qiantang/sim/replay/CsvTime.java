package qiantang.sim.replay;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times of recorded data: ISO with a space or a T, without zone UTC; epoch seconds or millis. */
final class CsvTime {
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,13}(\\.\\d{1,9})?");
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendOffset("+HH:MM", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HHmm", "Z")
          .optionalEnd()
          .toFormatter(Locale.ROOT);

  /** As seconds the year 5138, as milliseconds March 1973: what is below is seconds. */
  private static final BigDecimal MILLIS_FROM = BigDecimal.valueOf(100_000_000_000L);

  private CsvTime() {}

  /** Epoch microseconds; null if the text is no time. */
  static @Nullable Long micros(String text) {
    String time = text.strip();
    if (NUMBER.matcher(time).matches()) {
      BigDecimal number = new BigDecimal(time);
      boolean millis = number.abs().compareTo(MILLIS_FROM) >= 0;
      return number.movePointRight(millis ? 3 : 6).longValue();
    }
    try {
      return ChronoUnit.MICROS.between(Instant.EPOCH, instant(time));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Instant instant(String time) {
    if (DATE.matcher(time).matches()) {
      return LocalDate.parse(time).atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    // The first gap stands for the T, a second one may stand before the zone.
    String iso = time.replaceFirst(" +", "T").replace(" ", "");
    TemporalAccessor parsed = ISO.parseBest(iso, OffsetDateTime::from, LocalDateTime::from);
    return parsed instanceof OffsetDateTime zoned
        ? zoned.toInstant()
        : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
  }
}
