package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * Where and why a payload is no JSON (RFC 8259), in our own words: what a parser says is about its
 * own settings, and who sent the payload cannot change those. Looked for only in what the parser
 * has refused, so it costs good messages nothing.
 */
final class JsonFault {
  // Deeper than what the parser goes: it refuses such nesting before anything that stands in it.
  private static final int NESTING_MAX = 100;

  private static final String ENDS = "it ends here, before it is whole: was it cut off?";

  private final byte[] bytes;
  private final int end;
  private int at;
  private @Nullable String why;

  private JsonFault(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    end = offset + length;
    at = offset;
  }

  /** The first fault of a UTF-8 text, as a sentence with its place; null where none is found. */
  static @Nullable String find(byte[] bytes, int offset, int length) {
    JsonFault fault = new JsonFault(bytes, offset, length);
    if (fault.value(0)) {
      fault.end();
    }
    String found = fault.why;
    return found == null ? null : "no JSON" + place(bytes, offset, fault.at) + ": " + found;
  }

  /** Byte offset from 0, line and column from 1, as editors count them. */
  static String place(byte[] bytes, int offset, int at) {
    int line = 1;
    int column = 1;
    for (int i = offset; i < at; i++) {
      if (bytes[i] == '\n') {
        line++;
        column = 1;
      } else if ((bytes[i] & 0xC0) != 0x80) {
        column++; // the first byte of a character
      }
    }
    return " at byte offset %d (line %d, column %d)".formatted(at - offset, line, column);
  }

  private void end() {
    skipBlanks();
    if (at < end) {
      var _ = fail("something follows the JSON value: send one value a message");
    }
  }

  private boolean value(int depth) {
    skipBlanks();
    if (at == end) {
      return fail(ENDS);
    }
    return switch (bytes[at]) {
      case '{' -> depth < NESTING_MAX && object(depth + 1);
      case '[' -> depth < NESTING_MAX && array(depth + 1);
      case '"' -> text();
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> word();
    };
  }

  private boolean object(int depth) {
    at++;
    skipBlanks();
    if (at < end && bytes[at] == '}') {
      at++;
      return true;
    }
    while (true) {
      skipBlanks();
      if (at == end) {
        return fail(ENDS);
      }
      if (bytes[at] != '"') {
        return fail(
            bytes[at] == '}'
                ? "a comma stands before it and nothing behind that: leave the comma out"
                : "a name must stand here, in double quotes");
      }
      if (!text() || !colon() || !value(depth)) {
        return false;
      }
      skipBlanks();
      if (at < end && bytes[at] == '}') {
        at++;
        return true;
      }
      if (!comma('}')) {
        return false;
      }
    }
  }

  private boolean array(int depth) {
    at++;
    skipBlanks();
    if (at < end && bytes[at] == ']') {
      at++;
      return true;
    }
    while (true) {
      skipBlanks();
      if (at < end && bytes[at] == ']') {
        return fail("a comma stands before it and nothing behind that: leave the comma out");
      }
      if (!value(depth)) {
        return false;
      }
      skipBlanks();
      if (at < end && bytes[at] == ']') {
        at++;
        return true;
      }
      if (!comma(']')) {
        return false;
      }
    }
  }

  private boolean colon() {
    skipBlanks();
    if (at < end && bytes[at] == ':') {
      at++;
      return true;
    }
    return fail(at == end ? ENDS : "a colon must stand between a name and its value");
  }

  private boolean comma(char close) {
    if (at < end && bytes[at] == ',') {
      at++;
      return true;
    }
    return fail(at == end ? ENDS : "a comma or " + close + " must stand here");
  }

  private boolean text() {
    at++;
    while (at < end) {
      int next = bytes[at];
      if (next == '"') {
        at++;
        return true;
      }
      if (next >= 0 && next < 0x20) {
        return fail(
            "a control character (0x%02x) in a text: write it as \\u%04x".formatted(next, next));
      }
      if (next == '\\' && !escape()) {
        return false;
      }
      at++;
    }
    return fail(ENDS);
  }

  /** Stands on the backslash, and then on the last character of the escape. */
  private boolean escape() {
    if (at + 1 == end) {
      at = end;
      return fail(ENDS);
    }
    char kind = (char) bytes[at + 1];
    if ("\"\\/bfnrt".indexOf(kind) >= 0) {
      at++;
      return true;
    }
    if (kind != 'u') {
      return fail("a backslash begins none of JSON's escapes here: write a plain one as \\\\");
    }
    for (int i = at + 2; i < at + 6; i++) {
      if (i >= end) {
        at = end;
        return fail(ENDS);
      }
      if (Character.digit((char) (bytes[i] & 0xff), 16) < 0) {
        return fail("\\u takes four hexadecimal digits");
      }
    }
    at += 5;
    return true;
  }

  private boolean number() {
    int begin = at;
    if (bytes[at] == '-') {
      at++;
    }
    if (at < end && bytes[at] == 'I') {
      at = begin;
      return word();
    }
    int first = at;
    if (digits() == 0) {
      return fail(at == end ? ENDS : "a number has a digit here: 0.5, not .5 or -");
    }
    if (bytes[first] == '0' && at > first + 1) {
      at = first;
      return fail("a number has no zero before its other digits");
    }
    if (at < end && bytes[at] == '.') {
      at++;
      if (digits() == 0) {
        return fail(at == end ? ENDS : "a number has a digit behind its point");
      }
    }
    if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
        at++;
      }
      if (digits() == 0) {
        return fail(at == end ? ENDS : "a number has a digit in its exponent");
      }
    }
    return true;
  }

  private int digits() {
    int begin = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    return at - begin;
  }

  private boolean word() {
    for (String known : new String[] {"true", "false", "null"}) {
      if (stands(known)) {
        at += known.length();
        return true;
      }
    }
    for (String number : new String[] {"NaN", "nan", "Infinity", "-Infinity", "inf"}) {
      if (stands(number)) {
        return fail(number + " is no number of JSON: send null, or leave the metric out");
      }
    }
    return fail(
        switch (bytes[at]) {
          case '\'' -> "a text stands in double quotes, not in single ones";
          case '+' -> "a number has no plus sign";
          case '.' -> "a number has a digit here: 0.5, not .5";
          case '/' -> "JSON has no comments";
          case ',', '}', ']', ':' -> "a value must stand before '" + (char) bytes[at] + "'";
          default -> unexpected();
        });
  }

  private String unexpected() {
    int length = 1;
    while (at + length < end && (bytes[at + length] & 0xC0) == 0x80) {
      length++; // all bytes of the character
    }
    String text = new String(bytes, at, length, UTF_8);
    if (text.equals("\uFEFF")) {
      return "a byte order mark: send the text without it";
    }
    boolean isShown = text.codePoints().noneMatch(Character::isISOControl);
    return (isShown ? "'" + text + "'" : "a control character")
        + " begins no value: it is a text in double quotes, a number, true, false, null,"
        + " an object or an array";
  }

  private boolean stands(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at + i >= end || bytes[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void skipBlanks() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }

  private boolean fail(String sentence) {
    why = sentence;
    return false;
  }
}
