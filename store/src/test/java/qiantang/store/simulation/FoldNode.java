package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;

/** A process that folds, a step now and then; two of them know nothing of each other. */
final class FoldNode {
  private final Machine machine;
  private final Way way;
  private final JournalTables journal;
  private final FoldTables folds;
  private final Registry registry;
  private final Judge judge;
  private final Trace trace;
  private Sorter sorter;
  private Packer packer;
  private boolean busy;

  FoldNode(
      Machine machine,
      Way way,
      JournalTables journal,
      FoldTables folds,
      Registry registry,
      Judge judge,
      Trace trace) {
    this.machine = machine;
    this.way = way;
    this.journal = journal;
    this.folds = folds;
    this.registry = registry;
    this.judge = judge;
    this.trace = trace;
    begin();
  }

  private void begin() {
    Layouts layouts = new Layouts(folds, registry, machine);
    sorter = new Sorter(journal, folds, layouts, new FoldMeter(), machine);
    packer =
        new Packer(
            journal, folds, layouts, machine, new FoldMeter(), columns -> new byte[0], machine);
  }

  Machine machine() {
    return machine;
  }

  Way way() {
    return way;
  }

  /** Whether a step is under way. */
  boolean isBusy() {
    return busy;
  }

  /** The process is killed, and another one begins. */
  void die() {
    machine.die();
    busy = false;
    begin();
  }

  /** Sorts lanes; all of them, or those in which there is something. */
  void sort(boolean allLanes) {
    step(
        "sorts",
        () ->
            journal
                .readStarts()
                .thenCompose(
                    starts -> all(starts.stream().map(start -> sort(start, allLanes)).toList())));
  }

  private CompletionStage<Void> sort(Start start, boolean allLanes) {
    return folds
        .readLaneCursors(start.id())
        .thenCompose(
            cursors -> {
              List<CompletionStage<?>> lanes = new ArrayList<>();
              for (int lane = 0; lane < start.lanes().size(); lane++) {
                LaneCursor cursor = cursor(cursors, lane);
                boolean isUsed = start.lanes().get(lane).storedSequence() > 0;
                boolean isDone = cursor != null && cursor.minute() >= start.reach(lane);
                if (!isDone && (allLanes || isUsed)) {
                  lanes.add(sorter.sort(start, lane, cursor));
                }
              }
              return all(lanes);
            });
  }

  /** Packs as far as all lanes are sorted. */
  void pack() {
    step(
        "packs",
        () ->
            journal
                .readStarts()
                .thenCompose(
                    starts ->
                        limit(starts)
                            .thenCombine(journal.readEnterprises(), Pass::new)
                            .thenCompose(
                                pass ->
                                    all(
                                        pass.enterprises.stream()
                                            .map(e -> packer.pack(e, pass.limitMinute))
                                            .toList()))));
  }

  private record Pass(long limitMinute, List<EnterpriseId> enterprises) {}

  /** Every frame with an earlier label is sorted. */
  private CompletionStage<Long> limit(List<Start> starts) {
    List<CompletableFuture<Long>> limits = new ArrayList<>();
    for (Start start : starts) {
      limits.add(
          folds
              .readLaneCursors(start.id())
              .thenApply(cursors -> limit(start, cursors))
              .toCompletableFuture());
    }
    return all(limits)
        .thenApply(
            nothing -> {
              long least = limits.stream().mapToLong(CompletableFuture::join).min().orElse(0);
              // All are at their ends: no later start begins before the last of them.
              return least == Long.MAX_VALUE
                  ? starts.stream().mapToLong(Start::reach).max().orElse(0)
                  : least;
            });
  }

  private static long limit(Start start, List<LaneCursor> cursors) {
    long limit = Long.MAX_VALUE;
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      LaneCursor cursor = cursor(cursors, lane);
      long sorted = cursor == null ? start.beginMinute() : cursor.minute();
      if (!start.sealed() || sorted < start.reach(lane)) {
        // Not what was sorted after the starts were read: a start that is not among them need not
        // begin behind that.
        limit = Math.min(limit, Math.min(sorted, start.reach(lane)));
      }
    }
    return limit;
  }

  private static @Nullable LaneCursor cursor(List<LaneCursor> cursors, int lane) {
    // Where all lanes have one, each is in its place.
    if (lane < cursors.size() && cursors.get(lane).lane() == lane) {
      return cursors.get(lane);
    }
    for (LaneCursor cursor : cursors) {
      if (cursor.lane() == lane) {
        return cursor;
      }
    }
    return null;
  }

  private void step(String what, Supplier<CompletionStage<Void>> work) {
    if (busy || machine.isStalled()) {
      return;
    }
    busy = true;
    int life = machine.life();
    trace.note(machine.name(), what, 0, null);
    var _ =
        work.get()
            .whenComplete(
                (nothing, error) -> {
                  if (life != machine.life()) {
                    return;
                  }
                  busy = false;
                  if (error == null) {
                    trace.note(machine.name(), "is done", 0, what);
                  } else if (Way.isLoss(error)) {
                    trace.note(machine.name(), "gives up", 0, what);
                  } else {
                    judge.violate(machine.name() + " " + what + " and fails: " + error);
                  }
                });
  }

  private static CompletionStage<Void> all(List<? extends CompletionStage<?>> stages) {
    return CompletableFuture.allOf(
        stages.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }
}
