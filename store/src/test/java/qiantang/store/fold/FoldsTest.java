package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables;
import qiantang.store.harness.FaultyTables.Fault;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.StartWatch;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

class FoldsTest {
  private static final int ENTERPRISES = 20;

  private final Sorted world = new Sorted();
  private final ManualTime time = world.time;
  private final Set<EnterpriseId> failing = new HashSet<>();
  private final List<FrameKey> missed = new ArrayList<>();

  @AfterEach
  void nothingWasPackedBeforeItWasSorted() {
    assertEquals(List.of(), missed);
  }

  /** A process that folds, and what it was asked to pack. */
  private final class Folding {
    final FaultyTables journal = new FaultyTables(world.journal);
    final FailingFolds tables = new FailingFolds(world.folds);
    final List<EnterpriseId> packed = new ArrayList<>();
    final List<Long> limits = new ArrayList<>();
    final FoldMeter meter = new FoldMeter();
    final Folds folds;

    Folding(@Nullable StartId self) {
      Layouts layouts = world.layouts(tables);
      Sorter sorter = new Sorter(journal, tables, layouts, time, meter, Runnable::run);
      folds =
          new Folds(
              journal,
              tables,
              sorter,
              this::pack,
              new Eraser(journal, tables, layouts, time, meter, Runnable::run),
              time,
              time,
              time,
              Runnable::run,
              meter,
              () -> self);
      folds.begin();
    }

    private CompletionStage<Unpacked> pack(EnterpriseId enterprise, long limitMinute) {
      lookForUnsorted(limitMinute);
      packed.add(enterprise);
      limits.add(limitMinute);
      if (failing.contains(enterprise)) {
        throw new IllegalStateException("cannot pack");
      }
      return CompletableFuture.completedFuture(new Unpacked(limitMinute, limitMinute));
    }
  }

  @Test
  void aNodeSortsItsLanesEveryTenSeconds() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(id(1));
    send(node);
    time.advance(Duration.ofSeconds(25));
    assertEquals(0, process.meter.frames());
    time.advance(Duration.ofSeconds(20)); // the minute ended, a heartbeat and a pass have come
    assertEquals(ENTERPRISES, process.meter.frames());
    requireAllInBlocks();
    assertEquals(5, process.journal.count(Op.READ_STARTS));
  }

  @Test
  void nodesShareTheEnterprisesAndLeaveEachOthersLanes() {
    Node one = Node.opened(time, world.journal, 1);
    Node two = Node.opened(time, world.journal, 2);
    Folding first = new Folding(id(1));
    Folding second = new Folding(id(2));
    time.advance(Duration.ofSeconds(1)); // all whereabouts and starts are there
    first.packed.clear();
    second.packed.clear();
    send(one);
    send(two);
    send(two);
    time.advance(Duration.ofMinutes(20));
    assertEquals(ENTERPRISES, first.meter.frames());
    assertEquals(2 * ENTERPRISES, second.meter.frames());
    requireAllInBlocks();
    assertEquals(Set.copyOf(enterprises()), union(first.packed, second.packed));
    assertEquals(ENTERPRISES, Set.copyOf(first.packed).size() + Set.copyOf(second.packed).size());
    assertFalse(first.packed.isEmpty() || second.packed.isEmpty());
  }

  @Test
  void theOthersDoWhatANodeThatDoesNotFoldLeaves() {
    Node.opened(time, world.journal, 1);
    Node.opened(time, world.journal, 2);
    Node idle = Node.notFolding(time, world.journal, 3);
    Folding first = new Folding(id(1));
    Folding second = new Folding(id(2));
    time.advance(Duration.ofMinutes(1));
    assertFalse(world.start(3).folds());
    send(idle);
    time.advance(Duration.ofMinutes(20));
    assertEquals(ENTERPRISES, first.meter.frames() + second.meter.frames());
    assertTrue(first.meter.frames() > 0 && second.meter.frames() > 0, "they share its lanes");
    assertEquals(Set.copyOf(enterprises()), union(first.packed, second.packed));
    requireAllInBlocks();
  }

  @Test
  void whoHasNoStartDoesEverything() {
    Node one = Node.opened(time, world.journal, 1);
    Node two = Node.opened(time, world.journal, 2);
    Folding process = new Folding(null);
    send(one);
    send(two);
    time.advance(Duration.ofMinutes(20));
    assertEquals(2 * ENTERPRISES, process.meter.frames());
    assertEquals(Set.copyOf(enterprises()), Set.copyOf(process.packed));
    requireAllInBlocks();
  }

  @Test
  void theOthersSortADeadNodesLanesToTheirEndAndPackItsEnterprises() {
    Node.opened(time, world.journal, 1);
    Node.opened(time, world.journal, 2);
    Node dead = Node.opened(time, world.journal, 3);
    Folding first = new Folding(id(1));
    Folding second = new Folding(id(2));
    send(dead);
    dead.freeze();
    time.advance(Duration.ofMinutes(1));
    assertEquals(0, first.meter.frames() + second.meter.frames());
    time.advance(Duration.ofMinutes(20));
    assertTrue(world.start(3).sealed());
    assertEquals(ENTERPRISES, first.meter.frames() + second.meter.frames());
    assertTrue(first.meter.frames() > 0 && second.meter.frames() > 0, "they share its lanes");
    assertEquals(Set.copyOf(enterprises()), union(first.packed, second.packed));
    requireAllInBlocks();
  }

  @Test
  void aNodeWhoseStartWasSealedDoesNothingUntilItHasANewOne() {
    Node.opened(time, world.journal, 1);
    Node sealed = Node.opened(time, world.journal, 2);
    Folding process = new Folding(id(2));
    send(sealed);
    assertTrue(Stages.done(world.journal.seal(id(2), world.start(2).beat())));
    time.advance(Duration.ofMinutes(20));
    assertEquals(0, process.meter.frames());
    assertEquals(List.of(), process.packed);
  }

  @Test
  void enterprisesArePackedWhenAQuarterHourHasBeenSorted() {
    Node node = Node.opened(time, world.journal, 1);
    send(node);
    Folding process = new Folding(id(1));
    long quarter = time.minute();
    assertEquals(0, quarter % 15, "the test begins with a quarter");
    time.advance(Duration.ofMinutes(3));
    process.packed.clear();
    process.limits.clear();
    for (int minute = 0; minute < 57; minute++) {
      time.advance(Duration.ofMinutes(1));
      send(node);
    }
    assertEquals(3 * ENTERPRISES, process.packed.size());
    Set<Long> expected = Set.of(quarter + 17, quarter + 32, quarter + 47);
    assertEquals(expected, Set.copyOf(process.limits));
  }

  @Test
  void nothingIsPackedBeforeEveryLaneOfEveryStartIsSorted() {
    Node node = Node.opened(time, world.journal, 1);
    Node other = Node.opened(time, world.journal, 2); // nobody sorts its lanes
    Folding process = new Folding(id(1));
    long begin = time.minute();
    send(node);
    send(other);
    time.advance(Duration.ofMinutes(40));
    assertTrue(process.limits.stream().allMatch(limit -> limit == begin), "" + process.limits);
    Folding late = new Folding(id(2));
    time.advance(Duration.ofMinutes(1));
    assertTrue(process.limits.getLast() >= begin + 32);
    assertTrue(late.limits.getLast() >= begin + 32);
  }

  @Test
  void withoutALiveStartThePackerStopsWhereTheNextOneMayBegin() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(null);
    StartWatch watch = new StartWatch(process.journal, null, time, time);
    watch.begin();
    send(node);
    time.advance(Duration.ofMinutes(30));
    node.journal().close();
    time.advance(Duration.ofMinutes(60));
    long reach = world.start(1).reach();
    assertEquals(PackPass.endMinute(reach), PackPass.endMinute(process.limits.getLast()));
    assertTrue(process.limits.getLast() <= reach);
    Node next = Node.opened(time, world.journal, 2);
    assertTrue(world.start(2).lanes().getFirst().minute() >= reach);
    send(next);
    time.advance(Duration.ofMinutes(30));
    assertTrue(process.limits.getLast() > reach);
    requireAllInBlocks();
  }

  /** A start that is inserted after the starts were read begins at what those rows reach. */
  @Test
  void aCursorThatWasReadLaterThanItsStartDoesNotRaiseTheLimit() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(null);
    time.advance(Duration.ofMinutes(1));
    Start before = world.start(1);
    time.advance(Duration.ofMinutes(30));
    send(node);
    for (LaneCursor cursor : world.cursors(id(1)).values()) {
      LaneFront front = new LaneFront(before, cursor.lane(), cursor);
      assertTrue(cursor.minute() > before.reach());
      assertEquals(before.reach(cursor.lane()), front.limitMinute());
    }
    assertEquals(0, process.meter.failedPasses());
  }

  @Test
  void aLaneThatCannotBeSortedHoldsThePackerAndNotTheOtherLanes() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(id(1));
    time.advance(Duration.ofMinutes(5));
    send(node);
    long minute = time.minute();
    StartId broken = id(9);
    insertStart(broken, minute);
    time.advance(Duration.ofMinutes(40)); // it is sealed by now
    requireAllInBlocks();
    assertTrue(process.meter.failedLanes() > 100);
    assertEquals(0, process.meter.failedPasses());
    assertTrue(process.limits.getLast() <= minute);
    assertTrue(process.folds.unsortedMinutes() >= 40);
    assertTrue(process.folds.unpackedMinutes() >= 40);
    Stages.done(world.journal.insertFrame(key(broken, minute, 1), new byte[0]));
    time.advance(Duration.ofMinutes(1));
    assertTrue(process.limits.getLast() >= minute + 30);
    assertTrue(process.folds.unsortedMinutes() <= 2);
    assertTrue(process.folds.unpackedMinutes() <= 19);
  }

  @Test
  void packersThatAreHeldForADayAreAskedAllTheSameEachHour() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(id(1));
    send(node);
    time.advance(Duration.ofMinutes(5));
    insertStart(id(9), time.minute());
    time.advance(Duration.ofHours(23));
    int asked = process.packed.size();
    time.advance(Duration.ofHours(12));
    int more = process.packed.size() - asked;
    assertTrue(more >= 10 * ENTERPRISES && more <= 13 * ENTERPRISES, "asked " + more);
  }

  @Test
  void whatASealedStartLacksWhenAllItsFramesHaveExpiredIsNotWaitedFor() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(id(1));
    send(node);
    long minute = time.minute();
    insertStart(id(9), minute);
    time.advance(Duration.ofMinutes(30));
    assertTrue(process.limits.getLast() <= minute);
    time.stepWallClock(JournalTables.FRAMES_KEPT.plusHours(7));
    time.advance(Duration.ofHours(1)); // labels go on by 2 minutes a heartbeat
    assertTrue(process.limits.getLast() > minute + 1000);
    long failures = process.meter.failedLanes();
    time.advance(Duration.ofHours(1));
    assertEquals(failures, process.meter.failedLanes());
  }

  @Test
  void anEnterpriseThatCannotBePackedIsTriedAgainAloneAndDoesNotStopTheOthers() {
    Node node = Node.opened(time, world.journal, 1);
    send(node);
    Folding process = new Folding(id(1));
    time.advance(Duration.ofMinutes(3));
    process.packed.clear();
    EnterpriseId poor = new EnterpriseId("e-3");
    failing.add(poor);
    time.advance(Duration.ofMinutes(20));
    assertEquals(Set.copyOf(enterprises()), Set.copyOf(process.packed));
    long failures = process.meter.failedEnterprises();
    assertTrue(failures > 10);
    assertEquals(failures + ENTERPRISES - 1, process.packed.size());
    assertTrue(process.folds.unpackedMinutes() >= 20);
    failing.clear();
    time.advance(Duration.ofSeconds(10));
    assertTrue(process.folds.unpackedMinutes() <= 19);
    assertEquals(failures, process.meter.failedEnterprises());
  }

  @Test
  void finishedStartsCostNothingMore() {
    Node node = Node.opened(time, world.journal, 1);
    for (int i = 10; i < 30; i++) {
      Node gone = Node.opened(time, world.journal, i);
      send(gone);
      gone.freeze();
    }
    Folding process = new Folding(id(1));
    time.advance(Duration.ofMinutes(5));
    send(node);
    time.advance(Duration.ofMinutes(2));
    requireAllInBlocks();
    int before = process.tables.asked();
    int reads = process.journal.count(Op.READ_FRAMES);
    time.advance(Duration.ofSeconds(10));
    assertTrue(process.tables.asked() - before <= 2, "the own start's cursors are read");
    assertEquals(reads, process.journal.count(Op.READ_FRAMES));
  }

  @Test
  void oneTurnFollowsTheOther() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(id(1));
    send(node);
    process.journal.hold(Op.READ_FRAMES);
    time.advance(Duration.ofMinutes(10));
    int starts = process.journal.count(Op.READ_STARTS);
    assertEquals(2, process.journal.held(Op.READ_FRAMES), "lanes at once");
    time.advance(Duration.ofMinutes(10));
    assertEquals(starts, process.journal.count(Op.READ_STARTS));
    assertTrue(process.folds.unsortedMinutes() >= 19);
    process.journal.release();
    time.advance(Duration.ofMinutes(1));
    requireAllInBlocks();
  }

  @Test
  void foldsGoOnAfterAnOutage() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(id(1));
    for (Op op : List.of(Op.READ_STARTS, Op.READ_FRAMES, Op.READ_ENTERPRISES)) {
      send(node);
      process.journal.fail(op, Fault.LOST);
      time.advance(Duration.ofMinutes(20));
      assertTrue(process.folds.unpackedMinutes() >= 20, "" + op);
      process.journal.mend(op);
      time.advance(Duration.ofMinutes(16));
      requireAllInBlocks();
      assertTrue(process.folds.unsortedMinutes() <= 2 && process.folds.unpackedMinutes() <= 19);
    }
    assertTrue(process.meter.failedPasses() > 200 && process.meter.failedLanes() > 50);
    process.tables.cutAfter(0, false);
    time.advance(Duration.ofMinutes(2));
    assertTrue(process.folds.unsortedMinutes() >= 1);
  }

  @Test
  void aLongLaneIsSortedInTurnsWithTheOthers() {
    Node node = Node.opened(time, world.journal, 1);
    for (int minute = 0; minute < 150; minute++) {
      send(node);
      time.advance(Duration.ofMinutes(1));
    }
    Folding process = new Folding(null);
    long begin = time.minute() - 150;
    assertTrue(process.limits.getLast() <= begin + LaneSort.WALK_MINUTES, "after one pass");
    time.advance(Duration.ZERO);
    assertEquals(150 * ENTERPRISES, process.meter.frames());
    assertTrue(Set.copyOf(process.limits).size() >= 3, "packers go on in between");
    requireAllInBlocks();
  }

  @Test
  void closedFoldsDoNothingMoreAndComplainOfNothing() {
    Node node = Node.opened(time, world.journal, 1);
    Folding process = new Folding(id(1));
    send(node);
    process.journal.hold(Op.READ_FRAMES);
    time.advance(Duration.ofMinutes(2));
    process.folds.close();
    process.journal.failOne();
    process.journal.failOne();
    int asked = process.journal.count(Op.READ_FRAMES) + process.journal.count(Op.READ_STARTS);
    time.advance(Duration.ofMinutes(30));
    assertEquals(
        asked, process.journal.count(Op.READ_FRAMES) + process.journal.count(Op.READ_STARTS));
    assertEquals(0, process.meter.failedLanes() + process.meter.failedPasses());
  }

  @Test
  void withoutAnyStartNothingIsPacked() {
    Folding process = new Folding(null);
    time.advance(Duration.ofHours(1));
    assertEquals(List.of(), process.packed);
    assertEquals(0, process.folds.unsortedMinutes() + process.folds.unpackedMinutes());
    assertEquals(0, process.meter.failedPasses());
  }

  private void send(Node node) {
    for (EnterpriseId enterprise : enterprises()) {
      node.send(enterprise, Entries.reading("d", "m", time.micros(), time.micros(), 1));
    }
  }

  private static List<EnterpriseId> enterprises() {
    List<EnterpriseId> enterprises = new ArrayList<>();
    for (int i = 0; i < ENTERPRISES; i++) {
      enterprises.add(new EnterpriseId("e-" + i));
    }
    return enterprises;
  }

  private static Set<EnterpriseId> union(List<EnterpriseId> one, List<EnterpriseId> other) {
    Set<EnterpriseId> union = new HashSet<>(one);
    union.addAll(other);
    return union;
  }

  private static StartId id(long number) {
    return new StartId(new UUID(0, number));
  }

  private static FrameKey key(StartId start, long minute, long sequence) {
    return new FrameKey(new LaneMinute(start, 0, minute), sequence);
  }

  /** A start that died when its first lane had stored a frame, which is not to be found. */
  private void insertStart(StartId start, long minute) {
    List<LanePosition> lanes = new ArrayList<>();
    for (int lane = 0; lane < Journal.LANES; lane++) {
      lanes.add(new LanePosition(minute, lane == 0 ? 1 : 0, 0));
    }
    Stages.done(world.journal.insertStart(new Start(start, "broken", minute, 1, 0, false, lanes)));
  }

  private void requireAllInBlocks() {
    for (EnterpriseId enterprise : enterprises()) {
      assertEquals(world.inAllFrames(enterprise), world.inBlocks(enterprise));
    }
  }

  /** Whoever packs up to this minute must miss no frame with an earlier label. */
  private void lookForUnsorted(long limitMinute) {
    for (Start start : Stages.done(world.journal.readStarts())) {
      Map<Integer, LaneCursor> cursors = world.cursors(start.id());
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        LaneCursor cursor = cursors.get(lane);
        long sorted = cursor == null ? start.beginMinute() : cursor.minute();
        for (long minute = sorted; minute < Math.min(limitMinute, sorted + 20); minute++) {
          LaneMinute partition = new LaneMinute(start.id(), lane, minute);
          Stages.done(world.journal.readFrames(partition, 0))
              .forEach(frame -> missed.add(frame.key()));
        }
      }
    }
  }
}
