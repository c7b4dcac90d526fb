package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.harness.Entries;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/** Sorters that are days behind, on tables that expire. */
class LagTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final StartId ONE = new StartId(new UUID(0, 1));
  private static final int MINUTES = 300;

  private final ManualTime time = new ManualTime();
  private final long now = time.minute();
  private final MemoryJournal journal = MemoryJournal.expiring(time, Runnable::run);
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final FailingFolds broken = new FailingFolds(folds);
  private final FoldMeter meter = new FoldMeter();

  @Test
  void aLaneThatCannotBeSortedForAWeekLosesNothing() {
    write(MINUTES);
    broken.cutAfter(0, false);
    SortPass stuck = pass(broken);
    for (int i = 0; i < 7 * 24; i++) {
      time.stepWallClock(Duration.ofHours(1));
      Stages.done(stuck.run(null));
    }
    assertEquals(7L * 24, meter.failedLanes());
    assertEquals(MINUTES, meter.keptFrames(), "each once");
    runOut(pass(folds));
    assertEquals(MINUTES, meter.frames());
    assertEquals(0, meter.lostFrames());
  }

  @Test
  void whatWasWrittenAgainIsSortedThoughItsStartEndedDaysAgo() {
    write(MINUTES);
    StartId live = new StartId(new UUID(0, 99));
    broken.cutAfter(0, false);
    SortPass stuck = pass(broken);
    for (int i = 0; i < 7 * 24; i++) {
      time.stepWallClock(Duration.ofHours(1));
      Stages.done(stuck.run(null));
    }
    // One that beats now: by the database's clock the other's heartbeat is a week old.
    LanePosition begin = new LanePosition(time.minute(), 0, 0);
    Stages.done(
        journal.insertStart(new Start(live, "two", time.minute(), 1, 0, false, List.of(begin))));
    runOut(pass(folds));
    assertEquals(MINUTES, meter.frames());
    assertEquals(0, meter.lostFrames());
  }

  @Test
  void aProcessThatBeginsAnewWritesNoFrameAgainThatIsKept() {
    write(MINUTES);
    broken.cutAfter(0, false);
    for (int i = 0; i < 15; i++) {
      Stages.done(pass(broken).run(null));
      time.stepWallClock(Duration.ofHours(12));
    }
    assertEquals(MINUTES, meter.keptFrames());
    runOut(pass(folds));
    assertEquals(MINUTES, meter.frames());
  }

  @Test
  void aSorterThatKeepsUpWritesNothingAgain() {
    write(MINUTES);
    SortPass pass = pass(folds);
    for (int i = 0; i < 100; i++) {
      time.stepWallClock(Duration.ofHours(1));
      Stages.done(pass.run(null));
    }
    assertEquals(MINUTES, meter.frames());
    assertEquals(0, meter.keptFrames());
  }

  @Test
  void whatExpiredWhileNobodyFoldedIsCountedAndNotWaitedFor() {
    write(MINUTES);
    time.stepWallClock(Duration.ofDays(2).minusHours(2)); // the first have expired
    SortPass pass = pass(folds);
    SortPass.Outcome held = Stages.done(pass.run(null));
    assertEquals(now, held.limitMinute());
    assertEquals(0, meter.frames());
    time.stepWallClock(Duration.ofHours(9)); // and all must have
    assertTrue(runOut(pass).unsortedMinute() == null);
    long lost = meter.lostFrames();
    assertTrue(lost > 100 && lost < MINUTES, "the others were written again: " + lost);
    assertEquals(MINUTES, lost + meter.frames());
    long damaged = Stages.done(folds.readLaneCursors(ONE)).getFirst().damagedFrames();
    assertEquals(lost, damaged);
  }

  /** Runs passes as long as one has more to do. */
  private static SortPass.Outcome runOut(SortPass pass) {
    SortPass.Outcome outcome = Stages.done(pass.run(null));
    while (outcome.hasMore()) {
      outcome = Stages.done(pass.run(null));
    }
    return outcome;
  }

  private SortPass pass(FoldTables sorted) {
    Layouts layouts = new Layouts(folds, new MemoryRegistry(), time);
    Sorter sorter = new Sorter(journal, sorted, layouts, time, meter, Runnable::run);
    return new SortPass(journal, folds, sorter, Runnable::run, meter, time, () -> false);
  }

  /** A frame a minute of a lane, while time goes by; then the start is sealed. */
  private void write(int minutes) {
    LanePosition end = new LanePosition(now + minutes, minutes, minutes);
    Stages.done(journal.insertStart(new Start(ONE, "one", now, 1, 0, false, List.of(end))));
    for (int i = 0; i < minutes; i++) {
      FrameCodec.Builder frame = new FrameCodec.Builder(64);
      byte[] entry = EntryCodec.encode(Entries.reading("d", "m", i, time.micros(), i));
      frame.add(ACME, new Counts(1 + i, 0, 1 + i, 0), List.of(entry));
      FrameKey key = new FrameKey(new LaneMinute(ONE, 0, now + i), 1 + i);
      Stages.done(journal.insertFrame(key, frame.build()));
      time.stepWallClock(Duration.ofMinutes(1));
    }
    assertTrue(Stages.done(journal.seal(ONE, 1)));
  }
}
