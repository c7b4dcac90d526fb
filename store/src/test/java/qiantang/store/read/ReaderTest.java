package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.fold.Masks;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables;
import qiantang.store.harness.FaultyTables.Fault;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Node.Sent;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;

class ReaderTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");

  private final ManualTime time = new ManualTime();
  private final MemoryJournal memory = new MemoryJournal(time, Runnable::run, true);
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final Node node = new Node(time, memory, 1);
  private final Node other = new Node(time, memory, 2);
  private final FaultyTables reads = new FaultyTables(memory);
  private final Reader reader = Readers.over(reads, folds, time, 64 << 20);

  @BeforeEach
  void open() {
    Stages.done(node.journal().open());
    Stages.done(other.journal().open());
  }

  @Test
  void anEmptyJournalGivesEmptyAnswers() {
    SeriesAnswer series = series(ACME, "d");
    assertEquals(List.of(), series.series());
    assertNull(series.nextFromMicros());
    assertEquals(
        new Completeness(true, null, 0, List.of("journal"), 0, List.of()), series.completeness());
    assertTrue(latest("d").byMetric().isEmpty());
    assertTrue(activity().devices().isEmpty());
    assertEquals(Counts.NONE, activity().counts());
    assertEquals(List.of(), rejections(10, null).items());
  }

  @Test
  void whatIsAcknowledgedIsInTheNextAnswer() {
    for (int i = 0; i < 300; i++) {
      acknowledged(node, i);
      assertEquals(i + 1, values("d").size());
      time.advance(Duration.ofSeconds(1));
    }
    assertTrue(series(ACME, "d").completeness().complete());
  }

  @Test
  void whatIsAcknowledgedAfterAStepOfTheClockIsInTheNextAnswer() {
    int sent = 0;
    for (Duration step :
        List.of(
            Duration.ofHours(1), Duration.ofHours(-1), Duration.ofHours(-1), Duration.ofHours(2))) {
      time.stepWallClock(step);
      for (int second = 0; second < 600; second++) {
        acknowledged(node, sent++);
        assertEquals(sent, values("d").size(), step + ", second " + second);
        time.advance(Duration.ofSeconds(1));
      }
    }
  }

  @Test
  void aHeartbeatThatArrivesLateHidesNothing() {
    acknowledged(node, 0);
    node.tables().failNext(Op.BEAT, Fault.LATE);
    time.advance(Duration.ofMinutes(2));
    time.stepWallClock(Duration.ofHours(1));
    acknowledged(node, 1);
    node.tables().applyLate();
    assertEquals(List.of(0L, 1L), values("d"));
  }

  @Test
  void redeliveryChangesNothing() {
    for (int i = 0; i < 10; i++) {
      acknowledged(node, i);
      time.advance(Duration.ofSeconds(20));
    }
    List<Long> before = values("d");
    for (int i = 0; i < 10; i += 3) {
      acknowledged(other, i);
      acknowledged(node, i);
    }
    assertEquals(before, values("d"));
    assertEquals(9, intOf(latest("d").byMetric().get("m")));
  }

  @Test
  void ofAConflictTheLastThatArrivedHolds() {
    for (long value : List.of(1L, 2L, 1L, 3L)) {
      acknowledged(node, 7, value);
      assertEquals(List.of(value), values("d"));
      assertEquals(value, intOf(latest("d").byMetric().get("m")));
    }
    for (long value : List.of(1L, 2L, 1L)) {
      time.advance(Duration.ofMinutes(1));
      acknowledged(other, 7, value);
      time.advance(Duration.ofMinutes(1));
      acknowledged(node, 7, value + 10);
      assertEquals(List.of(value + 10), values("d"));
      assertEquals(value + 10, intOf(latest("d").byMetric().get("m")));
    }
  }

  @Test
  void ofAConflictWithinAFrameTheLastHolds() {
    node.tables().hold(Op.INSERT_FRAME);
    for (long value : List.of(5L, 1L, 2L, 1L)) {
      node.send(ACME, Entries.reading("d", "m", 7, time.micros(), value));
    }
    node.tables().release();
    assertEquals(List.of(1L), values("d"));
    assertEquals(1, intOf(latest("d").byMetric().get("m")));
  }

  @Test
  void ofAConflictWithinAMessageTheLastHolds() {
    List<Reading> twice = new ArrayList<>();
    for (long value : List.of(1L, 2L)) {
      twice.add(
          new Reading(
              new DeviceId("d"),
              7,
              true,
              false,
              List.of(new MetricValue("m", new Value.Int(value)))));
    }
    node.send(ACME, new Entry.Readings(new DeviceId("g"), time.micros(), twice));
    assertEquals(List.of(2L), values("d"));
    assertEquals(2, intOf(latest("d").byMetric().get("m")));
  }

  @Test
  void latestIsTheNewestInEventTime() {
    acknowledged(node, 10);
    time.advance(Duration.ofMinutes(1));
    acknowledged(node, 5);
    assertEquals(10, intOf(latest("d").byMetric().get("m")));
    node.send(ACME, Entries.reading("d", "another", 1, time.micros(), 42));
    assertEquals(List.of("another", "m"), List.copyOf(latest("d").byMetric().keySet()));
    assertEquals(42, intOf(latest("d").byMetric().get("another")));
    assertTrue(latest("d2").byMetric().isEmpty());
  }

  @Test
  void aSeriesIsBoundedAndOfItsMetricsAndDevice() {
    for (int i = 0; i < 10; i++) {
      acknowledged(node, i);
      node.send(ACME, Entries.reading("d", "m2", i, time.micros(), 100));
      node.send(ACME, Entries.reading("d2", "m", i, time.micros(), 200));
    }
    SeriesAnswer answer =
        Stages.done(
            reader.series(
                new SeriesRequest(ACME, new DeviceId("d"), List.of("m", "none"), 3, 6, 100)));
    assertEquals(List.of("m"), answer.series().stream().map(Series::metric).toList());
    assertEquals(
        List.of(3L, 4L, 5L),
        answer.series().getFirst().samples().stream().map(Sample::eventTimeMicros).toList());
    assertTrue(answer.completeness().complete());
    assertEquals(time.micros(), answer.completeness().freshnessMicros());
  }

  @Test
  void anEnterpriseSeesNothingOfAnothersThoughTheyShareFramesAndNames() {
    EnterpriseId rival = ofLaneOf(ACME);
    node.tables().hold(Op.INSERT_FRAME);
    for (int i = 0; i < 5; i++) {
      node.send(ACME, Entries.reading("d", "m", i, time.micros(), 1));
      node.send(rival, Entries.reading("d", "secret", i, time.micros(), 2));
      node.send(rival, Entries.presence("d", 1, true, "connect", time.micros()));
      node.send(rival, Entries.rejection("d", Reason.CLOCK, time.micros()));
    }
    node.tables().release();
    assertEquals(2, node.tables().attempts().size(), "they do share frames");
    assertEquals(List.of(1L, 1L, 1L, 1L, 1L), values("d"));
    assertEquals(List.of("m"), series(ACME, "d").series().stream().map(Series::metric).toList());
    assertEquals(List.of("m"), List.copyOf(latest("d").byMetric().keySet()));
    assertEquals(List.of(), rejections(10, null).items());
    assertEquals(Activity.Connection.NEVER, device("d").connection());
    assertEquals(new Counts(5, 0, 5, 0), activity().counts());
    assertEquals(
        List.of("secret"), series(rival, "d").series().stream().map(Series::metric).toList());
    assertEquals(List.of(), series(new EnterpriseId("nobody"), "d").series());
  }

  @Test
  void aDamagedFrameIsReportedAndTheOthersAreRead() {
    acknowledged(node, 1);
    FrameKey key = node.tables().attempts().getFirst().key();
    Stages.done(memory.insertFrame(new FrameKey(key.partition(), 2), new byte[] {1, 2, 3}));
    for (int repeat = 0; repeat < 2; repeat++) {
      SeriesAnswer answer = series(ACME, "d");
      assertEquals(1, answer.completeness().damagedFrames());
      assertFalse(answer.completeness().complete());
      assertEquals(List.of(1L), values("d"));
      assertFalse(latest("d").completeness().complete());
      assertFalse(activity().completeness().complete());
      assertFalse(rejections(10, null).completeness().complete());
    }
  }

  @Test
  void aSecondScanReadsOnlyWhatIsNew() {
    for (int i = 0; i < 60; i++) {
      acknowledged(node, i);
      time.advance(Duration.ofSeconds(10));
    }
    assertEquals(60, values("d").size());
    int first = reads.count(Op.READ_FRAMES);
    assertTrue(first >= 10, "10 minutes");
    assertEquals(60, values("d").size());
    int second = reads.count(Op.READ_FRAMES) - first;
    assertTrue(second <= 3, "the minute being written and the two ahead, but read " + second);
    acknowledged(node, 60);
    assertEquals(61, values("d").size());
  }

  @Test
  void nobodyAskingReadsNothing() {
    acknowledged(node, 1);
    values("d");
    int before = reads.count(Op.READ_FRAMES);
    time.advance(Duration.ofHours(1));
    assertEquals(before, reads.count(Op.READ_FRAMES));
  }

  @Test
  void aFrameIsReadOnceThoughItsMinuteIsReadAgain() {
    acknowledged(node, 1);
    FrameKey key = node.tables().attempts().getFirst().key();
    assertEquals(List.of(1L), values("d"));
    // If it were read again, this would be seen.
    Stages.done(memory.insertFrame(key, new byte[] {9}));
    acknowledged(node, 2);
    assertEquals(List.of(1L, 2L), values("d"));
  }

  @Test
  void aCacheWithoutRoomChangesNoAnswer() {
    Reader forgetful = Readers.over(memory, folds, time, 1);
    for (int i = 0; i < 20; i++) {
      acknowledged(node, i);
      time.advance(Duration.ofSeconds(10));
      assertEquals(
          series(ACME, "d").series(), Stages.done(forgetful.series(all(ACME, "d"))).series());
    }
  }

  @Test
  void aStoreThatIsAwayFailsTheStage() {
    acknowledged(node, 1);
    for (Op op : List.of(Op.READ_FRAMES, Op.READ_START, Op.READ_WHEREABOUTS)) {
      reads.failNext(op, Fault.LOST);
      Stages.failure(reader.series(all(ACME, "d")));
      assertEquals(List.of(1L), values("d"));
    }
  }

  @Test
  void rejectionsComeNewestFirstPageByPage() {
    for (int i = 0; i < 25; i++) {
      Node taker = i % 3 == 0 ? other : node;
      taker.send(
          ACME,
          Entries.rejection("d" + i % 2, i % 5 == 0 ? Reason.QUOTA : Reason.CLOCK, time.micros()));
      acknowledged(taker, i);
      time.advance(Duration.ofSeconds(i % 4 * 10L));
    }
    List<RejectionsAnswer.Item> whole = rejections(100, null).items();
    assertEquals(25, whole.size());
    for (int i = 1; i < 25; i++) {
      assertTrue(
          whole.get(i - 1).rejection().arrivalMicros() >= whole.get(i).rejection().arrivalMicros());
    }
    for (int limit : List.of(1, 4, 5, 24, 25)) {
      List<String> paged = new ArrayList<>();
      @Nullable String next = null;
      do {
        RejectionsAnswer page = rejections(limit, next);
        assertTrue(page.items().size() <= limit);
        page.items().forEach(item -> paged.add(item.id()));
        next = page.next();
      } while (next != null);
      assertEquals(whole.stream().map(RejectionsAnswer.Item::id).toList(), paged, "limit " + limit);
    }
  }

  @Test
  void rejectionsAreOfTheDeviceReasonAndTimeAskedFor() {
    for (int i = 0; i < 20; i++) {
      node.send(
          ACME,
          Entries.rejection(
              "d" + i % 2, i % 5 == 0 ? Reason.QUOTA : Reason.CLOCK, time.micros() + i));
    }
    long begin = time.micros();
    List<RejectionsAnswer.Item> all = rejections(100, null).items();
    List<RejectionsAnswer.Item> some =
        Stages.done(
                reader.rejections(
                    new RejectionsRequest(
                        ACME, new DeviceId("d0"), Reason.QUOTA, begin + 10, begin + 20, null, 100)))
            .items();
    assertEquals(
        List.of(begin + 10), some.stream().map(item -> item.rejection().arrivalMicros()).toList());
    assertEquals(all.get(9).id(), some.getFirst().id(), "an id is the same whatever was asked");
  }

  @Test
  void countsAreSumsOverLanesAndStartsThoughFramesAreReadTwice() {
    for (int i = 0; i < 7; i++) {
      acknowledged(node, i);
      acknowledged(other, i);
      time.advance(Duration.ofSeconds(25));
      long sent = 2L * i + 2;
      assertEquals(new Counts(sent, 0, sent, 0), activity().counts());
    }
  }

  @Test
  void countsAreTheLargestEachThoughAnEarlierFrameIsReadLast() {
    ActivityMerge merge = new ActivityMerge(Masks.NONE);
    LaneMinute lane = new LaneMinute(new StartId(new UUID(0, 1)), 3, 10);
    Tail.Visitor visitor = merge.visitor(WantedDevices.ALL);
    visitor.counts(lane, new Counts(5, 1, 50, 2));
    visitor.counts(new LaneMinute(lane.start(), 4, 10), new Counts(1, 1, 1, 1));
    visitor.counts(new LaneMinute(lane.start(), 3, 9), new Counts(4, 1, 40, 2));
    visitor.counts(lane, new Counts(5, 1, 50, 2));
    assertEquals(new Counts(6, 2, 51, 3), merge.answer(Map.of(), 0).counts());
  }

  @Test
  void minutesThatAreNotThereYetAreReadWhenTheyCome() {
    // A row of whereabouts without a frame costs a look and hides nothing.
    Stages.done(
        memory.insertWhereabouts(
            new Whereabouts(ACME, node.journal().start(), 0, time.minute(), time.minute())));
    Stages.done(
        memory.insertWhereabouts(
            new Whereabouts(ACME, new StartId(new UUID(0, 99)), 0, time.minute(), time.minute())));
    assertEquals(List.of(), values("d"));
    acknowledged(node, 1);
    assertEquals(List.of(1L), values("d"));
  }

  @Test
  void frameOfALaterVersionIsDamagedNotFatal() {
    acknowledged(node, 1);
    FrameKey key = node.tables().attempts().getFirst().key();
    FrameCodec.Builder builder = new FrameCodec.Builder(16);
    builder.add(ACME, Counts.NONE, List.of(new byte[] {77}));
    Stages.done(memory.insertFrame(new FrameKey(key.partition(), 2), builder.build()));
    assertEquals(1, Stages.done(reader.activity(ACME)).completeness().damagedFrames());
  }

  private void acknowledged(Node by, int eventTimeMicros) {
    acknowledged(by, eventTimeMicros, eventTimeMicros);
  }

  private void acknowledged(Node by, int eventTimeMicros, long value) {
    byte[] entry =
        EntryCodec.encode(Entries.reading("d", "m", eventTimeMicros, time.micros(), value));
    Sent sent = by.send(ACME, entry, Runnable::run);
    assertTrue(sent.isAcknowledged());
  }

  private static SeriesRequest all(EnterpriseId enterprise, String device) {
    return new SeriesRequest(
        enterprise, new DeviceId(device), List.of(), 0, Long.MAX_VALUE, 1_000_000);
  }

  private SeriesAnswer series(EnterpriseId enterprise, String device) {
    return Stages.done(reader.series(all(enterprise, device)));
  }

  private List<Long> values(String device) {
    return series(ACME, device).series().stream()
        .flatMap(series -> series.samples().stream())
        .map(ReaderTest::intOf)
        .toList();
  }

  private static long intOf(@Nullable Sample sample) {
    assertNotNull(sample);
    return sample.value() instanceof Value.Int integer ? integer.value() : Long.MIN_VALUE;
  }

  private LatestAnswer latest(String device) {
    return Stages.done(reader.latest(ACME, new DeviceId(device)));
  }

  private Activity activity() {
    return Stages.done(reader.activity(ACME));
  }

  private Activity.DeviceActivity device(String device) {
    Activity.@Nullable DeviceActivity found = activity().devices().get(new DeviceId(device));
    assertNotNull(found);
    return found;
  }

  private RejectionsAnswer rejections(int limit, @Nullable String beforeId) {
    return Stages.done(
        reader.rejections(
            new RejectionsRequest(ACME, null, null, 0, Long.MAX_VALUE, beforeId, limit)));
  }

  private EnterpriseId ofLaneOf(EnterpriseId enterprise) {
    for (int i = 0; ; i++) {
      EnterpriseId found = new EnterpriseId("e-" + i);
      if (node.journal().lane(found) == node.journal().lane(enterprise)) {
        return found;
      }
    }
  }
}
