package qiantang.store.cassandra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts rows together by partition. Rows of one partition in one batch are one mutation: one wait
 * for the commit log instead of one a row. Over several partitions a batch would be a log of its
 * own, so there is none. One thread.
 *
 * @param <P> a partition
 * @param <R> a row, ready to be written
 */
final class Batches<P, R> {
  /**
   * What a batch holds, or one row if that is larger: a group's chunks of a quarter hour, 64 of 2
   * KiB, are half of it, and 16 batches under way are 4 MiB. Cassandra takes 16 MiB.
   */
  static final int BATCH_BYTES_MAX = 256 * 1024;

  /** Key, time and lengths of a row. */
  static final int ROW_OVERHEAD_BYTES = 128;

  private final Map<P, Batch<R>> open = new LinkedHashMap<>();
  private final List<List<R>> full = new ArrayList<>();

  private record Batch<R>(List<R> rows, int bytes) {}

  /** Adds a row with so many bytes in its blobs. */
  void add(P partition, R row, int blobBytes) {
    int bytes = blobBytes + ROW_OVERHEAD_BYTES;
    Batch<R> batch = open.get(partition);
    if (batch != null && batch.bytes + bytes > BATCH_BYTES_MAX) {
      full.add(batch.rows);
      batch = null;
    }
    List<R> rows = batch == null ? new ArrayList<>() : batch.rows;
    rows.add(row);
    open.put(partition, new Batch<>(rows, bytes + (batch == null ? 0 : batch.bytes)));
  }

  /** All rows added so far; those of a batch in the order they were added. */
  List<List<R>> all() {
    List<List<R>> all = new ArrayList<>(full);
    open.values().forEach(batch -> all.add(batch.rows));
    return all;
  }
}
