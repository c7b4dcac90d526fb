package qiantang.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** Time moves when told, and the store answers while it is not stopped. */
class ReadinessTest {
  private record Due(long nanos, Runnable task) {}

  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos));
  private final ArrayDeque<Runnable> unanswered = new ArrayDeque<>();
  private final ArrayDeque<CompletableFuture<String>> questions = new ArrayDeque<>();
  private final InstantSource clock = this::now;
  private final MemoryJournal tables = new MemoryJournal(this::databaseTime, this::store, false);
  private final StoreWatch watch = new StoreWatch(this::question, this::nanos, this::after);
  private boolean isEnding;
  private final Readiness readiness = new Readiness(this::journal, watch, () -> isEnding);
  private Duration databaseBehind = Duration.ZERO;
  private long nanos;
  private boolean isStopped;
  private @Nullable Journal journal;

  @Test
  void aNodeThatEndsIsNotReadyWhateverElseIs() {
    isEnding = true;
    assertEquals(
        List.of(
            new Readiness.Check(
                "drain", false, "this node ends and takes nobody in: use another one")),
        readiness.run());
  }

  @Test
  void aNodeIsReadyOnceItsJournalIsOpen() {
    watch.ask();
    answer();
    assertEquals(List.of("journal"), down());
    open();
    assertEquals(List.of(), down());
    pass(Duration.ofMinutes(1));
    assertEquals(List.of(), down());
  }

  @Test
  void aStoreThatStopsIsNoticedWithoutAMessage() {
    watch.ask();
    answer();
    open();
    isStopped = true;
    pass(Duration.ofSeconds(1)); // the next question is on its way
    pass(Duration.ofMillis(1900));
    assertEquals(List.of(), down());
    pass(Duration.ofMillis(100));
    assertEquals(List.of("store"), down());
    assertTrue(detail("store").startsWith("the store has not answered for 2.0 s: "));
    isStopped = false;
    answer();
    assertEquals(List.of(), down());
  }

  @Test
  void aStoreThatCannotBeReachedIsNoticedAtTheFirstQuestion() {
    open();
    isStopped = true;
    watch.ask();
    questions.remove().completeExceptionally(new IllegalStateException("AllNodesFailedException"));
    assertEquals(List.of("store"), down());
    assertEquals(
        "the store cannot be reached, or refused what was asked:"
            + " see whether Cassandra runs and is not overloaded",
        detail("store"));
    pass(Duration.ofSeconds(1)); // asked again, and not answered yet
    assertEquals(List.of("store"), down());
    isStopped = false;
    answer();
    assertEquals(List.of(), down());
  }

  @Test
  void aWriteOrHeartbeatThatHangsIsNoticedAlthoughTheStoreAnswersQuestions() {
    open();
    watch.ask();
    answer();
    isStopped = true;
    append();
    pass(Duration.ofSeconds(2));
    answerQuestions();
    assertEquals(List.of("journal"), down());
    assertTrue(detail("journal").startsWith("a write has been under way for 2.0 s: "));
    pass(Duration.ofMillis(5500)); // the heartbeat after 5 s hangs too
    answerQuestions();
    assertEquals(List.of("journal", "heartbeat"), down());
    assertTrue(detail("heartbeat").startsWith("no heartbeat has been stored for 2.5 s: "));
    isStopped = false;
    answer();
    pass(Duration.ofSeconds(1));
    assertEquals(List.of(), down());
  }

  @Test
  void clocksThatDifferByFiveSecondsAreTold() {
    open();
    watch.ask();
    answer();
    databaseBehind = Duration.ofMillis(5100);
    pass(Duration.ofSeconds(5)); // clocks are compared after a heartbeat
    assertEquals(List.of("clock"), down());
    assertEquals(
        "this node's clock is 5.1 s ahead of the database's: let NTP set both", detail("clock"));
    databaseBehind = Duration.ofMillis(-5100);
    pass(Duration.ofSeconds(5));
    assertTrue(detail("clock").contains("5.1 s behind the database's"));
  }

  private List<String> down() {
    return readiness.run().stream()
        .filter(check -> !check.isUp())
        .map(Readiness.Check::name)
        .toList();
  }

  private String detail(String name) {
    return readiness.run().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow()
        .detail();
  }

  private void open() {
    Journal fresh =
        new Journal(
            tables,
            new StartId(new UUID(1, 2)),
            "test",
            clock,
            this::nanos,
            this::after,
            new JournalMeter(this::nanos, (bytes, entries, took) -> {}),
            () -> {});
    fresh.open().toCompletableFuture().join();
    journal = fresh;
  }

  private void append() {
    EnterpriseId acme = new EnterpriseId("acme");
    Journal open = journal;
    if (open == null) {
      throw new AssertionError("not open");
    }
    open.lane(acme)
        .append(
            new Append(
                acme,
                new byte[] {1},
                Counts.NONE,
                new ByteBudget(1),
                0,
                Runnable::run,
                result -> {}));
  }

  private @Nullable Journal journal() {
    return journal;
  }

  private Instant now() {
    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos);
  }

  private Instant databaseTime() {
    return now().minus(databaseBehind);
  }

  private long nanos() {
    return nanos;
  }

  private void after(Duration delay, Runnable task) {
    timers.add(new Due(nanos + delay.toNanos(), task));
  }

  private void store(Runnable task) {
    if (isStopped) {
      unanswered.add(task);
    } else {
      task.run();
    }
  }

  private CompletableFuture<String> question() {
    CompletableFuture<String> question = new CompletableFuture<>();
    questions.add(question);
    if (!isStopped) {
      question.complete("here");
    }
    return question;
  }

  private void answerQuestions() {
    questions.forEach(question -> question.complete("here"));
    questions.clear();
  }

  /** The store does what it was asked for meanwhile. */
  private void answer() {
    answerQuestions();
    while (!unanswered.isEmpty()) {
      unanswered.remove().run();
    }
  }

  private void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    while (!timers.isEmpty() && timers.element().nanos() <= end) {
      Due due = timers.remove();
      nanos = Math.max(nanos, due.nanos());
      due.task().run();
    }
    nanos = end;
  }
}
