package qiantang.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.FaultyTables;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.StartId;

/** What is not in JournalTest: a watch without a start of its own. */
class StartWatchTest {
  private final ManualTime time = new ManualTime();
  private final MemoryJournal memory = new MemoryJournal(time, Runnable::run, true);
  private final FaultyTables tables = new FaultyTables(memory);
  private final StartWatch watch = new StartWatch(tables, null, time, time);

  @Test
  void whoHasNoStartSealsEveryDeadOne() {
    Node one = Node.opened(time, memory, 1);
    Node two = Node.opened(time, memory, 2);
    watch.begin();
    one.freeze();
    two.freeze();
    time.advance(Duration.ofSeconds(74));
    assertFalse(isSealed(1) || isSealed(2));
    time.advance(Duration.ofSeconds(16));
    assertTrue(isSealed(1) && isSealed(2));
  }

  @Test
  void aClosedWatchLooksNoMore() {
    watch.begin();
    time.advance(Duration.ofMinutes(1));
    assertEquals(4, tables.count(Op.READ_STARTS));
    watch.close();
    time.advance(Duration.ofMinutes(1));
    assertEquals(4, tables.count(Op.READ_STARTS));
  }

  private boolean isSealed(long number) {
    return Stages.done(memory.readStart(new StartId(new UUID(0, number)))).orElseThrow().sealed();
  }
}
