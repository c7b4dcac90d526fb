package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.fold.FoldTables;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Series.Sample;

/** Whatever has been folded so far, and whatever is folded meanwhile, answers are the model's. */
class FoldingHistoryTest {
  private static final int SEEDS_EACH = 3;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void answersAreTheSameWhateverIsFolded(int threes) {
    for (int seed = threes * SEEDS_EACH; seed < (threes + 1) * SEEDS_EACH; seed++) {
      Random random = new Random(seed);
      FoldingHistory history = new FoldingHistory(random);
      Reader reader = history.tiers.reader();
      for (int check = 0; !history.isFolded(); check++) {
        verify(history, reader, random, "seed " + seed + ", check " + check);
        for (int i = random.nextInt(150); i > 0; i--) {
          history.fold();
        }
      }
      verify(history, reader, random, "seed " + seed + ", folded");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void answersAreTheSameWhateverIsFoldedWhileTheyAreRead(int threes) {
    for (int seed = threes * SEEDS_EACH; seed < (threes + 1) * SEEDS_EACH; seed++) {
      Random random = new Random(seed);
      FoldingHistory history = new FoldingHistory(random);
      Watched.Watcher folding =
          method -> {
            // Mostly nothing; now and then a lot between two reads of one answer.
            for (int i = random.nextInt(8) == 0 ? random.nextInt(120) : 0; i > 0; i--) {
              history.fold();
            }
            return null;
          };
      Reader reader =
          Readers.over(
              Watched.tables(JournalTables.class, history.tiers.journal, folding),
              Watched.tables(FoldTables.class, history.tiers.folds, folding),
              history.tiers.time,
              1 << 20);
      for (int check = 0; !history.isFolded(); check++) {
        verify(history, reader, random, "seed " + seed + ", check " + check);
      }
    }
  }

  @Test
  void answersAreTheSameThoughTiersAreDecodedAtOnce() {
    Random random = new Random(1);
    FoldingHistory history = new FoldingHistory(random);
    Tiers tiers = history.tiers;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Reader reader = Readers.over(tiers.journal, tiers.folds, tiers.time, 1 << 20, threads);
      for (int check = 0; !history.isFolded(); check++) {
        verify(history, reader, random, "check " + check);
        for (int i = 0; i < 20; i++) {
          history.fold();
        }
      }
    }
  }

  private static void verify(FoldingHistory history, Reader reader, Random random, String when) {
    Tiers tiers = history.tiers;
    DeviceId device = FoldingHistory.DEVICES.get(random.nextInt(FoldingHistory.DEVICES.size()));
    long from = 0;
    long to = Long.MAX_VALUE;
    if (random.nextBoolean()) {
      from = (history.beginMinute + random.nextInt(200) - 60) * Tiers.MINUTE_MICROS;
      to = from + random.nextInt(200) * Tiers.MINUTE_MICROS;
    }
    int limit = random.nextBoolean() ? 1_000_000 : 5 + random.nextInt(60);
    assertEquals(
        tiers.series(device, from, to), read(tiers, reader, device, from, to, limit), when);
    LatestOfDevices latest =
        Stages.await(
            reader.latestOfDevices(tiers.enterprise, random.nextBoolean() ? null : Set.of(device)));
    SortedMap<DeviceId, SortedMap<String, Sample>> model = tiers.latest();
    latest.byDevice().forEach((id, samples) -> assertEquals(model.get(id), samples, when));
    assertTrue(latest.byDevice().containsKey(device), when);
    assertEquals(0, latest.completeness().damagedFrames(), when);
    assertEquals(model, latestInPages(tiers, reader, random), when);
    assertEquals(
        model.get(device), Stages.await(reader.latest(tiers.enterprise, device)).byMetric(), when);
  }

  /** The newest of all devices, page by page. */
  private static SortedMap<DeviceId, SortedMap<String, Sample>> latestInPages(
      Tiers tiers, Reader reader, Random random) {
    int devicesMax = 1 + random.nextInt(FoldingHistory.DEVICES.size() + 1);
    int samplesMax = 1 + random.nextInt(20);
    SortedMap<DeviceId, SortedMap<String, Sample>> all = new TreeMap<>();
    @Nullable DeviceId after = null;
    do {
      LatestOfDevices page =
          Stages.await(reader.latestOfDevices(tiers.enterprise, after, devicesMax, samplesMax));
      int samples = page.byDevice().values().stream().mapToInt(one -> one.size()).sum();
      assertTrue(page.byDevice().size() == 1 || samples <= samplesMax);
      assertTrue(page.byDevice().size() <= devicesMax);
      for (DeviceId device : page.byDevice().keySet()) {
        assertTrue(after == null || device.compareTo(after) > 0);
      }
      all.putAll(page.byDevice());
      after = page.after();
    } while (after != null);
    return all;
  }

  /** All pages together. */
  private static SortedMap<String, SortedMap<Long, Sample>> read(
      Tiers tiers, Reader reader, DeviceId device, long from, long to, int limit) {
    SortedMap<String, SortedMap<Long, Sample>> all = new TreeMap<>();
    for (@Nullable Long next = from; next != null; ) {
      SeriesAnswer page =
          Stages.await(
              reader.series(
                  new SeriesRequest(tiers.enterprise, device, List.of(), next, to, limit)));
      for (Series series : page.series()) {
        for (Sample sample : series.samples()) {
          all.computeIfAbsent(series.metric(), metric -> new TreeMap<>())
              .put(sample.eventTimeMicros(), sample);
        }
      }
      assertEquals(0, page.completeness().damagedFrames());
      next = page.nextFromMicros();
      assertEquals(next == null, page.completeness().complete());
    }
    return all;
  }
}
