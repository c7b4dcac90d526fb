package qiantang.store.fold;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** A way to the tables of folds on which every operation can be held up, or fail. */
abstract class HeldFolds implements FoldTables {
  final FoldTables tables;

  HeldFolds(FoldTables tables) {
    this.tables = tables;
  }

  /** Does it, or something else. */
  abstract <T> CompletionStage<T> perform(Supplier<CompletionStage<T>> action);

  @Override
  public CompletionStage<Void> insertBlocks(List<Block> blocks) {
    return perform(() -> tables.insertBlocks(blocks));
  }

  @Override
  public CompletionStage<List<Block>> readBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return perform(() -> tables.readBlocks(partition, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Void> writeLaneCursor(LaneCursor cursor) {
    return perform(() -> tables.writeLaneCursor(cursor));
  }

  @Override
  public CompletionStage<List<LaneCursor>> readLaneCursors(StartId start) {
    return perform(() -> tables.readLaneCursors(start));
  }

  @Override
  public CompletionStage<Void> writePackedMinute(EnterpriseId enterprise, long minute) {
    return perform(() -> tables.writePackedMinute(enterprise, minute));
  }

  @Override
  public CompletionStage<Integer> keepBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return perform(() -> tables.keepBlocks(partition, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Void> writeKeptMinute(EnterpriseId enterprise, long minute) {
    return perform(() -> tables.writeKeptMinute(enterprise, minute));
  }

  @Override
  public CompletionStage<Void> writeGap(EnterpriseId enterprise, long fromMinute, long toMinute) {
    return perform(() -> tables.writeGap(enterprise, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Packing> readPacking(EnterpriseId enterprise) {
    return perform(() -> tables.readPacking(enterprise));
  }

  @Override
  public CompletionStage<Void> insertChunks(List<Chunk> chunks, Duration timeToLive) {
    return perform(() -> tables.insertChunks(chunks, timeToLive));
  }

  @Override
  public CompletionStage<List<Chunk>> readChunks(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return perform(() -> tables.readChunks(partition, device, fromSpan, toSpan));
  }

  @Override
  public CompletionStage<Void> writeStates(List<State> states, Duration timeToLive) {
    return perform(() -> tables.writeStates(states, timeToLive));
  }

  @Override
  public CompletionStage<List<State>> readStates(
      StatePartition partition, @Nullable DeviceId device) {
    return perform(() -> tables.readStates(partition, device));
  }

  @Override
  public CompletionStage<Void> scanSummaries(
      ChunkPartition partition, long fromSpan, long toSpan, Consumer<Summarized> visitor) {
    return perform(() -> tables.scanSummaries(partition, fromSpan, toSpan, visitor));
  }

  @Override
  public CompletionStage<Void> insertRollups(List<Rollup> rollups, Duration timeToLive) {
    return perform(() -> tables.insertRollups(rollups, timeToLive));
  }

  @Override
  public CompletionStage<Void> eraseRollups(List<Rollup> rollups) {
    return perform(() -> tables.eraseRollups(rollups));
  }

  @Override
  public CompletionStage<List<Rollup>> readRollups(
      RollupPartition partition, @Nullable DeviceId device, long fromBegin, long toBegin) {
    return perform(() -> tables.readRollups(partition, device, fromBegin, toBegin));
  }

  @Override
  public CompletionStage<Void> insertEvents(List<Event> events) {
    return perform(() -> tables.insertEvents(events));
  }

  @Override
  public CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit) {
    return perform(() -> tables.readEvents(partition, fromId, toId, limit));
  }

  @Override
  public CompletionStage<Void> writeRegisters(List<RegisterRow> registers) {
    return perform(() -> tables.writeRegisters(registers));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(RegisterPartition partition) {
    return perform(() -> tables.readRegisters(partition));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(
      RegisterPartition partition, List<DeviceId> devices) {
    return perform(() -> tables.readRegisters(partition, devices));
  }

  @Override
  public CompletionStage<Void> writeHealth(List<HealthRow> rows) {
    return perform(() -> tables.writeHealth(rows));
  }

  @Override
  public CompletionStage<List<HealthRow>> readHealth(
      HealthPartition partition, @Nullable List<DeviceId> devices) {
    return perform(() -> tables.readHealth(partition, devices));
  }

  @Override
  public CompletionStage<Void> writeCounts(List<LaneCounts> counts) {
    return perform(() -> tables.writeCounts(counts));
  }

  @Override
  public CompletionStage<List<LaneCounts>> readCounts(EnterpriseId enterprise) {
    return perform(() -> tables.readCounts(enterprise));
  }

  @Override
  public CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout) {
    return perform(() -> tables.insertLayout(enterprise, layout));
  }

  @Override
  public CompletionStage<Void> writeDeletion(Deletion deletion, Duration timeToLive) {
    return perform(() -> tables.writeDeletion(deletion, timeToLive));
  }

  @Override
  public CompletionStage<Void> forgetDeletions(List<Mask> covered) {
    return perform(() -> tables.forgetDeletions(covered));
  }

  @Override
  public CompletionStage<List<Deletion>> readDeletions(EnterpriseId enterprise) {
    return perform(() -> tables.readDeletions(enterprise));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readMaskedEnterprises() {
    return perform(() -> tables.readMaskedEnterprises());
  }

  @Override
  public CompletionStage<List<Summarized>> readRows(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    return perform(() -> tables.readRows(partition, device, behind, limit));
  }

  @Override
  public CompletionStage<Void> eraseChunks(ChunkPartition partition, List<ChunkKey> keys) {
    return perform(() -> tables.eraseChunks(partition, keys));
  }

  @Override
  public CompletionStage<Void> eraseStates(List<State> states) {
    return perform(() -> tables.eraseStates(states));
  }

  @Override
  public CompletionStage<Void> eraseEvents(EventPartition partition, String toId) {
    return perform(() -> tables.eraseEvents(partition, toId));
  }

  @Override
  public CompletionStage<Void> eraseEvents(List<Event> events) {
    return perform(() -> tables.eraseEvents(events));
  }

  @Override
  public CompletionStage<List<Layout>> readLayouts(EnterpriseId enterprise) {
    return perform(() -> tables.readLayouts(enterprise));
  }
}
