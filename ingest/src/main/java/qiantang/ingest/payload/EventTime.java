package qiantang.ingest.payload;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * An event time as a payload gives it: milliseconds since 1970, possibly with a fraction.
 *
 * @param micros 0 where there is a fault
 * @param fault why it is no time at all, or null
 */
record EventTime(long micros, @Nullable String fault) {
  // The year 287,396: beyond it microseconds overflow, and no clock is that wrong.
  private static final double MILLIS_MAX = 9e15;

  /** The time that the parser stands on; does not move the parser. */
  static EventTime of(JsonParser parser, JsonToken token) throws IOException {
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
      return new EventTime(0, "an event time that is not a number: send milliseconds since 1970");
    }
    double approximate = parser.getDoubleValue();
    if (!(Math.abs(approximate) < MILLIS_MAX)) {
      return new EventTime(0, "event time " + parser.getText() + " ms is no date");
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return new EventTime(parser.getLongValue() * 1000, null);
    }
    if (Math.abs(approximate) < 1) {
      // BigDecimal would make a gigabyte of zeros out of 1e-999999999.
      return new EventTime((long) Math.floor(approximate * 1000), null);
    }
    BigDecimal micros = new BigDecimal(parser.getText()).movePointRight(3);
    return new EventTime(micros.setScale(0, RoundingMode.FLOOR).longValue(), null);
  }
}
