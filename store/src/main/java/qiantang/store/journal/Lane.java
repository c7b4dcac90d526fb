package qiantang.store.journal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.FrameCodec;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;
import qiantang.store.model.WriteResult;

/**
 * One track of the journal of one start: one writer, contiguous sequences, at most one write in
 * flight. While a write is under way, appends collect; when it completes, all its entries are
 * answered and the next frame goes. Light load: latency = one write. Heavy load: frames grow by
 * themselves. There is no linger to tune.
 *
 * <p>Appends come from all event loops and completions from the database's threads, so one lock
 * guards the queues; it is held for the time of a few list operations, never during I/O.
 */
public final class Lane {
  /** A frame's size, or one entry if that is larger: 60 messages of 40 B fill a tenth of it. */
  static final int FRAME_BYTES_MAX = 256 * 1024;

  /** Whereabouts are written again when a lane's minute is this far past the last time. */
  public static final int WHEREABOUTS_MINUTES = 30;

  /**
   * How far a minute's label may run ahead of what the last heartbeat announced. Readers look this
   * far past the heartbeat, so they find every frame whatever the writer's clock does.
   */
  public static final int MINUTES_AHEAD = 2;

  // An enterprise's turn. A small message is a hundredth of it, a frame holds 16 turns.
  private static final int QUANTUM_BYTES = 16 * 1024;

  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private static final Duration RETRY_MIN = Duration.ofMillis(50);
  private static final Duration RETRY_MAX = Duration.ofSeconds(2);

  private final JournalTables tables;
  private final StartId start;
  private final int number;
  private final InstantSource clock;
  private final Timers timers;
  private final Heartbeat heartbeat;
  private final JournalMeter meter;

  // Guarded by this.
  private final Map<EnterpriseId, Turn> turns = new HashMap<>();
  private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
  private @Nullable Frame inFlight;
  private long inFlightSinceNanos;
  private boolean closed;
  private long minute;
  private long minuteSinceNanos;
  private long announcedMinute;
  private long sequence;
  private long storedSequence;
  private long closedSequence;

  /** What one enterprise has in this lane: its waiting appends and its cumulative counts. */
  private static final class Turn {
    final EnterpriseId enterprise;
    final ArrayDeque<Append> appends = new ArrayDeque<>();
    Counts counts = Counts.NONE;
    long deficitBytes;
    long firstMinute = -1;
    long whereaboutsMinute = Long.MIN_VALUE / 2;

    Turn(EnterpriseId enterprise) {
      this.enterprise = enterprise;
    }
  }

  /** A frame whose key and bytes are frozen, with those who wait for it. */
  private record Frame(
      FrameKey key, byte[] bytes, List<Append> appends, List<Whereabouts> whereabouts) {}

  Lane(
      JournalTables tables,
      StartId start,
      int number,
      InstantSource clock,
      Timers timers,
      Heartbeat heartbeat,
      JournalMeter meter) {
    this.tables = tables;
    this.start = start;
    this.number = number;
    this.clock = clock;
    this.timers = timers;
    this.heartbeat = heartbeat;
    this.meter = meter;
    minute = Math.floorDiv(clock.millis(), 60_000L);
    minuteSinceNanos = meter.nanos();
    announcedMinute = minute;
  }

  /** Adds an entry to the lane's next frame. Any thread; returns at once. */
  public void append(Append append) {
    Frame frame;
    synchronized (this) {
      if (closed) {
        frame = null;
      } else {
        Turn turn = turns.computeIfAbsent(append.enterprise(), Turn::new);
        if (turn.appends.isEmpty()) {
          waiting.add(turn);
        }
        turn.appends.add(append);
        if (inFlight != null) {
          return;
        }
        frame = compose();
      }
    }
    if (frame == null) {
      answer(List.of(append), WriteResult.UNAVAILABLE);
    } else {
      write(frame, RETRY_MIN);
    }
  }

  /** What the next heartbeat says of this lane. An idle lane's minute goes on with the clock. */
  synchronized LanePosition position() {
    // Once closed, nobody knows whether the last frame is stored: its minute stays open.
    if (inFlight == null && !closed) {
      advanceMinute();
    }
    return new LanePosition(minute, storedSequence, closedSequence);
  }

  /**
   * No frame gets an earlier label than this; said before the first frame, and announced by a
   * heartbeat before anything is acknowledged.
   */
  synchronized void beginAt(long floorMinute) {
    minute = Math.max(minute, floorMinute);
  }

  /** A heartbeat with this minute is known to be stored. */
  synchronized void announced(long minuteInHeartbeat) {
    announcedMinute = Math.max(announcedMinute, minuteInHeartbeat);
  }

  /**
   * Ends the lane: who waits, and who comes later, is told {@code Unavailable}, which nobody
   * acknowledges. A frame in flight may be stored or not; its senders send again.
   */
  void close() {
    List<Append> unanswered = new ArrayList<>();
    synchronized (this) {
      closed = true;
      if (inFlight != null) {
        unanswered.addAll(inFlight.appends());
        inFlight = null;
      }
      for (Turn turn : waiting) {
        unanswered.addAll(turn.appends);
        turn.appends.clear();
      }
      waiting.clear();
    }
    answer(unanswered, WriteResult.UNAVAILABLE);
  }

  /** For how long the frame in flight has not been answered; 0 where there is none. */
  synchronized long unansweredNanos() {
    return inFlight == null ? 0 : meter.nanos() - inFlightSinceNanos;
  }

  /** Whether nothing waits and nothing is being written. */
  synchronized boolean isIdle() {
    return inFlight == null && waiting.isEmpty();
  }

  // Guarded by this. The label follows the clock forward, never back, and never runs far ahead of
  // what readers were told. Where the clock is behind it goes on at half the ticker's speed, so
  // that
  // no lane-minute collects an hour and the clock catches up.
  private void advanceMinute() {
    long ticks = meter.nanos();
    long byTicker = minute + (ticks - minuteSinceNanos) / (2 * MINUTE_NANOS);
    long now = Math.max(byTicker, Math.floorDiv(clock.millis(), 60_000L));
    long next = Math.min(now, announcedMinute + MINUTES_AHEAD);
    if (next > minute) {
      minute = next;
      minuteSinceNanos = ticks;
      closedSequence = sequence;
    }
  }

  // Guarded by this. Deficit round robin: each enterprise gets its quantum a round, so a flood
  // delays itself first (Shreedhar and Varghese, 1996).
  private Frame compose() {
    advanceMinute();
    List<Append> appends = new ArrayList<>();
    List<Turn> taken = new ArrayList<>();
    Map<Turn, List<byte[]>> sections = new HashMap<>();
    int bytes = 0;
    boolean full = false;
    while (!full && !waiting.isEmpty()) {
      Turn turn = waiting.remove();
      turn.deficitBytes += QUANTUM_BYTES;
      List<byte[]> section = sections.get(turn);
      if (section == null) {
        section = new ArrayList<>();
        sections.put(turn, section);
        taken.add(turn);
      }
      while (!turn.appends.isEmpty()) {
        int length = turn.appends.element().entry().length;
        if (length > turn.deficitBytes) {
          break; // looked at before the bound: who has no turn yet must not end the frame
        }
        full = bytes > 0 && bytes + length > FRAME_BYTES_MAX;
        if (full) {
          break;
        }
        Append append = turn.appends.remove();
        turn.deficitBytes -= length;
        bytes += length;
        turn.counts = turn.counts.plus(append.counts());
        section.add(append.entry());
        appends.add(append);
      }
      if (turn.appends.isEmpty()) {
        turn.deficitBytes = 0;
      } else if (full) {
        waiting.addFirst(turn);
      } else {
        waiting.addLast(turn);
      }
    }
    Frame frame = freeze(appends, taken, sections, bytes);
    inFlight = frame;
    inFlightSinceNanos = meter.nanos();
    return frame;
  }

  // Guarded by this.
  private Frame freeze(
      List<Append> appends, List<Turn> taken, Map<Turn, List<byte[]>> sections, int bytes) {
    FrameCodec.Builder builder = new FrameCodec.Builder(bytes + 64 * taken.size() + 16);
    List<Whereabouts> whereabouts = new ArrayList<>(0);
    for (Turn turn : taken) {
      List<byte[]> section = sections.get(turn);
      if (section == null || section.isEmpty()) {
        continue;
      }
      builder.add(turn.enterprise, turn.counts, section);
      if (minute - turn.whereaboutsMinute >= WHEREABOUTS_MINUTES) {
        if (turn.firstMinute < 0) {
          turn.firstMinute = minute;
        }
        turn.whereaboutsMinute = minute;
        whereabouts.add(new Whereabouts(turn.enterprise, start, number, turn.firstMinute, minute));
      }
    }
    FrameKey key = new FrameKey(new LaneMinute(start, number, minute), ++sequence);
    return new Frame(key, builder.build(), appends, whereabouts);
  }

  /** Writes until it is known to be stored, always the same key and bytes. */
  private void write(Frame frame, Duration retryDelay) {
    long began = meter.nanos();
    CompletionStage<Void> stored = tables.insertFrame(frame.key(), frame.bytes());
    for (Whereabouts row : frame.whereabouts()) {
      // Beside the frame, not before it: the acknowledgement waits for both, and a row of
      // whereabouts without a frame only costs a reader one look.
      stored = stored.thenAcceptBoth(tables.insertWhereabouts(row), (first, second) -> {});
    }
    stored.whenComplete(
        (nothing, error) -> {
          if (error == null) {
            meter.stored(frame.bytes().length, frame.appends().size(), meter.nanos() - began);
            heartbeat.whenFresh(() -> complete(frame));
          } else {
            retry(frame, retryDelay, error);
          }
        });
  }

  private void retry(Frame frame, Duration delay, Throwable error) {
    if (isClosed()) {
      return;
    }
    meter.retried(
        "cannot write frame %d of lane %d, trying again until it is stored"
            .formatted(frame.key().sequence(), number),
        error);
    Duration next = delay.multipliedBy(2);
    timers.after(
        delay,
        () -> {
          if (!isClosed()) {
            write(frame, next.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : next);
          }
        });
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Runs on the thread that completed the write or the heartbeat. */
  private void complete(Frame frame) {
    @Nullable Frame next = null;
    synchronized (this) {
      if (closed) {
        return; // answered by close
      }
      storedSequence = frame.key().sequence();
      inFlight = null;
      if (!waiting.isEmpty()) {
        next = compose();
      }
    }
    // Before the next write: it may be stored while we are here, and answers keep their order.
    answer(frame.appends(), WriteResult.STORED);
    if (next != null) {
      write(next, RETRY_MIN);
    }
  }

  /** Gives every permit back, then answers: one task per event loop. */
  private static void answer(List<Append> appends, WriteResult result) {
    Map<Executor, List<Append>> byLoop = new LinkedHashMap<>();
    for (Append append : appends) {
      append.budget().give(append.budgetBytes());
      byLoop.computeIfAbsent(append.loop(), loop -> new ArrayList<>()).add(append);
    }
    byLoop.forEach(
        (loop, theirs) -> {
          try {
            loop.execute(() -> theirs.forEach(append -> append.receipt().done(result)));
          } catch (RejectedExecutionException e) {
            // The loop has ended and its sessions with it: nobody to tell, and the lane goes on.
          }
        });
  }
}
