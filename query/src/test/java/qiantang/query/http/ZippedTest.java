package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

final class ZippedTest {
  private final Sent sent = new Sent();
  private int announced;
  private final Zipped zipped =
      new Zipped(
          sent,
          () -> {
            assertEquals(0, sent.size(), "what follows is announced before it is sent");
            announced++;
          });

  /** What was sent, and how much of it before the last flush. */
  private static final class Sent extends ByteArrayOutputStream {
    int flushed;

    @Override
    public void flush() {
      flushed = size();
    }
  }

  private static byte[] rows(int bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < bytes; i++) {
      text.append(1_772_352_030_000L + 100L * i).append(',').append(i % 97 / 8.0).append('\n');
    }
    return Arrays.copyOf(text.toString().getBytes(UTF_8), bytes);
  }

  @Test
  void whatIsShortGoesAsItIs() throws IOException {
    byte[] rows = rows(Zipped.LEAST_BYTES);
    zipped.write(rows, 0, 1000);
    zipped.write(rows, 1000, rows.length - 1000);
    zipped.finish();
    assertArrayEquals(rows, sent.toByteArray());
    assertEquals(0, announced);
  }

  @Test
  void theFirstPieceOfWhatIsLongIsSentAtOnce() throws IOException {
    byte[] rows = rows(1 << 20);
    zipped.write(rows, 0, 8000);
    assertEquals(1, announced);
    assertTrue(sent.flushed > 100 && sent.flushed == sent.size());
    byte[] known = new byte[8000];
    var open = new GZIPInputStream(new ByteArrayInputStream(sent.toByteArray()));
    assertEquals(8000, open.readNBytes(known, 0, 8000), "all that was written can be read");
    assertArrayEquals(Arrays.copyOf(rows, 8000), known);
    int first = sent.flushed;
    zipped.write(rows, 8000, rows.length - 8000);
    assertEquals(first, sent.flushed, "flushing more often would compress less");
    zipped.finish();
    assertTrue(sent.size() < rows.length / 3, sent.size() + " bytes");
  }

  @Test
  void itIsTheSameWhateverThePieces() throws IOException {
    for (long seed = 1; seed <= 50; seed++) {
      Random random = new Random(seed);
      byte[] rows = rows(random.nextInt(100_000));
      Sent to = new Sent();
      boolean[] isZipped = new boolean[1];
      try (Zipped one = new Zipped(to, () -> isZipped[0] = true)) {
        for (int from = 0; from < rows.length; ) {
          int count = Math.min(rows.length - from, 1 + random.nextInt(20_000));
          if (count == 1) {
            one.write(rows[from]);
          } else {
            one.write(rows, from, count);
          }
          from += count;
        }
        one.finish();
      }
      byte[] got = to.toByteArray();
      assertEquals(rows.length > Zipped.LEAST_BYTES, isZipped[0], "seed " + seed);
      assertArrayEquals(
          rows,
          isZipped[0] ? new GZIPInputStream(new ByteArrayInputStream(got)).readAllBytes() : got,
          "seed " + seed);
    }
  }

  @Test
  void eventsFilesAndWhatIsCompressedAreLeftAlone() {
    assertTrue(Zipped.mayBe(Answer.of(200, "application/json", new byte[0])));
    assertTrue(Zipped.mayBe(Answer.of(200, "text/csv; charset=utf-8", new byte[0])));
    assertFalse(Zipped.mayBe(Answer.of(200, "text/event-stream", new byte[0])));
    assertFalse(Zipped.mayBe(Answer.of(200, "image/png", new byte[0])));
    Answer done = Answer.of(200, "text/plain", new byte[0]).with("Content-Encoding", "gzip");
    assertFalse(Zipped.mayBe(done));
  }

  @Test
  void whoRefusesGzipGetsNone() {
    assertTrue(Zipped.isTaken("br, GZIP;q=0.5"));
    assertFalse(Zipped.isTaken("gzip;q=0"));
    assertFalse(Zipped.isTaken("gzip; q=0.000, br"));
    assertFalse(Zipped.isTaken("br"));
    assertFalse(Zipped.isTaken(null));
  }
}
