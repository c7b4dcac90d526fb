package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Stages;

class TurnsTest {
  private final List<CompletableFuture<Void>> begun = new ArrayList<>();
  private int left;

  @Test
  void aMillionStagesThatAreCompleteAtOnceTakeNoStack() {
    left = 1_000_000;
    Stages.done(Turns.each(Runnable::run, () -> left-- > 0 ? done() : null));
    assertEquals(-1, left);
  }

  @Test
  void aHundredThousandThatCompleteLaterTakeNone() {
    left = 100_000;
    Queue<Runnable> tasks = new ArrayDeque<>();
    CompletionStage<Void> turns = Turns.each(tasks::add, () -> left-- > 0 ? later() : null);
    for (int i = 0; i < 100_000; i++) {
      begun.get(i).complete(null);
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
    }
    Stages.done(turns);
  }

  @Test
  void oneBeginsWhenTheOneBeforeIsComplete() {
    left = 2;
    CompletionStage<Void> turns = Turns.each(Runnable::run, () -> left-- > 0 ? later() : null);
    assertEquals(1, begun.size());
    begun.get(0).complete(null);
    assertEquals(2, begun.size());
    assertTrue(!turns.toCompletableFuture().isDone());
    begun.get(1).complete(null);
    Stages.done(turns);
  }

  @Test
  void soManyAreUnderWayAtOnce() {
    left = 5;
    CompletionStage<Void> turns = Turns.each(2, Runnable::run, () -> left-- > 0 ? later() : null);
    assertEquals(2, begun.size());
    begun.get(1).complete(null);
    assertEquals(3, begun.size());
    while (!turns.toCompletableFuture().isDone()) {
      List.copyOf(begun).forEach(stage -> stage.complete(null));
    }
    assertEquals(5, begun.size());
  }

  @Test
  void afterAFailureNothingBeginsAndWhatIsUnderWayIsWaitedFor() {
    left = 9;
    CompletionStage<Void> turns = Turns.each(2, Runnable::run, () -> left-- > 0 ? later() : null);
    begun.get(0).completeExceptionally(new IllegalStateException("away"));
    assertTrue(!turns.toCompletableFuture().isDone());
    begun.get(1).complete(null);
    assertEquals("away", Stages.failure(turns).getMessage());
    assertEquals(2, begun.size());
  }

  @Test
  void answersAreInTheOrderOfTheQuestionsWhicheverComesFirst() {
    List<CompletableFuture<String>> asked = new ArrayList<>();
    CompletionStage<List<String>> all =
        Turns.all(
            2,
            Runnable::run,
            List.of("a", "b", "c"),
            item -> {
              CompletableFuture<String> answer = new CompletableFuture<>();
              asked.add(answer);
              return answer;
            });
    asked.get(1).complete("B");
    asked.get(2).complete("C");
    asked.get(0).complete("A");
    assertEquals(List.of("A", "B", "C"), Stages.done(all));
    assertEquals(
        List.of(), Stages.done(Turns.all(2, Runnable::run, List.<String>of(), item -> done())));
  }

  @Test
  void afterABugNothingBegins() {
    left = 3;
    CompletionStage<Void> turns =
        Turns.each(
            2,
            Runnable::run,
            () -> {
              if (left-- == 2) {
                throw new AssertionError("BUG: x");
              }
              return later();
            });
    begun.getFirst().complete(null);
    assertEquals("BUG: x", Stages.failure(turns).getMessage());
    assertEquals(1, begun.size());
  }

  @Test
  void aBugAndAnExecutorThatHasEndedFailTheWhole() {
    CompletionStage<Void> bug =
        Turns.each(
            Runnable::run,
            () -> {
              throw new AssertionError("BUG: x");
            });
    assertEquals("BUG: x", Stages.failure(bug).getMessage());
    CompletionStage<Void> ended =
        Turns.each(
            task -> {
              throw new RejectedExecutionException("stopped");
            },
            this::later);
    begun.getFirst().complete(null);
    assertEquals("stopped", Stages.failure(ended).getMessage());
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> later() {
    CompletableFuture<Void> stage = new CompletableFuture<>();
    begun.add(stage);
    return stage;
  }
}
