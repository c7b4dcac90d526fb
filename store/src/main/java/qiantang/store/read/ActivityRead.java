package qiantang.store.read;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.model.DeviceId;

/** Reads what devices of an enterprise did, from all tiers. Any thread. */
final class ActivityRead {
  private final Tail tail;
  private final FoldTables folds;
  private final Blocks blocks;
  private final States states;
  private final Registers registers;
  private final HealthRows healthRows;

  ActivityRead(Tail tail, FoldTables folds, Blocks blocks, States states) {
    this.tail = tail;
    this.folds = folds;
    this.blocks = blocks;
    this.states = states;
    registers = new Registers(folds, tail.executor());
    healthRows = new HealthRows(folds, tail.executor());
  }

  /** What all devices did. */
  CompletionStage<Activity> ofAll(Positions positions, LayoutHistory history, long nowMicros) {
    HealthMerge health = new HealthMerge(positions);
    ActivityMerge merge = new ActivityMerge(positions.masks(), health);
    return healthRows
        .visit(history, WantedDevices.ALL, nowMicros, health::row)
        .thenComposeAsync(
            nothing ->
                CompletableFuture.allOf(
                    readRecords(positions, WantedDevices.ALL, merge).toCompletableFuture(),
                    readReadings(positions, history, WantedDevices.ALL, merge)
                        .toCompletableFuture(),
                    readCounts(positions, merge).toCompletableFuture()),
            tail.executor())
        .thenCompose(nothing -> tail.starts(positions, merge.startsOfSessions()))
        .thenApply(starts -> merge.answer(starts, nowMicros));
  }

  /**
   * What some devices did: of each of their gateways, mostly one, three partitions are read
   * besides.
   */
  CompletionStage<Activity> ofSome(
      Positions positions, LayoutHistory history, WantedDevices wanted, long nowMicros) {
    HealthMerge health = new HealthMerge(positions);
    ActivityMerge merge = new ActivityMerge(positions.masks(), health);
    return healthRows
        .visit(history, wanted, nowMicros, health::row)
        .thenComposeAsync(
            nothing ->
                CompletableFuture.allOf(
                    readRecords(positions, wanted, merge).toCompletableFuture(),
                    readReadings(positions, history, wanted, merge).toCompletableFuture(),
                    readCounts(positions, merge).toCompletableFuture()),
            tail.executor())
        .thenComposeAsync(
            nothing -> readSpeakers(positions, wanted, merge, health), tail.executor())
        .thenCompose(nothing -> tail.starts(positions, merge.startsOfSessions()))
        .thenApply(starts -> merge.answer(starts, nowMicros));
  }

  /** A device without a session of its own goes with the sessions of gateways that named it. */
  private CompletionStage<Void> readSpeakers(
      Positions positions, WantedDevices wanted, ActivityMerge merge, HealthMerge health) {
    Set<DeviceId> gateways = merge.gatewaysOf(wanted);
    gateways.removeIf(wanted::contains); // their own records are read
    if (gateways.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    WantedDevices speakers = new WantedDevices(gateways);
    return healthRows
        .visitSessions(positions.enterprise(), speakers, health::row)
        .thenComposeAsync(nothing -> readRecords(positions, speakers, merge), tail.executor());
  }

  /** Births, deaths and sessions, and what else is in no block yet. */
  private CompletionStage<Void> readRecords(
      Positions positions, WantedDevices wanted, ActivityMerge merge) {
    DeviceId single = wanted.single();
    return CompletableFuture.allOf(
        registers.visit(positions.enterprise(), wanted, merge::register).toCompletableFuture(),
        blocks.visitRecords(positions, block -> merge.records(block, wanted)).toCompletableFuture(),
        tail.scanUnsorted(positions, single, merge.visitor(wanted))
            .thenAccept(scanned -> merge.damaged(scanned.damagedFrames()))
            .toCompletableFuture());
  }

  private CompletionStage<Void> readReadings(
      Positions positions, LayoutHistory history, WantedDevices wanted, ActivityMerge merge) {
    return CompletableFuture.allOf(
        states.visit(history, wanted, state -> merge.state(state, wanted)).toCompletableFuture(),
        blocks
            .visit(positions, history, wanted, block -> merge.block(block, wanted))
            .toCompletableFuture());
  }

  private CompletionStage<Void> readCounts(Positions positions, ActivityMerge merge) {
    return folds.readCounts(positions.enterprise()).thenAccept(merge::counts);
  }
}
