package qiantang.sim.replay;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.regex.Pattern;
import qiantang.sim.audit.SampleValues;

/** How the text of a cell becomes a value: a JSON number and true/false as such, else a string. */
final class Cell {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d*)");
  private static final int EXACT_BITS = 53;

  private Cell() {}

  static boolean isEmpty(String text) {
    return text.isEmpty();
  }

  /** Appends the cell as a JSON value, a number with the very digits of the file. */
  static void appendTo(StringBuilder json, String text) {
    if (NUMBER.matcher(text).matches() || isFlag(text)) {
      json.append(text);
    } else {
      json.append('"').append(JsonStringEncoder.getInstance().quoteAsString(text)).append('"');
    }
  }

  /** Whether an answer is the value that was published, to the last bit. */
  static boolean equal(String text, JsonNode answer) {
    if (isFlag(text)) {
      return answer.isBoolean() && answer.booleanValue() == Boolean.parseBoolean(text);
    }
    if (!NUMBER.matcher(text).matches()) {
      return answer.isTextual() && answer.textValue().equals(text);
    }
    if (WHOLE.matcher(text).matches()) {
      BigInteger whole = new BigInteger(text);
      if (whole.bitLength() > EXACT_BITS) {
        return SampleValues.sameWhole(whole, answer);
      }
    }
    return SampleValues.sameBits(Double.parseDouble(text), answer);
  }

  private static boolean isFlag(String text) {
    return text.equals("true") || text.equals("false");
  }
}
