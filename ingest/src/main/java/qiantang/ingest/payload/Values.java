package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

/**
 * The metrics of one reading, as they are read. The first fault refuses the reading: a reading is
 * stored as it was sent or not at all. A metric given twice is a fault, for whichever of the two
 * values were kept, the other would be lost in silence.
 */
final class Values {
  // Below this a look at each is faster than a set; most readings have fewer.
  private static final int FEW = 16;

  private final JsonParser parser;
  private final byte[] bytes;
  private final int base;
  private final String prefix;
  private final List<MetricValue> list = new ArrayList<>(4);
  private @Nullable Set<String> many;
  private @Nullable Reason faultReason;
  private String fault = "";

  /**
   * No metric yet.
   *
   * @param base where in {@code bytes} the parser's input begins
   * @param prefix goes before every name
   */
  Values(JsonParser parser, byte[] bytes, int base, String prefix) {
    this.parser = parser;
    this.bytes = bytes;
    this.base = base;
    this.prefix = prefix;
  }

  List<MetricValue> list() {
    return list;
  }

  /** Why the reading is refused, or null. */
  @Nullable Reason faultReason() {
    return faultReason;
  }

  String fault() {
    return fault;
  }

  /** The parser stands on an object; all its keys are metrics. */
  Values readObject() throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      read(name, parser.nextToken());
    }
    return this;
  }

  /** The parser stands on the value of this name and is moved to its end. */
  void read(String key, JsonToken token) throws IOException {
    String name = prefix.isEmpty() ? key : prefix + key;
    Value value = readValue(name, token);
    if (value == null || faultReason != null) {
      return;
    }
    String nameFault = Names.fault(name);
    if (nameFault != null) {
      fail(Reason.MALFORMED, "a metric with " + nameFault);
    } else if (isRepeated(name)) {
      fail(Reason.MALFORMED, "metric '" + name + "' is given twice in one reading");
    } else {
      list.add(new MetricValue(name, value));
    }
  }

  /** The value, or null where there is none or where it is at fault. */
  private @Nullable Value readValue(String name, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_TRUE -> new Value.Bool(true);
      case VALUE_FALSE -> new Value.Bool(false);
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT -> readInteger(name);
      case VALUE_NUMBER_FLOAT -> readReal(name);
      case VALUE_STRING -> readText(name);
      case START_OBJECT, START_ARRAY -> readJson(name);
      default -> throw new AssertionError("BUG: a JSON value that begins with " + token);
    };
  }

  private @Nullable Value readInteger(String name) throws IOException {
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      return fail(Reason.MALFORMED, "metric '" + name + "' is an integer beyond 64 bits");
    }
    return new Value.Int(parser.getLongValue());
  }

  private @Nullable Value readReal(String name) throws IOException {
    double value = parser.getDoubleValue();
    // Never toPlainString or BigDecimal: 1E999999999 would become a gigabyte.
    if (Double.isInfinite(value) || (value == 0 && hasNonZeroDigit(parser.getText()))) {
      return fail(
          Reason.MALFORMED, "metric '" + name + "' is a number beyond the range of a double");
    }
    return new Value.Real(value);
  }

  private static boolean hasNonZeroDigit(String number) {
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c == 'e' || c == 'E') {
        return false;
      }
      if (c >= '1' && c <= '9') {
        return true;
      }
    }
    return false;
  }

  private @Nullable Value readText(String name) throws IOException {
    String text = parser.getText();
    if (Names.exceeds(text, Value.TEXT_BYTES_MAX)) {
      return fail(Reason.TOO_LARGE, tooLarge(name));
    }
    if (Names.hasLoneSurrogate(text)) {
      return fail(
          Reason.MALFORMED, "metric '" + name + "' has half a character (unpaired surrogate)");
    }
    return new Value.Text(text);
  }

  /** The text as it was sent: no number in it is read and written again. */
  private @Nullable Value readJson(String name) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    int length = (int) parser.currentLocation().getByteOffset() - from;
    if (length > Value.TEXT_BYTES_MAX) {
      return fail(Reason.TOO_LARGE, tooLarge(name));
    }
    return new Value.Json(new String(bytes, base + from, length, UTF_8));
  }

  private boolean isRepeated(String name) {
    Set<String> names = many;
    if (names == null && list.size() < FEW) {
      for (MetricValue value : list) {
        if (value.metric().equals(name)) {
          return true;
        }
      }
      return false;
    }
    if (names == null) {
      names = new HashSet<>();
      for (MetricValue value : list) {
        names.add(value.metric());
      }
      many = names;
    }
    return !names.add(name);
  }

  private @Nullable Value fail(Reason reason, String detail) {
    if (faultReason == null) {
      faultReason = reason;
      fault = detail;
    }
    return null;
  }

  private static String tooLarge(String name) {
    return "metric '%s' has a value of more than %d bytes".formatted(name, Value.TEXT_BYTES_MAX);
  }
}
