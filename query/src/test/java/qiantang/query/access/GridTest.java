package qiantang.query.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import qiantang.store.summary.IntervalText;
import qiantang.store.summary.Intervals;

final class GridTest {
  private static final long SECOND_MICROS = 1_000_000;
  private static final long FROM = micros("2026-02-10T03:04:05Z");
  private static final long TO = micros("2026-07-05T06:07:08Z");
  private static final List<String> LENGTHS =
      List.of(
          "1s", "7500ms", "10s", "15s", "30s", "1m", "64s", "67500ms", "72s", "75s", "90s", "2m",
          "5m", "10m", "15m", "20m", "30m", "1h", "72m", "80m", "90m", "2h", "3h", "4h", "6h", "8h",
          "12h", "1d", "2d", "3d", "7d", "14d", "28d", "1mo", "2mo", "3mo", "6mo", "12mo");

  /** All cuts that a grant lets lie as far from each other as the grant says, whoever combines. */
  @Test
  void differencesOfWhatAGrantLetsAreNoShorterThanItsIntervals() {
    for (long least : new long[] {1, 7, 15, 60, 100, 900, 3600, 5400, 86_400, 604_800, 2_419_200}) {
      TreeSet<Long> let = new TreeSet<>();
      int lengths = 0;
      for (String length : LENGTHS) {
        long[] cuts = cuts(length);
        if (Grid.of(cuts).isLetBy(least)) {
          lengths++;
          for (long cut : cuts) {
            let.add(cut);
          }
        }
      }
      assertTrue(lengths > 0, "nothing is let by " + least);
      List<Long> sorted = new ArrayList<>(let);
      for (int i = 1; i < sorted.size(); i++) {
        long apart = (sorted.get(i) - sorted.get(i - 1)) / SECOND_MICROS;
        assertTrue(apart >= least, apart + " s lie between cuts that are let by " + least);
      }
    }
  }

  @Test
  void multiplesAreLetAndOthersAreNot() {
    for (String length : List.of("1m", "2m", "5m", "1h", "1d", "7d", "1mo")) {
      assertTrue(Grid.of(cuts(length)).isLetBy(60), length);
    }
    for (String length : List.of("1s", "30s", "64s", "67500ms", "72s", "75s", "90s")) {
      assertFalse(Grid.of(cuts(length)).isLetBy(60), length);
    }
    assertTrue(Grid.of(cuts("1d")).isLetBy(86_400));
    assertTrue(Grid.of(cuts("1mo")).isLetBy(86_400));
    assertTrue(Grid.of(cuts("14d")).isLetBy(604_800));
    assertFalse(Grid.of(cuts("1mo")).isLetBy(604_800));
    assertTrue(Grid.of(cuts("1mo")).isLetBy(2_419_200));
    assertFalse(Grid.of(cuts("28d")).isLetBy(2_419_200));
  }

  @Test
  void whatIsLetIsSaid() {
    assertEquals("intervals of 60 s or of a multiple of that, without tz", Grid.words(60));
    assertEquals("intervals of 108 s or of a multiple of that, without tz", Grid.words(101));
    assertEquals("intervals of a week or of a multiple of that, without tz", Grid.words(86_401));
    assertEquals("intervals of a month or of a multiple of that, without tz", Grid.words(604_801));
  }

  private static long[] cuts(String length) {
    Intervals intervals =
        new Intervals(Objects.requireNonNull(IntervalText.parse(length), length), Grid.ZONE);
    long to = length.matches(".*(d|mo)") ? TO : FROM + 400_000 * SECOND_MICROS;
    return Objects.requireNonNull(intervals.cut(FROM, to, 500_000), length);
  }

  private static long micros(String time) {
    return Instant.parse(time).toEpochMilli() * 1000;
  }
}
