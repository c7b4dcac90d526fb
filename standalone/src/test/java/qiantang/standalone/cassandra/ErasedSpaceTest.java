package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.model.EnterpriseId;

class ErasedSpaceTest {
  @TempDir Path temp;
  private final MemoryFolds tables = new MemoryFolds(Runnable::run);
  private Instant now = Instant.parse("2026-03-01T08:00:00Z");
  private int collections;

  @Test
  void nothingIsCollectedWhereNothingWasErased() throws Exception {
    assertFalse(space(() -> collections++).freeIfDue());
    write(new Deletion(mask(1), 5L, null)); // under way
    assertFalse(space(() -> collections++).freeIfDue());
    assertEquals(0, collections);
  }

  @Test
  void whatWasErasedIsCollectedOnce() throws Exception {
    erased(1);
    assertTrue(space(() -> collections++).freeIfDue());
    pass(Duration.ofDays(3));
    assertFalse(space(() -> collections++).freeIfDue());
    assertEquals(1, collections);
  }

  @Test
  void itIsCollectedOnceADayAtMost() throws Exception {
    erased(1);
    assertTrue(space(() -> collections++).freeIfDue());
    pass(Duration.ofHours(1));
    erased(2);
    pass(Duration.ofHours(22));
    assertFalse(space(() -> collections++).freeIfDue());
    pass(Duration.ofHours(1));
    assertTrue(space(() -> collections++).freeIfDue());
    assertEquals(2, collections);
  }

  @Test
  void aCollectionThatFailedIsTriedAgain() throws Exception {
    erased(1);
    ErasedSpace failing =
        space(
            () -> {
              throw new IOException("no answer");
            });
    assertThrows(IOException.class, failing::freeIfDue);
    assertTrue(space(() -> collections++).freeIfDue());
  }

  private ErasedSpace space(ErasedSpace.Collection collection) {
    return new ErasedSpace(tables, () -> now, temp.resolve("stamp"), collection);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private void erased(long number) {
    write(new Deletion(mask(number), null, now.toEpochMilli()));
    pass(Duration.ofMillis(1));
  }

  private Mask mask(long number) {
    return Mask.of(
        new EnterpriseId("e" + number), null, Mask.ALL_TIMES, now.toEpochMilli(), number);
  }

  private void write(Deletion deletion) {
    Stages.done(tables.writeDeletion(deletion, Duration.ofDays(100)));
  }
}
