package qiantang.store.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Stages;

class WriteWindowTest {
  private final WriteWindow window = new WriteWindow(3);
  private final List<CompletableFuture<Void>> sent = new ArrayList<>();

  @Test
  void nothingToWriteIsDone() {
    Stages.done(window.writeAll(List.of()));
  }

  @Test
  void soManyAreUnderWayOverAllCalls() {
    CompletionStage<Void> first = writeAll(2);
    CompletionStage<Void> second = writeAll(4);
    assertEquals(3, sent.size());
    complete(0);
    complete(1);
    Stages.done(first);
    assertEquals(5, sent.size());
    complete(3);
    complete(2);
    complete(5);
    assertEquals(6, sent.size());
    assertFalse(second.toCompletableFuture().isDone(), "the fifth is under way");
    complete(4);
    Stages.done(second);
  }

  @Test
  void aCallFailsAloneAndSendsNoMore() {
    CompletionStage<Void> failing = writeAll(100);
    CompletionStage<Void> other = writeAll(2);
    IllegalStateException fault = new IllegalStateException("away");
    sent.get(1).completeExceptionally(fault);
    assertSame(fault, Stages.failure(failing));
    assertEquals(4, sent.size(), "the other call's first");
    complete(0);
    complete(2);
    complete(3);
    complete(4);
    Stages.done(other);
    assertEquals(5, sent.size());
  }

  @Test
  void aWriteThatCannotEvenBeSentFailsItsCallAndFreesItsPlace() {
    IllegalStateException fault = new IllegalStateException("closed");
    for (int i = 0; i < 9; i++) {
      CompletionStage<Void> failing =
          window.writeAll(
              List.of(
                  () -> {
                    throw fault;
                  }));
      assertSame(fault, Stages.failure(failing));
    }
    CompletionStage<Void> next = writeAll(1);
    complete(0);
    Stages.done(next);
  }

  @Test
  void writesThatAreDoneAtOnceDoNotNest() {
    Supplier<CompletionStage<?>> atOnce = () -> CompletableFuture.completedFuture("done");
    Stages.done(window.writeAll(Collections.nCopies(100_000, atOnce)));
    IllegalStateException fault = new IllegalStateException("away");
    Supplier<CompletionStage<?>> failing = () -> CompletableFuture.failedFuture(fault);
    assertSame(fault, Stages.failure(window.writeAll(Collections.nCopies(100_000, failing))));
  }

  private CompletionStage<Void> writeAll(int writes) {
    return window.writeAll(Collections.nCopies(writes, this::send));
  }

  private CompletionStage<?> send() {
    sent.add(new CompletableFuture<>());
    return sent.getLast();
  }

  private void complete(int index) {
    sent.get(index).complete(null);
  }
}
