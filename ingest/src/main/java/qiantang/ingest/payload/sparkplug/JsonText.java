package qiantang.ingest.payload.sparkplug;

import qiantang.store.model.Value;

/** JSON as it is written, up to the longest value that is kept: no more is ever held. */
final class JsonText {
  /** The text would be longer than a value may be. */
  static final class TooLong extends Exception {
    TooLong() {
      super(null, null, false, false);
    }
  }

  private final StringBuilder text = new StringBuilder();
  private int bytes;

  /** Structure and numbers; ASCII alone. */
  JsonText raw(String ascii) throws TooLong {
    take(ascii.length());
    text.append(ascii);
    return this;
  }

  /** A comma, unless it is the first of its list. */
  JsonText comma(boolean isFirst) throws TooLong {
    return isFirst ? this : raw(",");
  }

  /** A string with its quotes. */
  JsonText string(String value) throws TooLong {
    raw("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> raw("\\\"");
        case '\\' -> raw("\\\\");
        case '\n' -> raw("\\n");
        case '\r' -> raw("\\r");
        case '\t' -> raw("\\t");
        default -> character(c);
      }
    }
    return raw("\"");
  }

  /** JSON that was written here before. */
  JsonText json(String json) throws TooLong {
    for (int i = 0; i < json.length(); i++) {
      character(json.charAt(i));
    }
    return this;
  }

  /** A double by its shortest text; what JSON has no number for, as a string. */
  JsonText number(double value) throws TooLong {
    String shortest = Double.toString(value);
    return Double.isFinite(value) ? raw(shortest) : string(shortest);
  }

  Value.Json value() {
    return new Value.Json(text.toString());
  }

  private void character(char c) throws TooLong {
    if (c < 0x20) {
      raw("\\u%04x".formatted((int) c));
      return;
    }
    // Two bytes of each half of a pair: the four that the pair takes.
    take(c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3);
    text.append(c);
  }

  private void take(int more) throws TooLong {
    bytes += more;
    if (bytes > Value.TEXT_BYTES_MAX) {
      throw new TooLong();
    }
  }

  /** Whether a text may fit at all, known without decoding it: no escape makes it shorter. */
  static boolean mayFit(int utf8Bytes) {
    return utf8Bytes <= Value.TEXT_BYTES_MAX;
  }
}
