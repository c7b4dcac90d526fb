package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * Bytes as a case writes them: hexadecimal; {@code "text"} with its two bytes of length; {@code
 * 'text'} without; {@code ( ... )} with a variable byte integer of length before it, as packets and
 * properties have; {@code @} for empty properties in MQTT 5 and nothing in 3.1.1; {@code N*'text'}
 * and {@code N*"text"} for repetitions.
 */
final class CaseText {
  private final String text;
  private final boolean isV5;
  private int at;

  private CaseText(String text, boolean isV5) {
    this.text = text;
    this.isV5 = isV5;
  }

  static byte[] bytes(String text, boolean isV5) {
    CaseText reader = new CaseText(text, isV5);
    byte[] bytes = reader.group();
    if (reader.at < text.length()) {
      throw new IllegalArgumentException("surplus at " + reader.at + " of " + text);
    }
    return bytes;
  }

  private byte[] group() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (at < text.length() && text.charAt(at) != ')') {
      char c = text.charAt(at);
      switch (c) {
        case ' ' -> at++;
        case '@' -> {
          at++;
          if (isV5) {
            out.write(0);
          }
        }
        case '(' -> {
          at++;
          byte[] inner = group();
          at++; // the closing one
          writeVarint(out, inner.length);
          out.writeBytes(inner);
        }
        case '"', '\'' -> writeText(out, c, 1);
        default -> word(out);
      }
    }
    return out.toByteArray();
  }

  /** A repetition, or hexadecimal. */
  private void word(ByteArrayOutputStream out) {
    int star = text.indexOf('*', at);
    int blank = end();
    if (star > 0 && star < blank) {
      int times = Integer.parseInt(text.substring(at, star));
      at = star + 1;
      writeText(out, text.charAt(at), times);
    } else {
      out.writeBytes(HexFormat.of().parseHex(text.substring(at, blank)));
      at = blank;
    }
  }

  private int end() {
    int end = at;
    while (end < text.length() && " ()@".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  private void writeText(ByteArrayOutputStream out, char quote, int times) {
    int close = text.indexOf(quote, at + 1);
    byte[] utf8 = text.substring(at + 1, close).repeat(times).getBytes(UTF_8);
    at = close + 1;
    if (quote == '"') {
      out.write(utf8.length >> 8);
      out.write(utf8.length);
    }
    out.writeBytes(utf8);
  }

  private static void writeVarint(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
