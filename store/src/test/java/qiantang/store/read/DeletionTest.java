package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.read.Folded.DEVICE;
import static qiantang.store.read.Folded.ENTERPRISE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.EntryCodec;
import qiantang.store.fold.EventId;
import qiantang.store.fold.FailingFolds;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.fold.Rollups;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;
import qiantang.store.registry.Retention;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;

/** What is deleted is hidden in each tier, and what comes then is not. */
class DeletionTest {
  private static final DeviceId FAN = new DeviceId("d1");
  private static final long SECOND = 1_000_000;

  private final DeletionHistory history = new DeletionHistory();
  private final Reader reader = history.reader();
  private final long begin = history.time.minute() * 60 * SECOND;

  @Test
  void aSampleIsHiddenInWhicheverTierItIs() {
    for (int folds = 0; folds <= 2; folds++) {
      DeletionHistory one = new DeletionHistory();
      one.send(DEVICE, List.of(reading(DEVICE, begin, 1)));
      one.send(FAN, List.of(reading(FAN, begin, 2)));
      one.time.advance(Duration.ofMinutes(40));
      if (folds > 0) {
        one.sort();
      }
      if (folds > 1) {
        one.pack(one.folds);
      }
      one.delete(DEVICE, Mask.ALL_TIMES);
      assertEquals(Map.of(), latest(one, DEVICE), "folds " + folds);
      assertEquals(0, series(one, DEVICE).size(), "folds " + folds);
      assertEquals(Map.of("m0", 2L), latest(one, FAN), "folds " + folds);
      assertEquals(1, series(one, FAN).size(), "folds " + folds);
      assertEquals(
          List.of(FAN),
          List.copyOf(Stages.done(one.reader().activity(ENTERPRISE)).devices().keySet()));
    }
  }

  @Test
  void whatComesAgainAfterADeletionIsShown() {
    List<Reading> readings = List.of(reading(DEVICE, begin, 1));
    history.send(DEVICE, readings);
    history.delete(DEVICE, Mask.ALL_TIMES);
    assertEquals(Map.of(), latest(history, DEVICE));
    history.time.advance(Duration.ofMillis(1));
    history.send(DEVICE, readings);
    for (int fold = 0; fold < 3; fold++) {
      assertEquals(Map.of("m0", 1L), latest(history, DEVICE));
      assertEquals(List.of(begin), series(history, DEVICE));
      history.time.advance(Duration.ofHours(1));
      history.sort();
      history.pack(history.folds);
    }
  }

  @Test
  void aLateReadingIsTheNewestWhereTheNewerOneWasDeleted() {
    history.send(DEVICE, List.of(reading(DEVICE, begin, 1)));
    foldAll();
    history.delete(DEVICE, Mask.ALL_TIMES);
    history.send(DEVICE, List.of(reading(DEVICE, begin + 60 * SECOND, 2))); // the same moment
    history.time.advance(Duration.ofMillis(1));
    history.send(DEVICE, List.of(reading(DEVICE, begin - 3600 * SECOND, 3)));
    assertEquals(Map.of("m0", 3L), latest(history, DEVICE));
    foldAll();
    assertEquals(Map.of("m0", 3L), latest(history, DEVICE));
  }

  @Test
  void anIntervalCountsWhatIsNotHidden() {
    List<Reading> readings =
        LongStream.range(0, 80)
            .mapToObj(i -> reading(DEVICE, begin + i * 10 * SECOND - 3600 * SECOND, i))
            .toList();
    history.send(DEVICE, readings);
    foldAll();
    assertEquals(80, count());
    assertTrue(sources().contains("summaries"));
    history.delete(DEVICE, readings.get(20).eventTimeMicros());
    assertEquals(60, count());
    history.delete(FAN, Mask.ALL_TIMES);
    assertEquals(60, count());
    history.delete(null, readings.get(79).eventTimeMicros());
    assertEquals(1, count());
    history.delete(DEVICE, Mask.ALL_TIMES);
    assertEquals(0, count());
  }

  @Test
  void whatIsHiddenIsErasedAndNothingElse() {
    List<Reading> readings = new ArrayList<>();
    for (long i = 0; i < 90; i++) {
      readings.add(reading(DEVICE, begin - 7200 * SECOND + i * 10L * SECOND, i));
    }
    history.send(DEVICE, readings);
    history.send(FAN, List.of(reading(FAN, begin, 2)));
    foldAll();
    history.delete(DEVICE, Mask.ALL_TIMES);
    history.erase(history.folds);
    assertEquals(0, history.erasedRows()); // not due
    foldAll();
    history.erase(history.folds);
    assertEquals(2, history.erasedRows()); // a span and a state
    assertEquals(Map.of("m0", 2L), latest(history, FAN));
    assertEquals(1, series(history, FAN).size());
    long before = history.erasedRows();
    history.erase(history.folds);
    assertEquals(before, history.erasedRows());
  }

  @Test
  void theRollupsOfWhatIsErasedAreErased() {
    List<Reading> readings = new ArrayList<>();
    for (long i = 0; i < 90; i++) {
      readings.add(reading(DEVICE, begin - 7200 * SECOND + i * 10L * SECOND, i));
    }
    history.send(DEVICE, readings);
    history.send(FAN, List.of(reading(FAN, begin, 2)));
    foldAll();
    LayoutHistory layouts =
        Stages.done(new Layouts(history.folds, new MemoryRegistry(), history.time).of(ENTERPRISE));
    assertTrue(hasRollup(layouts, DEVICE));
    assertTrue(hasRollup(layouts, FAN));
    history.delete(DEVICE, Mask.ALL_TIMES);
    foldAll();
    history.erase(history.folds);
    assertFalse(hasRollup(layouts, DEVICE));
    assertTrue(hasRollup(layouts, FAN));
    int group = layouts.at(0).groupOf(DEVICE);
    long first = Rollups.begin(Math.floorDiv(begin, 60 * SECOND)) - 2L * Rollups.PERIOD_MINUTES;
    for (int i = 0; i < 5; i++) {
      long minute = first + i * (long) Rollups.PERIOD_MINUTES;
      RollupPartition in = Rollups.partition(layouts, group, minute);
      assertEquals(List.of(), rollups(in, null));
    }
  }

  private boolean hasRollup(LayoutHistory layouts, DeviceId device) {
    long first = Rollups.begin(Math.floorDiv(begin, 60 * SECOND)) - 2L * Rollups.PERIOD_MINUTES;
    for (int i = 0; i < 5; i++) {
      long minute = first + i * (long) Rollups.PERIOD_MINUTES;
      if (!rollups(Rollups.partition(layouts, device, minute), device).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private List<Rollup> rollups(RollupPartition in, @Nullable DeviceId device) {
    return Stages.done(history.folds.readRollups(in, device, 0, Long.MAX_VALUE));
  }

  @Test
  void nothingIsErasedBeforeAllThatArrivedIsPacked() {
    history.send(DEVICE, List.of(reading(DEVICE, begin, 1)));
    foldAll();
    history.delete(DEVICE, Mask.ALL_TIMES);
    history.time.advance(Duration.ofHours(3));
    history.erase(history.folds);
    assertNull(deletion().erasedMillis());
    assertEquals(0, history.erasedRows());
    foldAll();
    history.erase(history.folds);
    Long erased = deletion().erasedMillis();
    assertEquals(history.time.instant().toEpochMilli(), erased);
    history.time.advance(Duration.ofHours(3));
    history.erase(history.folds);
    assertEquals(erased, deletion().erasedMillis());
  }

  private Deletion deletion() {
    return Stages.done(history.folds.readDeletions(ENTERPRISE)).getFirst();
  }

  /** One run of a packer died before a deletion, and the next cut its parts elsewhere. */
  @Test
  void partsOfTwoRunsThatOverlapCountOnce() {
    LayoutHistory layouts = new LayoutHistory(ENTERPRISE, Retention.DAYS_30, List.of());
    long span = layouts.spanOf(begin - 3600 * SECOND);
    insertPart(layouts, span, 0, 10, 40);
    insertPart(layouts, span, 1, 30, 60);
    history.delete(DEVICE, span * 60 * SECOND + 15 * SECOND);
    history.time.advance(Duration.ofSeconds(1));
    assertEquals(45, count());
  }

  private void insertPart(LayoutHistory layouts, long span, int part, int from, int to) {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int second = from; second < to; second++) {
      long micros = span * 60 * SECOND + second * SECOND;
      builder.add(micros, micros, true, false, "m0", new Value.Int(second));
    }
    byte[] bytes = ChunkCodec.encode(builder.build()).getFirst().bytes();
    ChunkKey key =
        new ChunkKey(layouts.chunkPartition(DEVICE, span), DEVICE, span, span, part, part);
    Chunk chunk = new Chunk(key, bytes, new byte[0]);
    Stages.done(history.folds.insertChunks(List.of(chunk), Duration.ofDays(1)));
  }

  @Test
  void theEventsOfADeletedDeviceAreHiddenAndErased() {
    long arrival = history.time.micros();
    insertEvents(rejection(DEVICE, null, arrival), 1);
    insertEvents(rejection(FAN, DEVICE, arrival), 2);
    insertEvents(rejection(DEVICE, FAN, arrival), 3);
    insertEvents(rejection(FAN, null, arrival), 4);
    history.delete(DEVICE, Mask.ALL_TIMES);
    history.time.advance(Duration.ofSeconds(1));
    insertEvents(rejection(DEVICE, null, history.time.micros()), 5);
    assertRejections();
    assertEquals(5, events(null).size());
    history.time.advance(Duration.ofHours(2));
    for (int operations = 0; ; operations++) {
      FailingFolds way = new FailingFolds(history.folds);
      way.cutAfter(operations, operations % 2 == 0);
      if (!hasDied(way)) {
        break;
      }
      assertRejections();
    }
    assertRejections();
    assertEquals(List.of(5L, 4L, 3L), events(null));
    assertEquals(List.of(5L), events(DEVICE));
    assertEquals(List.of(4L, 3L, 2L), events(FAN));
  }

  @Test
  void ofADeletedEnterpriseAllEventsAreErased() {
    long arrival = history.time.micros();
    insertEvents(rejection(DEVICE, FAN, arrival), 1);
    insertEvents(rejection(null, null, arrival), 2);
    history.delete(null, Mask.ALL_TIMES);
    history.time.advance(Duration.ofHours(2));
    history.erase(history.folds);
    assertEquals(List.of(), events(null));
    assertEquals(List.of(), events(DEVICE));
    assertEquals(List.of(), events(FAN));
  }

  private boolean hasDied(FoldTables way) {
    try {
      history.erase(way);
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  private void assertRejections() {
    assertEquals(3, rejections(null)); // the other's, what it was told for, and what came since
    assertEquals(1, rejections(DEVICE));
    assertEquals(2, rejections(FAN));
  }

  private int rejections(@Nullable DeviceId device) {
    return Stages.done(
            reader.rejections(
                new RejectionsRequest(ENTERPRISE, device, null, 0, Long.MAX_VALUE, null, 100)))
        .items()
        .size();
  }

  private static Entry.Rejection rejection(
      @Nullable DeviceId sender, @Nullable DeviceId of, long arrival) {
    return new Entry.Rejection(
        sender, of, Reason.MALFORMED, "", "", 1, 0, new byte[0], null, arrival);
  }

  /** As a sorter does, in the lists of whom it concerns. */
  private void insertEvents(Entry.Rejection rejection, long sequence) {
    FrameKey frame = new FrameKey(new LaneMinute(new StartId(new UUID(0, 9)), 0, 0), sequence);
    String id = EventId.of(frame, 0, rejection.arrivalMicros());
    long month = EventPartition.monthOf(rejection.arrivalMicros());
    byte[] bytes = EntryCodec.encode(rejection);
    Set<@Nullable DeviceId> lists = new HashSet<>();
    lists.add(null);
    lists.add(rejection.publisher());
    lists.add(rejection.device());
    for (@Nullable DeviceId list : lists) {
      Event event = new Event(new EventPartition(ENTERPRISE, list, month), id, bytes);
      Stages.done(history.folds.insertEvents(List.of(event)));
    }
  }

  /** The sequences of a list's rows. */
  private List<Long> events(@Nullable DeviceId list) {
    long month = EventPartition.monthOf(history.time.micros());
    return Stages.done(
            history.folds.readEvents(new EventPartition(ENTERPRISE, list, month), "", "~", 100))
        .stream()
        .map(event -> Long.parseLong(event.id().split("-", -1)[7], 16))
        .toList();
  }

  /** Until the rollups of what was sent are made, too. */
  private void foldAll() {
    history.time.advance(Duration.ofHours(8));
    history.sort();
    history.pack(history.folds);
  }

  private long count() {
    long count = 0;
    for (IntervalsAnswer.IntervalSeries series : found().series()) {
      for (Sample sample : series.samples()) {
        count += ((Value.Int) sample.value()).value();
      }
    }
    return count;
  }

  private List<String> sources() {
    return found().completeness().sources();
  }

  private IntervalsAnswer.Found found() {
    long[] cuts = IntervalQuestions.cuts("1h", begin - 7200 * SECOND, begin + 7200 * SECOND);
    return IntervalQuestions.found(
        reader,
        IntervalQuestions.request(
            List.of("m0"), cuts[0], cuts[cuts.length - 1], cuts, List.of(Aggregate.COUNT)));
  }

  private static Reading reading(DeviceId device, long eventTimeMicros, long value) {
    return new Reading(
        device, eventTimeMicros, true, false, List.of(new MetricValue("m0", new Value.Int(value))));
  }

  private static Map<String, Long> latest(DeletionHistory of, DeviceId device) {
    Map<String, Long> values = new TreeMap<>();
    Stages.done(of.reader().latest(ENTERPRISE, device))
        .byMetric()
        .forEach((metric, sample) -> values.put(metric, ((Value.Int) sample.value()).value()));
    return values;
  }

  private static List<Long> series(DeletionHistory of, DeviceId device) {
    return Stages.done(
            of.reader()
                .series(
                    new SeriesRequest(ENTERPRISE, device, List.of(), 0, Long.MAX_VALUE, 1_000_000)))
        .series()
        .stream()
        .flatMap(series -> series.samples().stream())
        .map(Series.Sample::eventTimeMicros)
        .toList();
  }
}
