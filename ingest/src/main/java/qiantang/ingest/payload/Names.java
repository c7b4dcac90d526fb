package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.MetricValue;

/** What a name of a device or metric may be, and what a text may be. */
public final class Names {
  // No char takes more than three bytes of UTF-8, so short names need no counting.
  private static final int CHAR_BYTES_MAX = 3;

  private Names() {}

  /** What is wrong with a name, or null. */
  public static @Nullable String fault(String name) {
    if (name.isEmpty()) {
      return "an empty name";
    }
    if (name.length() * CHAR_BYTES_MAX > MetricValue.NAME_BYTES_MAX
        && bytes(name) > MetricValue.NAME_BYTES_MAX) {
      return "a name of more than " + MetricValue.NAME_BYTES_MAX + " bytes";
    }
    return hasLoneSurrogate(name) ? "a name with half a character (unpaired surrogate)" : null;
  }

  /** Whether a text takes more bytes of UTF-8 than the limit. */
  static boolean exceeds(String text, int bytesMax) {
    return text.length() * CHAR_BYTES_MAX > bytesMax && bytes(text) > bytesMax;
  }

  /** Whether UTF-8 could not hold the text: JSON can escape half a character. */
  static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
