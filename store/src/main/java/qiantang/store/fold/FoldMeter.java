package qiantang.store.fold;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RollupTables.Rollup;

/** What folds count; programs expose it as metrics. Any thread. */
public final class FoldMeter {
  private final LongAdder frames = new LongAdder();
  private final LongAdder frameBytes = new LongAdder();
  private final LongAdder damagedFrames = new LongAdder();
  private final LongAdder lostFrames = new LongAdder();
  private final LongAdder keptFrames = new LongAdder();
  private final LongAdder keptBlocks = new LongAdder();
  private final LongAdder erasedRows = new LongAdder();
  private final LongAdder failedErasures = new LongAdder();
  private final LongAdder lostMinutes = new LongAdder();
  private final LongAdder failedPasses = new LongAdder();
  private final LongAdder failedLanes = new LongAdder();
  private final LongAdder failedEnterprises = new LongAdder();
  private final LongAdder blocks = new LongAdder();
  private final LongAdder blockBytes = new LongAdder();
  private final LongAdder events = new LongAdder();
  private final LongAdder registers = new LongAdder();
  private final LongAdder damagedBlocks = new LongAdder();
  private final LongAdder damagedStates = new LongAdder();
  private final LongAdder chunks = new LongAdder();
  private final LongAdder chunkBytes = new LongAdder();
  private final LongAdder states = new LongAdder();
  private final LongAdder stateBytes = new LongAdder();
  private final LongAdder rollups = new LongAdder();
  private final LongAdder rollupBytes = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder lateSamples = new LongAdder();

  /** A meter at zero. */
  public FoldMeter() {}

  void sortedFrame(int bytes) {
    frames.increment();
    frameBytes.add(bytes);
  }

  void damagedFrame() {
    damagedFrames.increment();
  }

  void lostFrames(long count) {
    lostFrames.add(count);
  }

  void keptFrames(long count) {
    keptFrames.add(count);
  }

  void keptBlocks(long count) {
    keptBlocks.add(count);
  }

  void lostMinutes(long count) {
    lostMinutes.add(count);
  }

  void storedRollups(List<Rollup> stored) {
    rollups.add(stored.size());
    stored.forEach(rollup -> rollupBytes.add(rollup.bytes().length));
  }

  void failedPass() {
    failedPasses.increment();
  }

  void failedLane() {
    failedLanes.increment();
  }

  void failedErasure() {
    failedErasures.increment();
  }

  void erasedRows(long count) {
    erasedRows.add(count);
  }

  void failedEnterprise() {
    failedEnterprises.increment();
  }

  void storedBlock(int bytes) {
    blocks.increment();
    blockBytes.add(bytes);
  }

  void storedEvents(List<Event> rows) {
    events.add(rows.size());
  }

  void storedRegisters(int rows) {
    registers.add(rows);
  }

  void damagedBlock() {
    damagedBlocks.increment();
  }

  void damagedState() {
    damagedStates.increment();
  }

  void storedChunks(int parts, int bytes, long samplesInThem, boolean late) {
    chunks.add(parts);
    chunkBytes.add(bytes);
    samples.add(samplesInThem);
    if (late) {
      lateSamples.add(samplesInThem);
    }
  }

  void storedState(int bytes) {
    states.increment();
    stateBytes.add(bytes);
  }

  /** Frames sorted. */
  public long frames() {
    return frames.sum();
  }

  /** Bytes of them. */
  public long frameBytes() {
    return frameBytes.sum();
  }

  /** Frames that could not be decoded and were set aside. */
  public long damagedFrames() {
    return damagedFrames.sum();
  }

  /** Frames that had expired before they were sorted. */
  public long lostFrames() {
    return lostFrames.sum();
  }

  /** Frames that were written again because no sorter had taken them for a day. */
  public long keptFrames() {
    return keptFrames.sum();
  }

  /** Rows of chunks and states that were erased because everything in them was deleted. */
  public long erasedRows() {
    return erasedRows.sum();
  }

  /** Times that what was deleted could not be erased. */
  public long failedErasures() {
    return failedErasures.sum();
  }

  /** Blocks that were written again because no packer had taken them for a day. */
  public long keptBlocks() {
    return keptBlocks.sum();
  }

  /** Minutes of enterprises of which blocks may have expired before they were packed. */
  public long lostMinutes() {
    return lostMinutes.sum();
  }

  /** Passes that ended early: the starts, their cursors or the enterprises could not be read. */
  public long failedPasses() {
    return failedPasses.sum();
  }

  /** Times that a lane could not be sorted. */
  public long failedLanes() {
    return failedLanes.sum();
  }

  /** Times that an enterprise could not be packed. */
  public long failedEnterprises() {
    return failedEnterprises.sum();
  }

  /** Blocks stored. */
  public long blocks() {
    return blocks.sum();
  }

  /** Bytes of them. */
  public long blockBytes() {
    return blockBytes.sum();
  }

  /** Rows of events stored: a rejection has up to three. */
  public long events() {
    return events.sum();
  }

  /** Registers stored. */
  public long registers() {
    return registers.sum();
  }

  /** Blocks that could not be decoded and were set aside. */
  public long damagedBlocks() {
    return damagedBlocks.sum();
  }

  /** States and registers that could not be decoded and were begun anew. */
  public long damagedStates() {
    return damagedStates.sum();
  }

  /** Parts of chunks stored. */
  public long chunks() {
    return chunks.sum();
  }

  /** Bytes of them, summaries included. */
  public long chunkBytes() {
    return chunkBytes.sum();
  }

  /** States stored. */
  public long states() {
    return states.sum();
  }

  /** Bytes of them. */
  public long stateBytes() {
    return stateBytes.sum();
  }

  /** Rollups of devices and groups written. */
  public long rollups() {
    return rollups.sum();
  }

  /** Their bytes. */
  public long rollupBytes() {
    return rollupBytes.sum();
  }

  /** Samples packed. */
  public long samples() {
    return samples.sum();
  }

  /** Samples among them that came late. */
  public long lateSamples() {
    return lateSamples.sum();
  }
}
