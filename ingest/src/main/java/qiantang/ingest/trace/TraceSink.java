package qiantang.ingest.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.store.journal.ByteBudget;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceId;
import qiantang.store.trace.TraceRecord;
import qiantang.store.trace.TraceRecord.Outcome;
import qiantang.store.trace.TraceTables;

/**
 * Gathers what this node tells of one trace and writes it, one write at a time, so that what can be
 * read of it has no hole that is filled later. What there is no room for is counted, and the next
 * record says so. Any thread: a topic's messages come on all event loops.
 */
public final class TraceSink {
  /** Records of a second: more nobody reads, and a flood must not become a flood of writes. */
  static final int PER_SECOND_MAX = 50;

  /** Of these, such that tell more than a message that was stored: refusals, begins and ends. */
  static final int RESERVED = 10;

  /** Records that wait to be written: four seconds of them. */
  static final int WAITING_MAX = 200;

  /** Bytes of all records of a trace and node, so that its partition stays small. */
  static final long BYTES_MAX = 8L * 1024 * 1024;

  /** A write that failed so often, a quarter of a second apart, is given up. */
  private static final int TRIES_MAX = 20;

  private static final int RECORD_BYTES = 384;
  private static final int READING_BYTES = 48;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final byte[] NO_PAYLOAD = {};

  private final Trace trace;
  private final ByteBudget budget;
  private final int node;

  // All guarded by this.
  private List<TraceRecord> waiting = new ArrayList<>();
  private List<TraceRecord> unwritten = List.of();
  private boolean isWriting;
  private int tries;
  private long secondNanos;
  private int left = PER_SECOND_MAX;
  private long bytesLeft = BYTES_MAX;
  private long skipped;
  private int number;
  private long lastMicros;

  /**
   * For one trace.
   *
   * @param budget what waits is taken from it
   * @param node random: tells the records of one node from others'
   */
  TraceSink(Trace trace, ByteBudget budget, int node, long nowNanos) {
    this.trace = trace;
    this.budget = budget;
    this.node = node;
    secondNanos = nowNanos;
  }

  Trace trace() {
    return trace;
  }

  /** Whether it may have something to tell of a session: a gateway's may name its device. */
  boolean concerns(Identity identity) {
    return isOf(identity) || trace.device() == null || identity.isGateway();
  }

  /** Whether it is of the session itself. */
  boolean isOf(Identity identity) {
    return identity.device().equals(trace.device());
  }

  /** Whether there is room for another record now; where there is none, one is skipped. */
  synchronized boolean hasRoom(long nowNanos) {
    renew(nowNanos);
    boolean hasRoom = left > 0 && bytesLeft > 0 && waiting.size() < WAITING_MAX;
    if (!hasRoom) {
      skipped++;
    }
    return hasRoom;
  }

  /** One record is left out. */
  synchronized void skip() {
    skipped++;
  }

  /** Takes a record, or counts it where there is no room. */
  synchronized void add(TraceRecord record, long nowNanos, long nowMicros) {
    renew(nowNanos);
    long bytes = bytes(record);
    boolean isUsual = record.packet().equals("PUBLISH") && record.outcome() == Outcome.ACCEPTED;
    boolean fits =
        left > (isUsual ? RESERVED : 0)
            && waiting.size() < WAITING_MAX
            && bytes <= bytesLeft
            && budget.tryTake(bytes);
    if (!fits) {
      skipped++;
      return;
    }
    left--;
    bytesLeft -= bytes;
    lastMicros = Math.max(lastMicros, nowMicros); // the clock may be set back
    waiting.add(record.told(TraceId.of(lastMicros, node, ++number), skipped));
    skipped = 0;
  }

  private void renew(long nowNanos) {
    if (nowNanos - secondNanos >= SECOND_NANOS) {
      secondNanos = nowNanos;
      left = PER_SECOND_MAX;
    }
  }

  private static long bytes(TraceRecord record) {
    return RECORD_BYTES
        + record.payload().length
        + record.topic().getBytes(UTF_8).length
        + record.detail().getBytes(UTF_8).length
        + (long) record.readings().size() * READING_BYTES;
  }

  /** Whether nothing waits to be written and nothing is left to be said. */
  synchronized boolean isDone() {
    return waiting.isEmpty() && unwritten.isEmpty() && skipped == 0;
  }

  /**
   * Writes what waits, unless a write is under way.
   *
   * @param isLast whether no record follows that could tell what was skipped
   */
  void flush(TraceTables tables, long nowNanos, long nowMicros, boolean isLast) {
    List<TraceRecord> now = begin(nowNanos, nowMicros, isLast);
    if (!now.isEmpty()) {
      var _ =
          tables
              .insert(trace.enterprise(), trace.id(), now)
              .whenComplete((nothing, error) -> written(error));
    }
  }

  private synchronized List<TraceRecord> begin(long nowNanos, long nowMicros, boolean isLast) {
    if (isWriting) {
      return List.of();
    }
    renew(nowNanos);
    if (waiting.isEmpty() && unwritten.isEmpty() && skipped > 0 && (isLast || left > 0)) {
      gap(nowMicros);
    }
    if (unwritten.isEmpty()) {
      unwritten = waiting;
      waiting = new ArrayList<>();
    }
    isWriting = !unwritten.isEmpty();
    return unwritten;
  }

  /** Nothing else came that could have said it. It has room, whatever is used up: it is small. */
  private void gap(long nowMicros) {
    lastMicros = Math.max(lastMicros, nowMicros);
    TraceRecord gap =
        new TraceRecord(
            TraceId.of(lastMicros, node, ++number),
            nowMicros,
            null,
            null,
            "",
            "GAP",
            false,
            "",
            0,
            0,
            0,
            NO_PAYLOAD,
            Outcome.TOLD,
            null,
            "more came than is told: "
                + PER_SECOND_MAX
                + " records a second of a node, and "
                + BYTES_MAX / (1024 * 1024)
                + " MiB in all",
            Map.of(),
            skipped);
    if (budget.tryTake(bytes(gap))) { // else in the next turn
      waiting.add(gap);
      skipped = 0;
    }
  }

  private synchronized void written(@Nullable Throwable error) {
    isWriting = false;
    tries = error == null ? 0 : tries + 1;
    if (error != null && tries < TRIES_MAX) {
      return; // again, with the same ids, at the next turn
    }
    if (error != null) {
      skipped += unwritten.size();
      tries = 0;
    }
    unwritten.forEach(record -> budget.give(bytes(record)));
    unwritten = List.of();
  }
}
