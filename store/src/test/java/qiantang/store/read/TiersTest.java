package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.codec.TooNewException;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.Layout;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;
import qiantang.store.read.Tiers.Lane;

/** One sample, or a few that meet, in each tier. */
class TiersTest {
  private static final DeviceId DEVICE = new DeviceId("d0");
  private static final Lane LOW = new Lane(1, 0);
  private static final Lane HIGH = new Lane(2, 0);
  private static final byte[] NOTHING = {1, 2, 3};

  // A quarter hour that has ended long ago, and an event time in it.
  private static final long SPAN = Math.floorDiv(new Tiers().time.minute(), 15) * 15 - 60;
  private static final long TIME = SPAN * Tiers.MINUTE_MICROS + 5_000_001;

  private final Tiers tiers = new Tiers();

  @Test
  void aSampleIsTheSameInEachTier() {
    send(LOW, SPAN, 7);
    tiers.beat(LOW.start(), SPAN + 30);
    assertIsThere("journal", "journal");
    tiers.sort(LOW, SPAN, SPAN + 30);
    assertIsThere("journal", "journal"); // in blocks too, but the cursor is still to come
    tiers.writeCursor(LOW, SPAN + 30, 0);
    assertIsThere("blocks journal", "blocks journal");
    tiers.pack(SPAN);
    assertIsThere("chunks blocks journal", "states blocks journal"); // the packed minute is not yet
    tiers.writePacked(SPAN + 15);
    assertIsThere("chunks journal", "states journal");
  }

  private void assertIsThere(String seriesSources, String latestSources) {
    long arrivalMicros = TIME / 1000 * 1000 + 20_000; // microseconds are gone in every tier
    Sample sample = new Sample(TIME, arrivalMicros, new Value.Int(7));
    SeriesAnswer series = series(DEVICE);
    assertEquals(List.of(new Series("m0", List.of(sample))), series.series());
    assertEquals(seriesSources, String.join(" ", series.completeness().sources()));
    assertEquals(arrivalMicros, series.completeness().freshnessMicros());
    LatestAnswer latest = latest(DEVICE);
    assertEquals(Map.of("m0", sample), latest.byMetric());
    assertEquals(latestSources, String.join(" ", latest.completeness().sources()));
    assertEquals(arrivalMicros, latest.completeness().freshnessMicros());
    assertEquals(
        Map.of(DEVICE, Map.of("m0", sample)),
        Stages.done(tiers.reader().latestOfDevices(tiers.enterprise, null)).byDevice());
  }

  @ParameterizedTest
  @CsvSource({"10, 3", "13, 2", "31, 2", "33, 1"})
  void statesAreLookedForAsLongAsTheyCanLive(int daysAgo, int layouts) {
    long today = Math.floorDiv(new Tiers().time.minute(), Layout.DAY_MINUTES);
    Tiers laid =
        new Tiers(
            new Layout(today - daysAgo - 20, 8, 15, new TreeMap<>()),
            new Layout(today - daysAgo, 16, 15, new TreeMap<>()));
    AtomicInteger reads = new AtomicInteger();
    Reader reader =
        Readers.over(
            laid.journal,
            Watched.tables(
                FoldTables.class,
                laid.folds,
                method -> {
                  reads.addAndGet(method.equals("readStates") ? 1 : 0);
                  return null;
                }),
            laid.time,
            1 << 20);
    Stages.done(reader.latest(laid.enterprise, DEVICE));
    assertEquals(layouts, reads.get());
  }

  @Test
  void ofAConflictTheLaterHoldsInWhateverTiersTheyAre() {
    send(HIGH, SPAN + 1, 1);
    send(LOW, SPAN + 2, 2);
    assertHolds(2);
    tiers.sorted(HIGH, SPAN + 20); // block and frame
    assertHolds(2);
    tiers.sorted(LOW, SPAN + 20); // two blocks
    assertHolds(2);
    tiers.pack(SPAN);
    tiers.writePacked(SPAN + 15); // one chunk
    assertHolds(2);
    send(LOW, SPAN + 20, 3); // chunk and frame
    assertHolds(3);
    tiers.sorted(LOW, SPAN + 21); // chunk and block: the correction came late
    assertHolds(3);
    send(HIGH, SPAN + 21, 2); // chunk, block and frame
    assertHolds(2);
    tiers.sorted(LOW, SPAN + 40);
    tiers.sorted(HIGH, SPAN + 40);
    tiers.pack(SPAN + 15);
    assertHolds(2); // two rows of chunks, and both blocks still
    tiers.writePacked(SPAN + 30);
    assertHolds(2);
  }

  @Test
  void withinAMinuteTheStartDecidesInWhateverTiersTheyAre() {
    send(HIGH, SPAN, 1);
    send(LOW, SPAN, 2);
    assertHolds(1);
    tiers.sorted(HIGH, SPAN + 20); // the later one is in a block, the earlier in a frame
    assertHolds(1);
    tiers.sorted(LOW, SPAN + 20);
    assertHolds(1);
  }

  @Test
  void ofTheFramesOfAMinuteTheLastHoldsThoughRunsSawFewer() {
    // An even minute: a block ends at each frame.
    long minute = SPAN + SPAN % 2;
    send(LOW, minute, 1);
    send(LOW, minute, 2);
    send(LOW, minute, 3);
    tiers.sorted(LOW, SPAN + 20);
    assertHolds(3);
  }

  @Test
  void aFrameBehindAnOldCursorIsOlderThanWhatWasPackedSince() {
    send(LOW, SPAN + 1, 1);
    send(HIGH, SPAN + 5, 2);
    tiers.sorted(HIGH, SPAN + 20);
    // As read by one who read this lane's cursor before it moved, and the packed minute after.
    tiers.pack(SPAN);
    tiers.writePacked(SPAN + 30);
    assertHolds(2);
  }

  @Test
  void aSilentDeviceIsFoundThoughLayoutsChangedSince() {
    long day = Math.floorDiv(SPAN, Layout.DAY_MINUTES);
    Tiers changed =
        new Tiers(
            new Layout(day - 1, 3, 15, new TreeMap<>()),
            new Layout(day, 1, 60, new TreeMap<>(Map.of(DEVICE, 60))));
    long yesterday = (day - 1) * Layout.DAY_MINUTES;
    changed.frame(
        LOW,
        yesterday,
        Tiers.message("d0", yesterday * Tiers.MINUTE_MICROS, Tiers.value("m0", 1)),
        Tiers.message("d1", yesterday * Tiers.MINUTE_MICROS, Tiers.value("m0", 2)));
    changed.sorted(LOW, SPAN);
    changed.pack(yesterday);
    changed.writePacked(SPAN);
    for (Set<DeviceId> devices : List.of(Set.of(DEVICE), Set.of(DEVICE, new DeviceId("d1")))) {
      LatestOfDevices latest =
          Stages.done(changed.reader().latestOfDevices(changed.enterprise, devices));
      assertEquals(devices, latest.byDevice().keySet());
    }
    assertEquals(
        changed.latest(),
        Stages.done(changed.reader().latestOfDevices(changed.enterprise, null)).byDevice());
    assertEquals(
        1, Stages.done(changed.reader().series(all(changed.enterprise, DEVICE))).series().size());
  }

  @Test
  void anotherEnterpriseSeesNothingInAnyTier() {
    EnterpriseId rival = new EnterpriseId("rival");
    send(LOW, SPAN, 7);
    assertEquals(-1, intOf(Stages.done(tiers.reader().series(all(rival, DEVICE)))));
    tiers.sorted(LOW, SPAN + 30);
    assertEquals(List.of(), Stages.done(tiers.reader().series(all(rival, DEVICE))).series());
    tiers.pack(SPAN);
    tiers.writePacked(SPAN + 15);
    assertHolds(7);
    assertEquals(List.of(), Stages.done(tiers.reader().series(all(rival, DEVICE))).series());
    assertEquals(Map.of(), Stages.done(tiers.reader().latest(rival, DEVICE)).byMetric());
    assertEquals(Map.of(), Stages.done(tiers.reader().latestOfDevices(rival, null)).byDevice());
  }

  @Test
  void whatIsDamagedIsCountedAndTheRestIsRead() {
    send(LOW, SPAN, 7);
    tiers.sorted(LOW, SPAN + 30);
    tiers.pack(SPAN);
    assertEquals(0, series(DEVICE).completeness().damagedFrames());
    int group = Layout.USUAL.groupOf(DEVICE);
    Stages.done(
        tiers.folds.insertBlocks(
            List.of(
                new Block(
                    new BlockKey(
                        new BlockPartition(tiers.enterprise, group, Math.floorDiv(SPAN, 60)),
                        SPAN + 1,
                        LOW.start(),
                        0,
                        1,
                        0),
                    NOTHING))));
    assertDamaged(1, 1);
    Stages.done(
        tiers.folds.insertChunks(
            List.of(
                new Chunk(
                    new ChunkKey(
                        tiers.history().chunkPartition(DEVICE, SPAN), DEVICE, SPAN, SPAN, 1, 0),
                    NOTHING,
                    NOTHING)),
            Duration.ofDays(1)));
    assertDamaged(2, 1);
    Stages.done(
        tiers.folds.writeStates(
            List.of(
                new State(
                    new StatePartition(tiers.enterprise, Long.MIN_VALUE, group),
                    DEVICE,
                    1,
                    SPAN,
                    NOTHING)),
            Duration.ofDays(1)));
    assertDamaged(2, 2);
    tiers.damagedFrame(LOW, SPAN + 31);
    assertDamaged(3, 3);
  }

  @Test
  void whereANewerVersionWroteSomethingThereIsNoAnswerInsteadOfOneWithoutIt() {
    send(LOW, SPAN, 7);
    tiers.newerFrame(LOW, SPAN + 1);
    for (CompletionStage<?> answer :
        List.of(
            tiers.reader().series(all(tiers.enterprise, DEVICE)),
            tiers.reader().latest(tiers.enterprise, DEVICE),
            tiers.reader().activity(tiers.enterprise))) {
      assertInstanceOf(TooNewException.class, Stages.failure(answer));
    }
  }

  @Test
  void aDamagedFrameIsCountedThoughItsLaneIsSorted() {
    send(LOW, SPAN, 7);
    tiers.damagedFrame(LOW, SPAN);
    tiers.damagedFrame(HIGH, SPAN);
    assertDamaged(2, 2);
    tiers.sort(LOW, SPAN, SPAN + 5);
    tiers.writeCursor(LOW, SPAN + 5, 1);
    assertDamaged(2, 2);
    tiers.writeCursor(HIGH, SPAN + 5, 1);
    assertDamaged(2, 2);
    assertEquals(
        2, Stages.done(tiers.reader().activity(tiers.enterprise)).completeness().damagedFrames());
  }

  private void assertDamaged(int inSeries, int inLatest) {
    Completeness series = series(DEVICE).completeness();
    assertEquals(inSeries, series.damagedFrames());
    assertFalse(series.complete());
    Completeness latest = latest(DEVICE).completeness();
    assertEquals(inLatest, latest.damagedFrames());
    assertFalse(latest.complete());
    assertHolds(7);
  }

  @Test
  void whatIsSortedIsNotReadAsFrames() {
    send(LOW, SPAN, 7);
    tiers.beat(LOW.start(), SPAN + 20);
    tiers.sorted(LOW, SPAN + 20);
    List<String> reads = new ArrayList<>();
    Reader reader =
        Readers.over(
            Watched.tables(
                JournalTables.class,
                tiers.journal,
                method -> {
                  reads.add(method);
                  return null;
                }),
            tiers.folds,
            tiers.time,
            1 << 20);
    Stages.done(reader.series(all(tiers.enterprise, DEVICE)));
    assertEquals(
        List.of("readWhereabouts", "readStart", "readFrames", "readFrames", "readFrames"),
        reads,
        "the minute being written and the two that may be ahead");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "readLaneCursors",
        "readPacking",
        "readLayouts",
        "readChunks",
        "readBlocks",
        "readStates"
      })
  void aTableThatIsAwayFailsTheStage(String away) {
    send(LOW, SPAN, 7);
    tiers.sorted(LOW, SPAN + 30);
    Reader reader =
        Readers.over(
            tiers.journal,
            Watched.tables(
                FoldTables.class,
                tiers.folds,
                method ->
                    method.equals(away)
                        ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                        : null),
            tiers.time,
            1 << 20);
    if (!away.equals("readStates")) {
      Stages.failure(reader.series(all(tiers.enterprise, DEVICE)));
    }
    if (!away.equals("readChunks")) {
      Stages.failure(reader.latest(tiers.enterprise, DEVICE));
    }
  }

  @Test
  void ranksAreInOrderOfArrival() {
    StartId start = LOW.start();
    List<Rank> inOrder =
        List.of(
            new Rank(5, false, start, 9, 9, 9, 9),
            new Rank(5, true, new StartId(new UUID(0, 0)), 0, 0, 0, Long.MIN_VALUE),
            Rank.ofPacked(6, 3),
            new Rank(6, false, start, 0, 2, 1, 0),
            new Rank(6, false, start, 0, 2, 2, 0),
            new Rank(6, false, start, 0, 2, Integer.MAX_VALUE, -1),
            new Rank(6, false, start, 0, 2, Integer.MAX_VALUE, 1),
            new Rank(6, false, start, 0, 3, 0, 0),
            new Rank(6, false, start, 1, 1, 0, 0),
            new Rank(6, false, HIGH.start(), 0, 1, 0, 0),
            Rank.ofPacked(7, -3));
    assertEquals(inOrder, inOrder.reversed().stream().sorted().toList());
  }

  private void send(Lane lane, long minute, long value) {
    tiers.frame(lane, minute, Tiers.message("d0", TIME, Tiers.value("m0", value)));
  }

  private void assertHolds(long value) {
    assertEquals(value, intOf(series(DEVICE)));
    Sample latest = latest(DEVICE).byMetric().get("m0");
    assertEquals(new Value.Int(value), latest == null ? null : latest.value());
  }

  private static long intOf(SeriesAnswer answer) {
    assertEquals(1, answer.series().size());
    assertEquals(1, answer.series().getFirst().samples().size());
    Value value = answer.series().getFirst().samples().getFirst().value();
    return value instanceof Value.Int integer ? integer.value() : Long.MIN_VALUE;
  }

  private SeriesAnswer series(DeviceId device) {
    return Stages.done(tiers.reader().series(all(tiers.enterprise, device)));
  }

  private LatestAnswer latest(DeviceId device) {
    return Stages.done(tiers.reader().latest(tiers.enterprise, device));
  }

  private static SeriesRequest all(EnterpriseId enterprise, DeviceId device) {
    return new SeriesRequest(enterprise, device, List.of(), 0, Long.MAX_VALUE, 1_000_000);
  }
}
