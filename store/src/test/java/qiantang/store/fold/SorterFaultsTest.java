package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.Versions;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables;
import qiantang.store.harness.FaultyTables.Fault;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.journal.Lane;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

class SorterFaultsTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final StartId ONE = new StartId(new UUID(0, 1));

  private final Sorted world = new Sorted();
  private final ManualTime time = world.time;
  private final long now = time.minute();
  private final FaultyTables reads = new FaultyTables(world.journal);
  private final Sorter sorter =
      new Sorter(reads, world.folds, world.layouts(world.folds), time, world.meter, Runnable::run);

  @Test
  void aSealedStartIsReadToItsEnd() {
    Node node = Node.opened(time, world.journal, 1);
    Node.opened(time, world.journal, 2);
    time.advance(Duration.ofSeconds(15));
    node.tables().fail(Op.BEAT, Fault.LOST); // what comes now no heartbeat tells of
    for (int i = 0; i < 19; i++) {
      assertTrue(node.send(ACME, reading(i)).isAcknowledged());
      time.advance(Duration.ofSeconds(1));
    }
    node.freeze();
    time.advance(Duration.ofMinutes(5));
    Start start = world.start(1);
    assertTrue(start.sealed());
    int lane = laneOfAcme();
    assertEquals(0, start.lanes().get(lane).storedSequence());
    world.sortAll();
    assertEquals(19, world.inBlocks(ACME).size());
    assertEquals(world.inAllFrames(ACME), world.inBlocks(ACME));
    long end = start.lanes().get(lane).minute() + Lane.MINUTES_AHEAD + 1;
    LaneCursor cursor = new LaneCursor(ONE, lane, end, 19, 0);
    assertEquals(cursor, world.cursors(ONE).get(lane));
    assertEquals(cursor, Stages.done(sorter.sort(start, lane, cursor)));
    assertEquals(0, reads.count(Op.READ_FRAMES), "it is finished");
  }

  @Test
  void aHoleInAMinuteIsNotPassed() {
    frames(now, 1, 2);
    frames(now + 1, 3, 5);
    Start start = live(now + 2, 5, 5);
    requireHole(start, "frame 5 follows frame 3");
    frames(now + 1, 4);
    requireSorted(start, 5);
  }

  @Test
  void aFrameThatIsMissingAtTheEndOfAMinuteIsNotPassedEither() {
    frames(now, 1, 2);
    frames(now + 2, 4);
    Start start = live(now + 5, 4, 4);
    requireHole(start, "frame 4 follows frame 2");
    frames(now, 3);
    requireSorted(start, 4);
  }

  @Test
  void aFrameThatIsMissingAtTheEndOfTheClosedMinutesIsNotPassed() {
    frames(now, 1, 2);
    Start start = live(now + 3, 9, 3);
    requireHole(start, "end with frame 3, but frame 2 is the last found");
    frames(now, 3);
    requireSorted(start, 3);
    requireHole(live(now + 4, 9, 2), "end with frame 2, but frame 3 is the last found");
  }

  @Test
  void aSealedStartsClosedMinutesMustBeWholeToo() {
    frames(now, 1);
    frames(now + 3, 3);
    Start start = sealed(now + 3, 3, 2);
    requireHole(start, "end with frame 2, but frame 1 is the last found");
    frames(now + 2, 2);
    requireSorted(start, 3);
  }

  @Test
  void aSealedStartMustReachWhatItsWriterHadStored() {
    frames(now, 1);
    frames(now + 1, 2);
    Start start = sealed(now + 1, 3, 1);
    requireHole(start, "frame 3 was stored, but frame 2 is the last found");
    frames(now + 1 + Lane.MINUTES_AHEAD, 3);
    requireSorted(start, 3);
  }

  @Test
  void framesThatMustHaveExpiredAreNotWaitedForButCounted() {
    frames(now, 1, 3);
    frames(now + 1, 7);
    Start start = live(now + 2, 9, 9);
    time.stepWallClock(Duration.ofDays(2).plusHours(6));
    requireHole(start, "frame 3 follows frame 1");
    time.stepWallClock(Duration.ofMinutes(1));
    requireHole(start, "frame 7 follows frame 3");
    time.stepWallClock(Duration.ofMinutes(1));
    requireHole(start, "end with frame 9, but frame 7 is the last found");
    time.stepWallClock(Duration.ofMinutes(1));
    assertEquals(1 + 3 + 2, requireSorted(start, 9).damagedFrames());
    assertTrue(world.meter.lostFrames() >= 6);
  }

  @Test
  void ofASealedStartWhatMustHaveExpiredIsNotWaitedForEither() {
    frames(now, 1);
    Start start = sealed(now + 1, 5, 1);
    time.stepWallClock(Duration.ofDays(2).plusHours(6).plusMinutes(3));
    requireHole(start, "frame 5 was stored, but frame 1 is the last found");
    time.stepWallClock(Duration.ofMinutes(2));
    assertEquals(4, requireSorted(start, 5).damagedFrames());
  }

  @Test
  void aStartOfAnOlderVersionIsTakenAsItIs() {
    frames(now + 5, 100, 101); // those before have expired
    frames(now + 6, 102);
    Start start = live(now + 8, 102, LanePosition.UNKNOWN);
    requireSorted(start, 102);
    frames(now + 8, 103, 105);
    requireHole(live(now + 9, 105, LanePosition.UNKNOWN), "frame 105 follows frame 103");
  }

  @Test
  void aDamagedFrameIsCountedAndPassed() {
    frames(now, 1);
    insert(now, 2, new byte[] {1, 2, 3});
    byte[] rotten = frame(3);
    rotten[rotten.length / 2] ^= 1;
    insert(now, 3, rotten);
    frames(now, 4);
    frames(now + 1, 5);
    LaneCursor cursor = requireSorted(live(now + 2, 5, 5), 5);
    assertEquals(2, cursor.damagedFrames());
    assertEquals(2, world.meter.damagedFrames());
    assertEquals(Set.of("d m 1", "d m 4", "d m 5"), world.inBlocks(ACME).keySet());
    insert(now + 2, 6, new byte[0]);
    assertEquals(3, requireSorted(live(now + 3, 6, 6), 6).damagedFrames());
  }

  @Test
  void aFrameOfANewerVersionIsNotPassed() {
    frames(now, 1);
    insert(now + 1, 2, Versions.of(3, frame(2)));
    Start start = live(now + 2, 2, 2);
    for (int run = 0; run < 2; run++) {
      assertTrue(failure(start).contains("cannot read a frame of version 3"));
      LaneCursor cursor = cursor();
      assertTrue(cursor != null && cursor.minute() <= now + 1 && cursor.sequence() == 1);
    }
    assertEquals(0, world.meter.damagedFrames());
  }

  @Test
  void whereverASorterDiesNothingIsLostAndARerunWritesTheSameRows() {
    Sorted whole = new Sorted();
    fill(whole);
    FailingFolds counting = new FailingFolds(whole.folds);
    whole.sortAll(whole.sorter(counting));
    List<BlockKey> expected = keys(whole);
    assertTrue(expected.size() > 20 && counting.asked() > 40);
    for (int operations = 0; operations <= counting.asked(); operations++) {
      for (boolean applied : new boolean[] {false, true}) {
        Sorted crashed = new Sorted();
        fill(crashed);
        FailingFolds failing = new FailingFolds(crashed.folds);
        failing.cutAfter(operations, applied);
        boolean isCut = operations < counting.asked();
        assertEquals(isCut, sortUntilFailure(crashed, failing), "at " + operations);
        assertTrue(
            crashed.inBlocks(ACME).entrySet().containsAll(crashed.inSortedFrames(ACME).entrySet()),
            "a cursor ran ahead of its rows at " + operations);
        crashed.sortAll();
        assertEquals(expected, keys(crashed), "at " + operations);
        assertEquals(whole.cursors(ONE), crashed.cursors(ONE));
      }
    }
  }

  @Test
  void aReadThatFailsEndsTheRunWithWhatWasSorted() {
    frames(now, 1);
    frames(now + 1, 2);
    frames(now + 2, 3);
    Start start = live(now + 3, 3, 3);
    reads.fail(Op.READ_FRAMES, Fault.LOST);
    assertTrue(failure(start).contains("cannot know"));
    reads.mend(Op.READ_FRAMES);
    requireSorted(start, 3);
  }

  @Test
  void twoSortersAtOnceWriteTheSameRows() {
    Sorted whole = new Sorted();
    fill(whole);
    whole.sortAll();
    fill(world);
    Start start = world.start(1);
    reads.hold(Op.READ_FRAMES);
    List<CompletableFuture<LaneCursor>> slow = new ArrayList<>();
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      slow.add(sorter.sort(start, lane, null).toCompletableFuture());
    }
    for (int i = 0; i < 20; i++) {
      reads.releaseOne(); // it is somewhere in the middle
    }
    time.advance(Duration.ofMinutes(2));
    world.sortAll();
    var cursors = world.cursors(ONE);
    reads.release();
    slow.forEach(Stages::done);
    assertEquals(keys(whole), keys(world));
    assertEquals(cursors, world.cursors(ONE), "the slow one turns nothing back");
  }

  @Test
  void aFrameNobodyAcknowledgedThatLandsAfterTheFirstRunMakesASecondBlock() {
    Node node = Node.opened(time, world.journal, 1);
    Node.opened(time, world.journal, 2);
    node.send(ACME, reading(1));
    node.tables().failNext(Op.INSERT_FRAME, Fault.LATE);
    Node.Sent lost = node.send(ACME, reading(2));
    node.freeze();
    time.advance(Duration.ofMinutes(5));
    Start start = world.start(1);
    assertTrue(start.sealed() && !lost.isAcknowledged());
    int lane = laneOfAcme();
    world.sortAll();
    Set<String> first = world.inBlocks(ACME).keySet();
    assertEquals(1, first.size());
    node.tables().applyLate();
    assertEquals(2, Stages.done(sorter.sort(start, lane, null)).sequence());
    assertEquals(2, world.blocks(ACME).size());
    assertEquals(world.inAllFrames(ACME), world.inBlocks(ACME));
    assertTrue(world.inBlocks(ACME).keySet().containsAll(first));
  }

  @Test
  void aSilentLaneIsSkippedWithoutARead() {
    frames(now, 1);
    requireSorted(live(now + 1, 1, 1), 1);
    int before = reads.count(Op.READ_FRAMES);
    FailingFolds counting = new FailingFolds(world.folds);
    Sorter counted =
        new Sorter(reads, counting, world.layouts(counting), time, world.meter, Runnable::run);
    Start later = live(now + 10_000, 1, 1);
    LaneCursor cursor = Stages.done(counted.sort(later, 0, cursor()));
    assertEquals(new LaneCursor(ONE, 0, now + 10_000, 1, 0), cursor);
    assertEquals(cursor, cursor());
    assertEquals(before, reads.count(Op.READ_FRAMES));
    assertEquals(1, counting.asked(), "one step over all empty minutes");
  }

  @Test
  void aLongSilenceBeforeAFrameIsReadManyMinutesAtOnce() {
    frames(now + 4000, 1);
    Start start = live(now + 4001, 1, 1);
    reads.hold(Op.READ_FRAMES);
    CompletableFuture<LaneCursor> sorted = sorter.sort(start, 0, null).toCompletableFuture();
    int turns = 0;
    int most = 0;
    while (!sorted.isDone()) {
      int held = reads.held(Op.READ_FRAMES);
      most = Math.max(most, held);
      turns++;
      for (int i = 0; i < held; i++) {
        reads.releaseOne();
      }
    }
    assertEquals(new LaneCursor(ONE, 0, now + 4001, 1, 0), Stages.done(sorted));
    assertTrue(turns < 4001 / 8 + 10 && most == 8, turns + " turns of up to " + most);
    assertEquals(1, world.inBlocks(ACME).size());
  }

  @Test
  void fullMinutesAreReadOneByOne() {
    for (int i = 0; i < 6; i++) {
      byte[] entry = EntryCodec.encode(Entries.presence("d", 1, true, "connect", 1));
      // An entry may be followed by bytes that a later version adds to it.
      insert(now + i, 1 + i, frame(Arrays.copyOf(entry, 2_000_000)));
    }
    Start start = live(now + 6, 6, 6);
    reads.hold(Op.READ_FRAMES);
    CompletableFuture<LaneCursor> sorted = sorter.sort(start, 0, null).toCompletableFuture();
    while (!sorted.isDone()) {
      assertEquals(1, reads.held(Op.READ_FRAMES));
      reads.releaseOne();
    }
    assertEquals(6, Stages.done(sorted).sequence());
  }

  @Test
  void aFullMinuteIsReadAndSortedPieceByPieceAndAWalkEndsBehindSoManyBytes() {
    byte[] entry = EntryCodec.encode(Entries.presence("d", 1, true, "connect", 1));
    byte[] large = frame(Arrays.copyOf(entry, 1_500_000));
    for (int i = 0; i < 30; i++) {
      insert(now, 1 + i, large);
      insert(now + 1, 31 + i, large);
    }
    insert(now + 2, 61, frame(61));
    Start start = live(now + 3, 61, 61);
    reads.hold(Op.READ_FRAMES);
    CompletableFuture<LaneCursor> sorted = sorter.sort(start, 0, null).toCompletableFuture();
    int asked = 0;
    while (!sorted.isDone()) {
      assertEquals(1, reads.held(Op.READ_FRAMES), "it holds a piece");
      reads.releaseOne();
      asked++;
    }
    assertEquals(2 * 11 + 1, asked, "3 frames are a piece, behind 10 of them is the end");
    assertEquals(new LaneCursor(ONE, 0, now + 2, 60, 0), Stages.done(sorted));
    reads.release();
    LaneCursor end = new LaneCursor(ONE, 0, now + 3, 61, 0);
    assertEquals(end, Stages.done(sorter.sort(start, 0, cursor())));
  }

  @Test
  void thousandsOfMinutesAreSortedHourByHour() {
    for (int i = 0; i < 4000; i++) {
      frames(now + i, 1 + i);
    }
    Start start = live(now + 4000, 4000, 4000);
    for (int minutes = LaneSort.WALK_MINUTES; minutes < 4000; minutes += LaneSort.WALK_MINUTES) {
      LaneCursor cursor = Stages.done(sorter.sort(start, 0, cursor()));
      assertEquals(new LaneCursor(ONE, 0, now + minutes, minutes, 0), cursor);
      assertEquals(cursor, cursor());
    }
    requireSorted(start, 4000);
    assertEquals(4000, world.blocks(ACME).size());
  }

  /** Sorting fails so, and the cursor passes no minute that lacks a frame. */
  private void requireHole(Start start, String message) {
    for (int run = 0; run < 2; run++) {
      String found = failure(start);
      assertTrue(found.contains("cannot sort lane 0") && found.contains(message), found);
    }
  }

  private String failure(Start start) {
    return String.valueOf(Stages.failure(sorter.sort(start, 0, cursor())).getMessage());
  }

  private LaneCursor requireSorted(Start start, long sequence) {
    LaneCursor cursor = Stages.done(sorter.sort(start, 0, cursor()));
    assertEquals(start.reach(0), cursor.minute());
    assertEquals(sequence, cursor.sequence());
    assertEquals(cursor, cursor());
    Set<String> expected = new TreeSet<>();
    for (long minute = now; minute < start.reach(0); minute++) {
      LaneMinute partition = new LaneMinute(ONE, 0, minute);
      for (StoredFrame frame : Stages.done(world.journal.readFrames(partition, 0))) {
        if (FrameCodec.decode(frame.bytes()) instanceof FrameCodec.Decoded.Sections) {
          expected.add("d m " + frame.key().sequence());
        }
      }
    }
    assertEquals(expected, world.inBlocks(ACME).keySet());
    return cursor;
  }

  private @Nullable LaneCursor cursor() {
    return world.cursors(ONE).get(0);
  }

  private Start live(long minute, long stored, long closed) {
    return start(false, new LanePosition(minute, stored, closed));
  }

  private Start sealed(long minute, long stored, long closed) {
    return start(true, new LanePosition(minute, stored, closed));
  }

  private Start start(boolean sealed, LanePosition position) {
    return new Start(ONE, "one", now, 1, 0, sealed, List.of(position));
  }

  /** Inserts frames of one reading each, whose event time is the sequence. */
  private void frames(long minute, long... sequences) {
    for (long sequence : sequences) {
      insert(minute, sequence, frame(sequence));
    }
  }

  private void insert(long minute, long sequence, byte[] bytes) {
    FrameKey key = new FrameKey(new LaneMinute(ONE, 0, minute), sequence);
    Stages.done(world.journal.insertFrame(key, bytes));
  }

  private byte[] frame(long number) {
    return frame(EntryCodec.encode(reading(number)));
  }

  private static byte[] frame(byte[] entry) {
    FrameCodec.Builder builder = new FrameCodec.Builder(64);
    builder.add(ACME, new Counts(1, 0, 1, 0), List.of(entry));
    return builder.build();
  }

  private static void fill(Sorted world) {
    Random random = new Random(62);
    Node node = Node.opened(world.time, world.journal, 1);
    List<DeviceId> devices = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      devices.add(new DeviceId("device-" + i));
    }
    for (int i = 0; i < 60; i++) {
      EnterpriseId enterprise = i % 3 == 0 ? new EnterpriseId("e-" + i % 7) : ACME;
      node.send(enterprise, Entries.random(random, devices));
      world.time.advance(Duration.ofSeconds(random.nextInt(20)));
    }
    world.time.advance(Duration.ofMinutes(2));
  }

  private static List<BlockKey> keys(Sorted world) {
    List<BlockKey> keys = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      EnterpriseId enterprise = i == 7 ? ACME : new EnterpriseId("e-" + i);
      world.blocks(enterprise).forEach(block -> keys.add(block.key()));
    }
    return keys;
  }

  private static boolean sortUntilFailure(Sorted world, FoldTables tables) {
    Sorter sorter = world.sorter(tables);
    Start start = world.start(1);
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      if (sorter.sort(start, lane, null).toCompletableFuture().isCompletedExceptionally()) {
        return true;
      }
    }
    return false;
  }

  /** In which lane of the first start the enterprise's records lie. */
  private int laneOfAcme() {
    return Stages.done(world.journal.readWhereabouts(ACME)).getFirst().lane();
  }

  private static Entry reading(long number) {
    return Entries.reading("d", "m", number, number, number);
  }
}
