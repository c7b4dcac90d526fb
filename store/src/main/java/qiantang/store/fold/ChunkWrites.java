package qiantang.store.fold;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsMerge;
import qiantang.store.codec.ContentDigest;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.model.DeviceId;

/** Merges, encodes and writes the chunks of a group's step. One thread at a time. */
final class ChunkWrites {
  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final Masks masks;
  private final long arrivalSpan;
  private final Load load;
  private boolean hasRows;

  // Where slices of a device's event span follow each other, how many parts it has so far.
  private final Map<DeviceSpan, Integer> parts = new HashMap<>();

  // Rollups that do not know what is written, and when all of them are known to be told so.
  private final Set<Rollup> late = new HashSet<>();
  private CompletionStage<Void> lateTold = Turns.NOTHING;

  private record DeviceSpan(DeviceId device, long span) {}

  /** Rows of one partition that are written together. */
  private static final class Batch {
    final List<Chunk> rows = new ArrayList<>();
    long samples;
    int bytes;

    void add(Chunk chunk, long samplesInIt) {
      rows.add(chunk);
      samples += samplesInIt;
      bytes += chunk.bytes().length + chunk.summary().length;
    }
  }

  /**
   * Writes of a step.
   *
   * @param masks tell which of the newest values are earlier devices' of the same ids
   */
  ChunkWrites(
      PackerEnvironment environment,
      LayoutHistory layouts,
      Masks masks,
      long arrivalSpan,
      Load load) {
    this.masks = masks;
    this.load = load;
    this.environment = environment;
    this.layouts = layouts;
    this.arrivalSpan = arrivalSpan;
  }

  /** Whether any row was written. */
  boolean hasRows() {
    return hasRows;
  }

  /**
   * Writes a slice. Complete when its rows are known to be stored, with the newest values in it.
   */
  CompletionStage<SortedMap<DeviceId, DeviceColumns>> write(Arrivals arrivals) {
    SortedMap<DeviceId, DeviceColumns> newest = new TreeMap<>();
    WriteWindow window = new WriteWindow();
    return Turns.each(
            environment.executor(),
            () -> {
              var next = arrivals.takeSpan();
              if (next == null) {
                return null;
              }
              begin(next.getKey(), next.getValue(), newest, window);
              if (arrivals.areOfAllTimes()) {
                parts.clear(); // no other slice has more of this span
              }
              return window.room();
            })
        .thenCompose(nothing -> window.all())
        .thenApply(nothing -> newest);
  }

  private void begin(
      long span,
      NavigableMap<DeviceId, List<DeviceColumns>> devices,
      SortedMap<DeviceId, DeviceColumns> newest,
      WriteWindow window) {
    long fromMicros = LayoutHistory.micros(span);
    long toMicros = LayoutHistory.micros(layouts.spanEnd(span));
    Duration timeToLive = environment.timeToLive(layouts, span);
    CompletionStage<Void> told = tellRollups(span, devices.keySet(), timeToLive);
    Map<ChunkPartition, Batch> open = new LinkedHashMap<>();
    devices.forEach(
        (device, pieces) -> {
          DeviceColumns merged = ColumnsMerge.merge(pieces, fromMicros, toMicros);
          DeviceColumns own = masks.own(device, merged);
          if (own.rows() > 0) {
            newest.merge(
                device, Newest.of(own), (earlier, now) -> Newest.ofAll(List.of(earlier, now)));
          }
          ChunkPartition partition = layouts.chunkPartition(device, span);
          Batch batch = open.computeIfAbsent(partition, key -> new Batch());
          long bytes = 0;
          for (ChunkCodec.Part part : ChunkCodec.encode(merged)) {
            if (batch.bytes >= PackerEnvironment.WRITE_BYTES_MAX) {
              Batch full = batch;
              window.add(told.thenCompose(nothing -> write(full, span, timeToLive)));
              batch = new Batch();
              open.put(partition, batch);
            }
            Chunk chunk = chunk(partition, device, span, part);
            batch.add(chunk, part.columns().samples());
            bytes += chunk.bytes().length + chunk.summary().length;
          }
          count(device, span, merged.rows(), bytes);
        });
    open.values()
        .forEach(batch -> window.add(told.thenCompose(nothing -> write(batch, span, timeToLive))));
  }

  /** Says once of what comes too late for rollups that these are late, before it is written. */
  private CompletionStage<Void> tellRollups(long span, Set<DeviceId> devices, Duration timeToLive) {
    List<Rollup> untold = new ArrayList<>();
    long end = layouts.spanEnd(span);
    for (long begin = Rollups.begin(span); begin < end; begin += Rollups.PERIOD_MINUTES) {
      if (arrivalSpan >= Rollups.completeAt(begin)) {
        for (DeviceId device : devices) {
          RollupPartition partition = Rollups.partition(layouts, device, begin);
          untold.add(Rollup.late(partition, device, begin));
          untold.add(Rollup.late(partition, null, begin));
        }
      }
    }
    untold.removeIf(rollup -> !late.add(rollup));
    if (!untold.isEmpty()) {
      CompletionStage<Void> now = environment.tables().insertRollups(untold, timeToLive);
      lateTold = lateTold.thenCombine(now, (before, after) -> null);
    }
    return lateTold;
  }

  private Chunk chunk(ChunkPartition partition, DeviceId device, long span, ChunkCodec.Part part) {
    int number = parts.merge(new DeviceSpan(device, span), 1, Integer::sum) - 1;
    long digest = ContentDigest.of(part.bytes());
    ChunkKey key = new ChunkKey(partition, device, span, arrivalSpan, number, digest);
    return new Chunk(key, part.bytes(), environment.summaries().apply(part.columns()));
  }

  private void count(DeviceId device, long span, int readings, long bytes) {
    int spanMinutes = layouts.at(span).spanMinutes();
    boolean isFast = layouts.layouts().getLast().fast().containsKey(device);
    load.chunk(device, spanMinutes, span == arrivalSpan, readings, bytes, isFast);
  }

  private CompletionStage<Void> write(Batch batch, long span, Duration timeToLive) {
    hasRows = true;
    return environment
        .tables()
        .insertChunks(batch.rows, timeToLive)
        .thenRun(
            () ->
                environment
                    .meter()
                    .storedChunks(
                        batch.rows.size(), batch.bytes, batch.samples, arrivalSpan > span));
  }
}
