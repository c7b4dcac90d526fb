package qiantang.store.fold;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A process's way to the tables of folds that is cut at some operation, and stays cut. */
public final class FailingFolds extends HeldFolds {
  private int left = Integer.MAX_VALUE;
  private boolean isLastApplied;
  private int asked;

  /** A way that is not cut yet. */
  public FailingFolds(FoldTables tables) {
    super(tables);
  }

  /**
   * So many operations succeed, all later ones fail.
   *
   * @param applied whether the first that fails was applied all the same
   */
  public void cutAfter(int operations, boolean applied) {
    left = operations;
    isLastApplied = applied;
  }

  /** How many operations were asked for. */
  public int asked() {
    return asked;
  }

  @Override
  <T> CompletionStage<T> perform(Supplier<CompletionStage<T>> action) {
    asked++;
    if (left > 0) {
      left--;
      return action.get();
    }
    if (isLastApplied) {
      isLastApplied = false;
      action.get().toCompletableFuture().join();
    }
    return CompletableFuture.failedFuture(new IllegalStateException("cannot know: cut"));
  }
}
