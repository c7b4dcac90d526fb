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
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Act;
import qiantang.store.access.AuditCheck;
import qiantang.store.access.AuditLine;
import qiantang.store.access.AuditTables;
import qiantang.store.memory.MemoryAudit;
import qiantang.store.model.EnterpriseId;

class AuditLogTest {
  private static final Instant NOW = Instant.parse("2026-03-01T23:59:59Z");
  private static final EnterpriseId SUBJECT = new EnterpriseId("e");
  private static final long SEED = 7;

  private final Tables tables = new Tables();
  private final AtomicLong chains = new AtomicLong();

  private String name() {
    return "%016x".formatted(chains.incrementAndGet());
  }

  /** Tables that answer when they are told to. */
  private static final class Tables implements AuditTables {
    final MemoryAudit stored = new MemoryAudit();
    final Deque<Runnable> answers = new ArrayDeque<>();
    int fails;
    int underWay;

    @Override
    public CompletionStage<Void> append(List<AuditLine> lines) {
      assertEquals(1, ++underWay, "one write of a subject at a time");
      CompletableFuture<Void> done = new CompletableFuture<>();
      answers.add(
          () -> {
            underWay--;
            boolean isLost = fails > 0 && fails-- % 2 == 0;
            if (!isLost) {
              stored.append(lines);
            }
            if (fails > 0 || isLost) {
              done.completeExceptionally(new IOException("no answer"));
            } else {
              done.complete(null);
            }
          });
      return done;
    }

    @Override
    public CompletionStage<List<AuditLine>> read(
        EnterpriseId subject, long day, @Nullable String beforeId, int limit) {
      return stored.read(subject, day, beforeId, limit);
    }

    void answerAll() {
      while (!answers.isEmpty()) {
        answers.remove().run();
      }
    }
  }

  @Test
  void linesCollectWhileOneIsWrittenAndAreAnsweredWhenTheyAreStored() {
    AuditLog log = new AuditLog(tables, InstantSource.fixed(NOW), this::name);
    List<CompletableFuture<?>> written = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      written.add(log.write(act(i)).toCompletableFuture());
    }
    assertEquals(1, tables.answers.size());
    assertTrue(written.stream().noneMatch(CompletableFuture::isDone));
    tables.answers.remove().run();
    assertTrue(written.getFirst().isDone());
    assertFalse(written.get(1).isDone());
    tables.answerAll();
    assertTrue(written.stream().allMatch(CompletableFuture::isDone));
    AuditCheck check = check();
    assertEquals(120, check.lines());
    assertEquals(List.of(), check.faults());
    assertEquals(1, check.heads().size());
  }

  @Test
  void whateverFailsNoFaultIsSeenWhereNoneWas() {
    Random random = new Random(SEED);
    AtomicLong millis = new AtomicLong(NOW.toEpochMilli());
    AuditLog log = new AuditLog(tables, () -> Instant.ofEpochMilli(millis.get()), this::name);
    List<CompletableFuture<?>> written = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      millis.addAndGet(random.nextInt(200) - 50); // over midnight, and back
      written.add(log.write(act(i)).toCompletableFuture());
      if (random.nextInt(20) == 0) {
        tables.fails = random.nextInt(5);
      }
      if (random.nextBoolean() && !tables.answers.isEmpty()) {
        tables.answers.remove().run();
      }
    }
    tables.fails = 0;
    tables.answerAll();
    long stored = written.stream().filter(each -> !each.isCompletedExceptionally()).count();
    AuditCheck check = check();
    assertEquals(List.of(), check.faults(), "seed " + SEED);
    assertTrue(check.lines() >= stored, "what was said to be stored is there");
    assertTrue(stored > 500 && stored < 2_000, "some failed: " + stored);
  }

  @Test
  void moreThanMayWaitIsRefused() {
    AuditLog log = new AuditLog(tables, InstantSource.fixed(NOW), this::name);
    for (int i = 0; i < AuditLog.WAITING_MAX; i++) {
      assertFalse(log.write(act(i)).toCompletableFuture().isCompletedExceptionally());
    }
    assertTrue(log.write(act(0)).toCompletableFuture().isCompletedExceptionally());
    tables.answerAll();
    assertFalse(log.write(act(0)).toCompletableFuture().isCompletedExceptionally());
  }

  @Test
  void theSameOfAMinuteIsALineAtOnceAndOneOfAllOthers() {
    MemoryAudit stored = new MemoryAudit();
    AtomicLong nanos = new AtomicLong();
    Audit audit =
        new Audit(
            stored,
            new StoreWait(Duration.ofSeconds(1)),
            InstantSource.fixed(NOW),
            nanos::get,
            this::name);
    for (int i = 0; i < 60; i++) {
      audit.writeOnce(List.of(act(1)));
      audit.writeOnce(List.of(act(2)));
      nanos.addAndGet(Duration.ofSeconds(1).toNanos() - 1);
      audit.sweep();
    }
    assertEquals(List.of(1L, 1L), counts(stored));
    nanos.addAndGet(60);
    audit.sweep();
    assertEquals(List.of(1L, 1L, 59L, 59L), counts(stored));
    audit.writeOnce(List.of(act(1)));
    audit.end();
    assertEquals(List.of(1L, 1L, 1L, 59L, 59L), counts(stored));
  }

  @Test
  void whatAnybodyCanMakeUpIsBounded() {
    MemoryAudit stored = new MemoryAudit();
    Audit audit =
        new Audit(
            stored,
            new StoreWait(Duration.ofSeconds(1)),
            InstantSource.fixed(NOW),
            () -> 0,
            this::name);
    for (int i = 0; i < 10_000; i++) {
      audit.note(act(i));
    }
    audit.end();
    assertEquals(2_000, counts(stored).size());
    EnterpriseId operator = EnterpriseId.OPERATOR;
    List<AuditLine> others = lines(stored, operator);
    assertEquals(8_000, others.stream().mapToLong(line -> line.act().count()).sum());
    assertEquals(2, others.size());
  }

  private static List<Long> counts(AuditTables tables) {
    return lines(tables, SUBJECT).stream().map(line -> line.act().count()).sorted().toList();
  }

  private static List<AuditLine> lines(AuditTables tables, EnterpriseId subject) {
    long day = NOW.getEpochSecond() / 86_400;
    return tables.read(subject, day, null, 100_000).toCompletableFuture().join();
  }

  private AuditCheck check() {
    ReadAudit read = new ReadAudit(tables, new StoreWait(Duration.ofSeconds(1)));
    long day = NOW.getEpochSecond() / 86_400;
    return switch (read.check(SUBJECT, day - 1, day + 1)) {
      case ReadAudit.Checked.Done done -> done.check();
      case ReadAudit.Checked.TooMany many -> throw new AssertionError(many);
    };
  }

  private static Act act(int i) {
    return new Act(
        SUBJECT, Act.Actor.NOBODY, "read", "devices/d" + i, null, "200", 1, "r" + i, "::1");
  }
}
