package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.Eraser;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Folds;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.fold.Unpacked;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.registry.Registry;

/** A process that folds, a step now and then; two of them know nothing of each other. */
final class FoldNode {
  private final Machine machine;
  private final Way way;
  private final JournalTables journal;
  private final FoldTables tables;
  private final Registry registry;
  private final Supplier<@Nullable StartId> self;
  private final Judge judge;
  private final Trace trace;
  private Sorter sorter;
  private Packer packer;
  private Runnable nextPass;
  private boolean busy;

  /**
   * A process that has not done anything.
   *
   * @param self the start whose share of the folds it does; of none (null) everything
   */
  FoldNode(
      Machine machine,
      Way way,
      JournalTables journal,
      FoldTables tables,
      Registry registry,
      Supplier<@Nullable StartId> self,
      Judge judge,
      Trace trace) {
    this.machine = machine;
    this.way = way;
    this.journal = journal;
    this.tables = tables;
    this.registry = registry;
    this.self = self;
    this.judge = judge;
    this.trace = trace;
    begin();
  }

  private void begin() {
    Layouts layouts = new Layouts(tables, registry, machine);
    FoldMeter meter = new FoldMeter();
    sorter = new Sorter(journal, tables, layouts, machine, meter, machine);
    packer =
        new Packer(
            journal,
            tables,
            layouts,
            new Beginnings(registry),
            machine,
            meter,
            SummaryCodec::encode,
            machine);
    int life = machine.life();
    Folds folds =
        new Folds(
            journal,
            tables,
            sorter,
            this::pack,
            new Eraser(journal, tables, layouts, machine, meter, machine),
            (period, pass) -> passed(life, pass),
            machine,
            machine,
            machine,
            meter,
            self);
    nextPass = folds::begin;
    busy = false;
  }

  Machine machine() {
    return machine;
  }

  Way way() {
    return way;
  }

  /** Whether something is under way. */
  boolean isBusy() {
    return busy;
  }

  /** The process is killed, and another one begins. */
  void die() {
    machine.die();
    begin();
  }

  /** One pass of the folds: all lanes, then all enterprises. */
  void pass() {
    if (!busy && !machine.isStalled()) {
      busy = true;
      trace.note(machine.name(), "folds", 0, null);
      nextPass.run();
    }
  }

  private void passed(int life, Runnable next) {
    if (life == machine.life()) {
      busy = false;
      nextPass = next;
      trace.note(machine.name(), "has folded", 0, null);
    }
  }

  private CompletionStage<Unpacked> pack(EnterpriseId enterprise, long limitMinute) {
    trace.note(machine.name(), "packs to", limitMinute, enterprise);
    return packer
        .pack(enterprise, limitMinute)
        .whenComplete((nothing, error) -> failed("packing", error));
  }

  /** Sorts all lanes, or those in which there is something, all at once. */
  void sort(boolean allLanes) {
    if (busy || machine.isStalled()) {
      return;
    }
    busy = true;
    int life = machine.life();
    trace.note(machine.name(), "sorts", 0, null);
    var _ =
        journal
            .readStarts()
            .thenCompose(
                starts -> all(starts.stream().map(start -> sort(start, allLanes)).toList()))
            .whenComplete(
                (nothing, error) -> {
                  if (life == machine.life()) {
                    busy = false;
                    trace.note(machine.name(), "has sorted", error == null ? 1 : 0, null);
                    failed("sorting", error);
                  }
                });
  }

  private void failed(String what, @Nullable Throwable error) {
    if (error != null && !Way.isLoss(error)) {
      judge.violate(machine.name() + " fails at " + what + ": " + error);
    }
  }

  private CompletionStage<Void> sort(Start start, boolean allLanes) {
    return tables
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

  private static @Nullable LaneCursor cursor(List<LaneCursor> cursors, int lane) {
    for (LaneCursor cursor : cursors) {
      if (cursor.lane() == lane) {
        return cursor;
      }
    }
    return null;
  }

  private static CompletionStage<Void> all(List<? extends CompletionStage<?>> stages) {
    return CompletableFuture.allOf(
        stages.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }
}
