package qiantang.store.simulation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Mask;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.simulation.Way.Kind;

/** The folds' tables, by a machine's way; the plan sees the chunks that are put into them. */
final class FoldWay implements FoldTables {
  private final FoldTables tables;
  private final Way way;
  private final Plan plan;

  FoldWay(FoldTables tables, Way way, Plan plan) {
    this.tables = tables;
    this.way = way;
    this.plan = plan;
  }

  @Override
  public CompletionStage<Void> insertBlocks(List<Block> blocks) {
    return way.performAll(Kind.STEP, "block", blocks, tables::insertBlocks);
  }

  @Override
  public CompletionStage<List<Block>> readBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return way.perform(
        Kind.READ, "blocks", () -> tables.readBlocks(partition, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Void> writeLaneCursor(LaneCursor cursor) {
    return way.perform(Kind.STEP, "cursor", () -> tables.writeLaneCursor(cursor));
  }

  @Override
  public CompletionStage<List<LaneCursor>> readLaneCursors(StartId start) {
    return way.perform(Kind.READ, "cursors", () -> tables.readLaneCursors(start));
  }

  @Override
  public CompletionStage<Void> writePackedMinute(EnterpriseId enterprise, long minute) {
    return way.perform(
        Kind.STEP, "packed minute", () -> tables.writePackedMinute(enterprise, minute));
  }

  @Override
  public CompletionStage<Integer> keepBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return way.perform(
        Kind.STEP, "kept blocks", () -> tables.keepBlocks(partition, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Void> writeKeptMinute(EnterpriseId enterprise, long minute) {
    return way.perform(Kind.STEP, "kept minute", () -> tables.writeKeptMinute(enterprise, minute));
  }

  @Override
  public CompletionStage<Void> writeGap(EnterpriseId enterprise, long fromMinute, long toMinute) {
    return way.perform(Kind.STEP, "gap", () -> tables.writeGap(enterprise, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Packing> readPacking(EnterpriseId enterprise) {
    return way.perform(Kind.READ, "packing", () -> tables.readPacking(enterprise));
  }

  @Override
  public CompletionStage<Void> insertChunks(List<Chunk> chunks, Duration timeToLive) {
    return way.performAll(
        Kind.STEP,
        "chunk",
        chunks,
        rows -> {
          plan.chunks(rows, timeToLive);
          return tables.insertChunks(rows, timeToLive);
        });
  }

  @Override
  public CompletionStage<List<Chunk>> readChunks(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return way.perform(
        Kind.READ, "chunks", () -> tables.readChunks(partition, device, fromSpan, toSpan));
  }

  @Override
  public CompletionStage<Void> writeStates(List<State> states, Duration timeToLive) {
    return way.performAll(Kind.STEP, "state", states, rows -> tables.writeStates(rows, timeToLive));
  }

  @Override
  public CompletionStage<List<State>> readStates(
      StatePartition partition, @Nullable DeviceId device) {
    return way.perform(Kind.READ, "states", () -> tables.readStates(partition, device));
  }

  @Override
  public CompletionStage<Void> scanSummaries(
      ChunkPartition partition, long fromSpan, long toSpan, Consumer<Summarized> visitor) {
    return way.perform(
        Kind.READ, "scan", () -> tables.scanSummaries(partition, fromSpan, toSpan, visitor));
  }

  @Override
  public CompletionStage<Void> insertRollups(List<Rollup> rollups, Duration timeToLive) {
    return way.performAll(
        Kind.STEP, "rollup", rollups, rows -> tables.insertRollups(rows, timeToLive));
  }

  @Override
  public CompletionStage<Void> eraseRollups(List<Rollup> rollups) {
    return way.performAll(Kind.STEP, "erased rollup", rollups, tables::eraseRollups);
  }

  @Override
  public CompletionStage<List<Rollup>> readRollups(
      RollupPartition partition, @Nullable DeviceId device, long fromBegin, long toBegin) {
    return way.perform(
        Kind.READ, "rollups", () -> tables.readRollups(partition, device, fromBegin, toBegin));
  }

  @Override
  public CompletionStage<Void> insertEvents(List<Event> events) {
    return way.performAll(Kind.STEP, "event", events, tables::insertEvents);
  }

  @Override
  public CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit) {
    return way.perform(
        Kind.READ, "events", () -> tables.readEvents(partition, fromId, toId, limit));
  }

  @Override
  public CompletionStage<Void> writeRegisters(List<RegisterRow> registers) {
    return way.performAll(Kind.STEP, "register", registers, tables::writeRegisters);
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(RegisterPartition partition) {
    return way.perform(Kind.READ, "registers", () -> tables.readRegisters(partition));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(
      RegisterPartition partition, List<DeviceId> devices) {
    return way.perform(Kind.READ, "registers", () -> tables.readRegisters(partition, devices));
  }

  @Override
  public CompletionStage<Void> writeHealth(List<HealthRow> rows) {
    return way.performAll(Kind.STEP, "health", rows, tables::writeHealth);
  }

  @Override
  public CompletionStage<List<HealthRow>> readHealth(
      HealthPartition partition, @Nullable List<DeviceId> devices) {
    return way.perform(Kind.READ, "health", () -> tables.readHealth(partition, devices));
  }

  @Override
  public CompletionStage<Void> writeCounts(List<LaneCounts> counts) {
    return way.performAll(Kind.STEP, "counts", counts, tables::writeCounts);
  }

  @Override
  public CompletionStage<List<LaneCounts>> readCounts(EnterpriseId enterprise) {
    return way.perform(Kind.READ, "counts", () -> tables.readCounts(enterprise));
  }

  @Override
  public CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout) {
    return way.perform(Kind.WRITE, "layout", () -> tables.insertLayout(enterprise, layout));
  }

  @Override
  public CompletionStage<Void> writeDeletion(Deletion deletion, Duration timeToLive) {
    return way.perform(Kind.STEP, "deletion", () -> tables.writeDeletion(deletion, timeToLive));
  }

  @Override
  public CompletionStage<Void> forgetDeletions(List<Mask> covered) {
    return way.perform(Kind.WRITE, "forgotten", () -> tables.forgetDeletions(covered));
  }

  @Override
  public CompletionStage<List<Deletion>> readDeletions(EnterpriseId enterprise) {
    return way.perform(Kind.READ, "deletions", () -> tables.readDeletions(enterprise));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readMaskedEnterprises() {
    return way.perform(Kind.READ, "masked enterprises", () -> tables.readMaskedEnterprises());
  }

  @Override
  public CompletionStage<List<Summarized>> readRows(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    return way.perform(Kind.READ, "rows", () -> tables.readRows(partition, device, behind, limit));
  }

  @Override
  public CompletionStage<Void> eraseChunks(ChunkPartition partition, List<ChunkKey> keys) {
    return way.performAll(
        Kind.STEP, "erased chunks", keys, rows -> tables.eraseChunks(partition, rows));
  }

  @Override
  public CompletionStage<Void> eraseStates(List<State> states) {
    return way.performAll(Kind.STEP, "erased states", states, rows -> tables.eraseStates(rows));
  }

  @Override
  public CompletionStage<Void> eraseEvents(EventPartition partition, String toId) {
    return way.perform(Kind.STEP, "erased events", () -> tables.eraseEvents(partition, toId));
  }

  @Override
  public CompletionStage<Void> eraseEvents(List<Event> events) {
    return way.performAll(Kind.STEP, "erased events", events, rows -> tables.eraseEvents(rows));
  }

  @Override
  public CompletionStage<List<Layout>> readLayouts(EnterpriseId enterprise) {
    return way.perform(Kind.READ, "layouts", () -> tables.readLayouts(enterprise));
  }

  @Override
  public CompletionStage<List<Summarized>> readSummaries(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return way.perform(
        Kind.READ, "summaries", () -> tables.readSummaries(partition, device, fromSpan, toSpan));
  }
}
