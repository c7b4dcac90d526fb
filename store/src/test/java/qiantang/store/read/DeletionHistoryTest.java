package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.read.Folded.ENTERPRISE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.fold.Masks;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Series.Sample;
import qiantang.store.registry.Retention;
import qiantang.store.summary.Aggregate;

/** Whatever is folded or erased before or after something is deleted: answers are the model's. */
class DeletionHistoryTest {
  private static final int SEEDS_EACH = 4;
  private static final int STEPS = 400;
  private static final Comparator<Mask> BY_ID =
      Comparator.comparingLong(Mask::madeMillis).thenComparing(Mask::id);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void answersAreTheModels(int fours) {
    for (int seed = fours * SEEDS_EACH; seed < (fours + 1) * SEEDS_EACH; seed++) {
      DeletionHistory history = new DeletionHistory(new Random(seed));
      Reader reader = history.reader();
      for (int step = 0; step < STEPS; step++) {
        history.step();
        if (step % 8 == 0) {
          verify(history, reader, "seed " + seed + ", step " + step);
        }
      }
      foldAll(history);
      verify(history, reader, "seed " + seed + ", folded");
      history.time.advance(Duration.ofHours(1));
      history.erase(history.folds);
      verify(history, reader, "seed " + seed + ", erased");
      assertErased(history, "seed " + seed);
    }
  }

  private static void foldAll(DeletionHistory history) {
    for (int i = 0; i < 3; i++) {
      history.time.advance(Duration.ofHours(13)); // a span may be a day
      history.sort();
      history.pack(history.folds);
    }
  }

  private static void verify(DeletionHistory history, Reader reader, String when) {
    for (DeviceId device : DeletionHistory.DEVICES) {
      assertEquals(history.series(device), series(reader, device), when);
      assertEquals(
          history.latest(device),
          Stages.done(reader.latest(ENTERPRISE, device)).byMetric(),
          () -> when + ", latest of " + device);
    }
    TreeMap<DeviceId, SortedMap<String, Sample>> latest = new TreeMap<>();
    TreeMap<DeviceId, List<String>> active = new TreeMap<>();
    for (DeviceId device : DeletionHistory.DEVICES) {
      SortedMap<String, Sample> values = history.latest(device);
      if (!values.isEmpty()) {
        latest.put(device, values);
        long last = values.values().stream().mapToLong(Sample::eventTimeMicros).max().orElse(0);
        active.put(device, List.of(values.keySet().toString(), Long.toString(last)));
      }
    }
    assertEquals(latest, Stages.done(reader.latestOfDevices(ENTERPRISE, null)).byDevice(), when);
    TreeMap<DeviceId, List<String>> found = new TreeMap<>();
    Stages.done(reader.activity(ENTERPRISE))
        .devices()
        .forEach(
            (device, activity) ->
                found.put(
                    device,
                    List.of(
                        activity.metrics().toString(),
                        String.valueOf(activity.lastEventTimeMicros()))));
    assertEquals(active, found, when);
    verifyIntervals(history, reader, when);
  }

  private static void verifyIntervals(DeletionHistory history, Reader reader, String when) {
    long to = (history.time.minute() + 30) * 60_000_000L;
    long from = to - Duration.ofHours(24).toSeconds() * 1_000_000;
    long[] cuts = IntervalQuestions.cuts("1h", from, to);
    List<Aggregate> aggregates = Arrays.asList(Aggregate.COUNT, Aggregate.SUM, Aggregate.LAST);
    IntervalsRequest request =
        IntervalQuestions.request(List.of(), cuts[0], cuts[cuts.length - 1], cuts, aggregates);
    assertEquals(
        IntervalQuestions.expected(reader, request),
        IntervalQuestions.found(reader, request).series(),
        when);
  }

  private static SortedMap<String, SortedMap<Long, Sample>> series(Reader reader, DeviceId device) {
    SeriesAnswer answer =
        Stages.done(
            reader.series(
                new SeriesRequest(ENTERPRISE, device, List.of(), 0, Long.MAX_VALUE, 1_000_000)));
    SortedMap<String, SortedMap<Long, Sample>> all = new TreeMap<>();
    for (Series series : answer.series()) {
      TreeMap<Long, Sample> samples = new TreeMap<>();
      series.samples().forEach(sample -> samples.put(sample.eventTimeMicros(), sample));
      all.put(series.metric(), samples);
    }
    assertTrue(answer.completeness().complete());
    return all;
  }

  /** No row is left in which everything is hidden. */
  private static void assertErased(DeletionHistory history, String when) {
    List<Deletion> deletions = Stages.done(history.folds.readDeletions(ENTERPRISE));
    assertEquals(history.masks, deletions.stream().map(Deletion::mask).sorted(BY_ID).toList());
    deletions.forEach(deletion -> assertNotNull(deletion.erasedMillis(), when));
    Masks masks = Masks.of(history.masks);
    for (Chunk chunk : chunks(history)) {
      assertTrue(isVisible(masks, chunk.key().device(), chunk.bytes()), when + " " + chunk.key());
    }
    for (State state : states(history)) {
      assertTrue(isVisible(masks, state.device(), state.bytes()), when + " " + state);
    }
  }

  private static boolean isVisible(Masks masks, DeviceId device, byte[] bytes) {
    return ChunkCodec.decode(bytes) instanceof ChunkCodec.Decoded.Columns(var columns)
        && masks.visible(device, columns).rows() > 0;
  }

  private static LayoutHistory layouts(DeletionHistory history) {
    return new LayoutHistory(
        ENTERPRISE, Retention.DAYS_30, Stages.done(history.folds.readLayouts(ENTERPRISE)));
  }

  private static List<Chunk> chunks(DeletionHistory history) {
    LayoutHistory layouts = layouts(history);
    long end = history.time.minute() + 60;
    List<Chunk> chunks = new ArrayList<>();
    for (DeviceId device : DeletionHistory.DEVICES) {
      long from = Math.floorDiv(end, Layout.DAY_MINUTES) * Layout.DAY_MINUTES - 10 * 1440;
      for (long minute = from; minute < end; ) {
        ChunkPartition partition = layouts.chunkPartition(device, minute);
        minute = layouts.periodEnd(device, partition.period());
        chunks.addAll(Stages.done(history.folds.readChunks(partition, device, 0, Long.MAX_VALUE)));
      }
    }
    return chunks;
  }

  private static List<State> states(DeletionHistory history) {
    return layouts(history).layouts().stream()
        .flatMap(
            layout ->
                IntStream.range(0, layout.groupCount())
                    .mapToObj(group -> new StatePartition(ENTERPRISE, layout.fromDay(), group)))
        .flatMap(
            partition ->
                Stream.of(Stages.done(history.folds.readStates(partition, null)))
                    .flatMap(List::stream))
        .toList();
  }
}
