package qiantang.query.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Finds what {@link String#contains} finds, within the bounds alone. */
final class SoughtTextTest {
  private static final long SEED = 1980;
  private static final int ROUNDS = 200_000;

  @Test
  void itIsFoundWhereContainsFindsIt() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      String before = text(random, 5);
      String text = text(random, 12);
      String sought = text(random, 4);
      byte[] bytes = (before + text + text(random, 5)).getBytes(UTF_8);
      int begin = before.getBytes(UTF_8).length;
      int end = begin + text.getBytes(UTF_8).length;
      SoughtText one = SoughtText.of(sought);
      assertEquals(
          text.contains(sought),
          one == null || one.isIn(bytes, begin, end),
          "seed %d, round %d: <%s> in <%s>".formatted(SEED, round, sought, text));
    }
  }

  @Test
  void capitalsAreSmall() {
    SoughtText sought = SoughtText.of("LOOM 7 \u7ec7\u673a");
    assertNotNull(sought);
    byte[] bytes = "a loom 7 \u7ec7\u673a".getBytes(UTF_8);
    assertEquals(true, sought.isIn(bytes, 0, bytes.length));
    assertFalse(sought.isIn(bytes, 0, bytes.length - 1));
    assertNull(SoughtText.of(""));
    assertNull(SoughtText.of(null));
  }

  /** Of few letters, so that much of it nearly fits. */
  private static String text(Random random, int max) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(max + 1); i > 0; i--) {
      text.append("aab\u7ec7\u673a".charAt(random.nextInt(5)));
    }
    return text.toString();
  }
}
