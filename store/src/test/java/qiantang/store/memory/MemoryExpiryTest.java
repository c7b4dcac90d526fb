package qiantang.store.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/** Tables in memory whose rows expire. */
class MemoryExpiryTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final Duration MILLI = Duration.ofMillis(1);

  private final ManualTime time = new ManualTime();
  private final MemoryJournal journal = MemoryJournal.expiring(time, Runnable::run);
  private final StartId start = new StartId(new UUID(0, 1));

  @Test
  void framesLiveForTwoDaysOrTenMoreWhenTheyAreWrittenAgain() {
    LaneMinute partition = new LaneMinute(start, 0, time.minute());
    Stages.done(journal.insertFrame(new FrameKey(partition, 1), new byte[] {1}));
    time.stepWallClock(Duration.ofDays(1));
    Stages.done(journal.insertFrame(new FrameKey(partition, 2), new byte[] {2}));
    time.stepWallClock(Duration.ofDays(1).minus(MILLI));
    assertFrames(partition, 1, 2);
    time.stepWallClock(MILLI);
    assertFrames(partition, 2);
    assertEquals(1, Stages.done(journal.keepFrames(partition)));
    assertEquals(0, Stages.done(journal.keepFrames(partition)));
    time.stepWallClock(Duration.ofDays(10).minus(MILLI));
    assertFrames(partition, 2);
    time.stepWallClock(MILLI);
    assertFrames(partition);
  }

  @Test
  void whatLeadsToThemLivesForTwoWeeks() {
    Stages.done(
        journal.insertWhereabouts(new Whereabouts(ACME, start, 0, time.minute(), time.minute())));
    Stages.done(journal.insertStart(new Start(start, "n", 0, 1, 0, false, List.of())));
    time.stepWallClock(Duration.ofDays(14).minusMinutes(1));
    assertEquals(List.of(ACME), Stages.done(journal.readEnterprises()));
    assertEquals(1, Stages.done(journal.readStarts()).size());
    time.stepWallClock(Duration.ofMinutes(1));
    assertEquals(List.of(), Stages.done(journal.readEnterprises()));
    assertEquals(List.of(), Stages.done(journal.readWhereabouts(ACME)));
    assertEquals(List.of(), Stages.done(journal.readStarts()));
    assertEquals(Optional.empty(), Stages.done(journal.readStart(start)));
  }

  @Test
  void blocksLiveForThreeDaysOrTenMoreWhenTheyAreWrittenAgain() {
    MemoryFolds folds = MemoryFolds.expiring(time, Runnable::run);
    BlockPartition partition = new BlockPartition(ACME, 0, 7);
    for (int minute = 0; minute < 2; minute++) {
      BlockKey key = new BlockKey(partition, minute, start, 0, 1, 1);
      Stages.done(folds.insertBlocks(List.of(new Block(key, new byte[0]))));
    }
    time.stepWallClock(Duration.ofDays(3).minus(MILLI));
    assertEquals(1, Stages.done(folds.keepBlocks(partition, 1, 9)));
    assertEquals(2, Stages.done(folds.readBlocks(partition, 0, 9)).size());
    time.stepWallClock(MILLI);
    assertEquals(1, Stages.done(folds.readBlocks(partition, 0, 9)).size());
    assertEquals(0, Stages.done(folds.keepBlocks(partition, 0, 9)));
    time.stepWallClock(Duration.ofDays(10));
    assertEquals(List.of(), Stages.done(folds.readBlocks(partition, 0, 9)));
  }

  private void assertFrames(LaneMinute partition, long... sequences) {
    List<Long> expected = Arrays.stream(sequences).boxed().toList();
    assertEquals(
        expected,
        Stages.done(journal.readFrames(partition, 0)).stream()
            .map(frame -> frame.key().sequence())
            .toList());
  }
}
