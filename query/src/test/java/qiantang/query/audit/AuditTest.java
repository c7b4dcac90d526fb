package qiantang.query.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Act;
import qiantang.store.access.AuditLine;
import qiantang.store.access.AuditTables;
import qiantang.store.model.EnterpriseId;

/** What is done over and over is told to nobody before its line is stored. */
class AuditTest {
  private final Queue<CompletableFuture<Void>> writes = new ConcurrentLinkedQueue<>();
  private final AuditTables tables =
      new AuditTables() {
        @Override
        public CompletionStage<Void> append(List<AuditLine> lines) {
          CompletableFuture<Void> write = new CompletableFuture<>();
          writes.add(write);
          return write;
        }

        @Override
        public CompletionStage<List<AuditLine>> read(
            EnterpriseId subject, long day, @Nullable String before, int limit) {
          return CompletableFuture.completedFuture(List.of());
        }
      };
  private final Audit audit =
      new Audit(
          tables,
          new StoreWait(Duration.ofMinutes(1)),
          InstantSource.fixed(Instant.parse("2026-03-01T08:00:00Z")),
          () -> 0,
          () -> "00000000000000aa");
  private final Act read =
      new Act(
          new EnterpriseId("mine"),
          Act.Actor.NOBODY,
          Act.READ,
          "enterprises/mine/devices/d1/latest",
          "g1",
          "200",
          1,
          "",
          "");

  @Test
  void whoComesWhileTheFirstLineIsWrittenWaitsForItToo() throws Exception {
    List<Reading> readings = readings();
    writes.remove().complete(null);
    for (Reading reading : readings) {
      reading.told.get();
    }
    audit.writeOnce(List.of(read));
    assertEquals(0, writes.size(), "the others are counted");
  }

  @Test
  void whereItCannotBeWrittenNoneIsToldAndTheNextIsALine() throws Exception {
    List<Reading> readings = readings();
    for (int tries = 2; tries > 0; tries--) {
      writes.remove().completeExceptionally(new IOException("no node answers"));
    }
    for (Reading reading : readings) {
      Throwable cause = null;
      try {
        reading.told.get();
      } catch (ExecutionException e) {
        cause = e.getCause();
      }
      assertTrue(cause instanceof StoreUnavailable, String.valueOf(cause));
    }
    Reading next = new Reading();
    next.awaitWaiting();
    writes.remove().complete(null);
    next.told.get();
  }

  /** Three of the same, all of which wait for the one write that is under way. */
  private List<Reading> readings() {
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Reading reading = new Reading();
      reading.awaitWaiting();
      readings.add(reading);
    }
    readings.forEach(reading -> assertFalse(reading.told.isDone()));
    assertEquals(1, new ArrayDeque<>(writes).size());
    return readings;
  }

  /** A read, on its own thread. */
  private final class Reading {
    final CompletableFuture<@Nullable Void> told = new CompletableFuture<>();
    private final Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    audit.writeOnce(List.of(read));
                    told.complete(null);
                  } catch (RuntimeException e) {
                    told.completeExceptionally(e);
                  }
                });

    /** Returns when it waits, or has ended. */
    void awaitWaiting() {
      while (thread.getState() == Thread.State.RUNNABLE
          || thread.getState() == Thread.State.NEW
          || thread.getState() == Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
    }
  }
}
