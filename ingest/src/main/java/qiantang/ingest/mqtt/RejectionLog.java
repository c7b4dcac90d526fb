package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.model.WriteResult;

/**
 * Writes rejection records, identical ones within a second as one with a count (I8): the first goes
 * at once, its repeats are gathered and go together a second later, and so on each second. The
 * messages of gathered repeats are answered when their record is stored, so where one waits for its
 * answer the record goes after {@link #ANSWER}. Event loop only.
 */
final class RejectionLog {
  /** Different refusals that are followed at a time; the one not seen for longest is let go. */
  static final int OPEN_MAX = 64;

  static final long WINDOW_NANOS = 1_000_000_000L;

  /**
   * The longest that a refused message waits for its record to be begun: a client with one message
   * in flight goes on after it, and one that sends nothing else makes 20 records a second of a
   * kind.
   */
  static final Duration ANSWER = Duration.ofMillis(50);

  // A record with 512 bytes of payload and its texts.
  static final int RECORD_BYTES = 1024;

  /** Where records go. */
  @FunctionalInterface
  interface Sink {
    /** Appends an entry; {@code bytes} are given back by the lane. */
    void append(EnterpriseId owner, Entry entry, Counts counts, long bytes, Append.Receipt receipt);
  }

  /** What makes two refusals identical: all but the payload. */
  private record Key(
      EnterpriseId owner,
      String source,
      @Nullable DeviceId publisher,
      @Nullable DeviceId device,
      Reason reason,
      String topic,
      @Nullable Long eventTimeMicros) {}

  /** One kind of refusal and its repeats since the last record. */
  private static final class Open {
    long sinceNanos;
    Entry.@Nullable Rejection first;
    long count;
    Counts counts = Counts.NONE;
    long bytes;
    List<Ack> waiting = new ArrayList<>(0);
  }

  private final Sink sink;
  private final ByteBudget budget;
  private final Map<Key, Open> open = new LinkedHashMap<>(4, 0.75f, true);
  private boolean isAwaited;
  private boolean isAnswerSet;

  RejectionLog(Sink sink, ByteBudget budget) {
    this.sink = sink;
    this.budget = budget;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /** Kinds of refusals that are followed now. */
  int size() {
    return open.size();
  }

  /** Whether a refusal of this kind came within the last second. */
  boolean isOpen(EnterpriseId owner, String source, Entry.Rejection rejection) {
    return open.containsKey(key(owner, source, rejection));
  }

  /**
   * Adds a refusal.
   *
   * @param source what else tells it from others: of a login who sent it, of a message the detail
   * @param counts what it adds to the owner's counts
   * @param bytes taken from the budget for it
   * @param ack the message that waits for the record, already told to wait; null if none does
   */
  void add(
      EnterpriseId owner,
      String source,
      Entry.Rejection rejection,
      Counts counts,
      long bytes,
      @Nullable Ack ack,
      long nowNanos) {
    Key key = key(owner, source, rejection);
    Open known = open.get(key);
    if (known != null) {
      gather(known, rejection, counts, bytes, ack);
      return;
    }
    begin(key, nowNanos);
    sink.append(owner, rejection, counts, bytes, ack == null ? result -> {} : ack);
  }

  /**
   * Adds a refusal for which no bytes were taken, because there are none: it waits in memory, one
   * record at most, until there are.
   */
  void addUnbudgeted(
      EnterpriseId owner, String source, Entry.Rejection rejection, Counts counts, long nowNanos) {
    Key key = key(owner, source, rejection);
    Open known = open.get(key);
    if (known == null && budget.tryTake(RECORD_BYTES)) {
      add(owner, source, rejection, counts, RECORD_BYTES, null, nowNanos);
    } else {
      gather(known == null ? begin(key, nowNanos) : known, rejection, counts, 0, null);
    }
  }

  /** Writes what was gathered for a second; called several times a second. */
  void tick(long nowNanos) {
    Iterator<Map.Entry<Key, Open>> each = open.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Key, Open> entry = each.next();
      Open kind = entry.getValue();
      if (nowNanos - kind.sinceNanos < WINDOW_NANOS) {
        continue;
      }
      if (kind.first == null) {
        each.remove();
        continue;
      }
      if (kind.bytes == 0 && budget.tryTake(RECORD_BYTES)) {
        kind.bytes = RECORD_BYTES;
      }
      if (kind.bytes > 0) {
        write(entry.getKey().owner(), kind);
        kind.sinceNanos = nowNanos;
      }
    }
  }

  /**
   * Whether a message has begun to wait for its record, so that {@link #answer} is to be called
   * after {@link #ANSWER}; it is said once.
   */
  boolean isAnswerDue() {
    boolean isDue = isAwaited && !isAnswerSet;
    isAnswerSet |= isDue;
    return isDue;
  }

  /** Writes the gathered refusals of messages that wait for their answer. */
  void answer(long nowNanos) {
    isAwaited = false;
    isAnswerSet = false;
    open.forEach(
        (key, kind) -> {
          if (!kind.waiting.isEmpty()) {
            write(key.owner(), kind);
            kind.sinceNanos = nowNanos;
          }
        });
  }

  /** Writes all that was gathered, at the session's end. */
  void close() {
    open.forEach(
        (key, kind) -> {
          if (kind.first != null) {
            write(key.owner(), kind);
          }
        });
    open.clear();
  }

  private Key key(EnterpriseId owner, String source, Entry.Rejection rejection) {
    return new Key(
        owner,
        source,
        rejection.publisher(),
        rejection.device(),
        rejection.reason(),
        rejection.topic(),
        rejection.eventTimeMicros());
  }

  private Open begin(Key key, long nowNanos) {
    if (open.size() >= OPEN_MAX) {
      Map.Entry<Key, Open> eldest = open.entrySet().iterator().next();
      open.remove(eldest.getKey());
      if (eldest.getValue().first != null) {
        write(eldest.getKey().owner(), eldest.getValue());
      }
    }
    Open kind = new Open();
    kind.sinceNanos = nowNanos;
    open.put(key, kind);
    return kind;
  }

  private void gather(
      Open kind, Entry.Rejection rejection, Counts counts, long bytes, @Nullable Ack ack) {
    if (kind.first == null) {
      kind.first = rejection;
    }
    kind.count += rejection.count();
    kind.counts = kind.counts.plus(counts);
    if (ack != null && ack.packetId() > 0) {
      kind.waiting.add(ack);
      isAwaited = true;
      kind.bytes += bytes;
      return;
    }
    if (kind.bytes > 0 && bytes > 0) {
      budget.give(bytes); // the record has its bytes, and nobody waits for this repeat
    } else {
      kind.bytes += bytes;
    }
    if (ack != null) {
      ack.done(WriteResult.STORED);
    }
  }

  private void write(EnterpriseId owner, Open kind) {
    Entry.Rejection first = kind.first;
    if (first == null) {
      throw new AssertionError("BUG: a rejection record of nothing");
    }
    List<Ack> waiting = kind.waiting;
    Entry.Rejection record =
        new Entry.Rejection(
            first.publisher(),
            first.device(),
            first.reason(),
            first.detail(),
            first.topic(),
            kind.count,
            first.payloadBytes(),
            first.payload(),
            first.eventTimeMicros(),
            first.arrivalMicros());
    sink.append(owner, record, kind.counts, kind.bytes, result -> tellAll(waiting, result));
    kind.first = null;
    kind.count = 0;
    kind.counts = Counts.NONE;
    kind.bytes = 0;
    kind.waiting = new ArrayList<>(0);
  }

  private static void tellAll(List<Ack> waiting, WriteResult result) {
    for (Ack ack : waiting) {
      ack.done(result);
    }
  }
}
