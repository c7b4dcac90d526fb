package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.harness.Entries;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;
import qiantang.store.registry.Retention;

class MetricMergeTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void itIsAMapInWhichTheLastInOrderOfArrivalHolds(int seeds) {
    for (int seed = seeds * 50; seed < seeds * 50 + 50; seed++) {
      Random random = new Random(seed);
      MetricMerge merge = new MetricMerge();
      NavigableMap<Long, Map.Entry<Rank, Sample>> model = new TreeMap<>();
      long time = 0;
      int backEvery = 1 + random.nextInt(40);
      int ranks = 1 + random.nextInt(20);
      for (int i = random.nextInt(500); i > 0; i--) {
        time = random.nextInt(backEvery) == 0 ? random.nextInt(200) : time + random.nextInt(3);
        Rank rank = Rank.ofPacked(random.nextInt(ranks), 0);
        Sample sample = new Sample(time, i, new Value.Int(i));
        merge.add(time, i, rank, sample.value());
        model.merge(
            time,
            Map.entry(rank, sample),
            (old, now) -> now.getKey().compareTo(old.getKey()) >= 0 ? now : old);
        if (random.nextInt(200) == 0) {
          long cut = random.nextInt(200);
          merge.settle();
          merge.cut(cut);
          model.tailMap(cut, true).clear();
        }
      }
      merge.settle();
      List<Sample> expected = model.values().stream().map(Map.Entry::getValue).toList();
      assertEquals(expected, merge.samples(), "seed " + seed);
      assertEquals(expected.size(), merge.size());
      assertEquals(
          expected.stream().mapToLong(Sample::arrivalMicros).max().orElse(0),
          merge.newestArrivalMicros());
    }
  }

  @Test
  void aSeriesHoldsNoMoreThanTwiceItsLimitWhateverComes() {
    EnterpriseId acme = new EnterpriseId("acme");
    SeriesMerge merge =
        new SeriesMerge(
            new SeriesRequest(acme, new DeviceId("d"), List.of(), 0, Long.MAX_VALUE, 10),
            new LayoutHistory(acme, Retention.DAYS_30, List.of()),
            Masks.NONE);
    List<Long> times = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      long time = random.nextInt(5_000);
      times.add(time);
      FrameKey frame = new FrameKey(new LaneMinute(new StartId(new UUID(0, 1)), 0, 0), i);
      merge.entry(frame, 0, Entries.reading("d", "m" + i % 2, time, i, i));
      assertTrue(merge.held() <= 20, "holds " + merge.held());
    }
    SeriesAnswer answer = merge.answer();
    List<Long> found =
        answer.series().stream()
            .flatMap(series -> series.samples().stream())
            .map(Sample::eventTimeMicros)
            .sorted()
            .toList();
    assertTrue(found.size() <= 10 && found.size() >= 9, "two metrics an instant at most");
    assertEquals(
        times.stream().distinct().sorted().limit(found.stream().distinct().count()).toList(),
        found.stream().distinct().toList());
  }
}
