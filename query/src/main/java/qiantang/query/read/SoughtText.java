package qiantang.query.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A text that is looked for in lower case in many short ones, kept as bytes: by its last byte it is
 * known how far it cannot be (Horspool, Practical fast searching in strings, Software: Practice and
 * Experience 10, 1980). Any thread.
 */
final class SoughtText {
  private static final int BYTES = 256;

  private final byte[] sought;
  private final int[] steps = new int[BYTES];

  private SoughtText(byte[] sought) {
    this.sought = sought;
    Arrays.fill(steps, sought.length);
    for (int i = 0; i < sought.length - 1; i++) {
      steps[sought[i] & 0xFF] = sought.length - 1 - i;
    }
  }

  /** What to look for; null where it is anything. */
  static @Nullable SoughtText of(@Nullable String text) {
    return text == null || text.isEmpty()
        ? null
        : new SoughtText(text.toLowerCase(Locale.ROOT).getBytes(UTF_8));
  }

  /** Whether it is between these places of UTF-8 in lower case. */
  boolean isIn(byte[] bytes, int begin, int end) {
    int last = sought.length - 1;
    int at = begin;
    while (at + last < end) {
      byte found = bytes[at + last];
      if (found == sought[last] && Arrays.equals(bytes, at, at + last, sought, 0, last)) {
        return true;
      }
      at += steps[found & 0xFF];
    }
    return false;
  }
}
