package qiantang.store.read;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.FrameCodec.Numbered;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.journal.Lane;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;
import qiantang.store.read.Positions.LaneKey;

/**
 * Follows the journal for one enterprise: each poll reads only what came since the last one, of all
 * lanes in which the enterprise may have records. Other enterprises' records in the same frames are
 * never decoded (I6). One poll at a time; any thread.
 */
public final class Follower {
  /** Of a lane read in one poll; a full lane has 10 MiB a minute. */
  static final long POLL_BYTES_MAX = 2 << 20;

  /**
   * Starts are read in one of so many polls: it is the dearest of reads, and heartbeats come every
   * 5 s. Later minutes than the clock's are looked into as seldom: a writer's clock may be ahead.
   */
  static final int POLLS_TO_STARTS = 5;

  /** A lane's next frame that was seen missing in so many polls will not come: it has expired. */
  static final int POLLS_OF_HOLE_MAX = 50;

  // How far the writers' clocks may be from ours, in labels.
  private static final long CLOCK_MINUTES = 2;

  private final JournalTables tables;
  private final EnterpriseId enterprise;
  private final InstantSource clock;
  private final Executor executor;
  private final @Nullable Followed from;
  private final Map<LaneKey, LaneState> lanes = new HashMap<>();
  private final Map<StartId, Start> starts = new HashMap<>();
  private final long earliestMinute; // of lanes that were followed before
  private long floorMinute; // of others
  private long polls;
  private long lastMicros;
  private int damagedFrames;
  private Followed followed;

  /**
   * A frame with records of the enterprise.
   *
   * @param before how far it was followed without this frame
   * @param after the same with it
   */
  public record Frame(FrameKey key, List<Numbered> entries, Followed before, Followed after) {}

  /**
   * What a poll brought.
   *
   * @param frames in order of arrival, each lane's in its order
   * @param isMore whether the next poll need not wait for anything to come
   */
  public record Round(List<Frame> frames, boolean isMore) {}

  /** How far a lane was followed. */
  private static final class LaneState {
    long minute;
    long sequence;
    boolean isExact; // whether the next frame is the one behind sequence
    boolean isOver;
    int holePolls;

    LaneState(long minute, long sequence, boolean isExact) {
      this.minute = minute;
      this.sequence = sequence;
      this.isExact = isExact;
    }

    LaneState copy() {
      LaneState copy = new LaneState(minute, sequence, isExact);
      copy.holePolls = holePolls;
      return copy;
    }
  }

  /** A lane in one poll. */
  private final class Turn {
    final LaneKey key;
    final LaneState state;
    final long ownMinute; // the writer's, as of before this poll: earlier ones are closed
    final long lastMinute;
    final boolean isSealed;
    final List<StoredFrame> frames = new ArrayList<>();
    long bytes;
    boolean isCut;

    Turn(LaneKey key, LaneState state, long ownMinute, long lastMinute, boolean isSealed) {
      this.key = key;
      this.state = state;
      this.ownMinute = ownMinute;
      this.lastMinute = lastMinute;
      this.isSealed = isSealed;
    }

    /** One minute after the other: frames of a later one count only behind all earlier ones. */
    CompletionStage<Turn> read(long minute) {
      boolean isBeyond = minute > state.minute && !isLookedAt(minute);
      if (isCut || isBeyond || minute > lastMinute) {
        if (isSealed && !isCut && minute > lastMinute) {
          state.isOver = true;
        }
        return CompletableFuture.completedFuture(this);
      }
      return tables
          .readFrames(
              new LaneMinute(key.start(), key.lane(), minute), state.sequence, POLL_BYTES_MAX)
          .thenComposeAsync(
              found -> {
                take(found);
                if (!isCut && minute < ownMinute) {
                  state.minute = Math.max(state.minute, minute + 1);
                }
                return read(minute + 1);
              },
              executor);
    }

    private void take(List<StoredFrame> found) {
      for (StoredFrame frame : found) {
        long sequence = frame.key().sequence();
        if (sequence <= state.sequence) {
          continue;
        }
        if (state.isExact && sequence != state.sequence + 1) {
          // A frame before it was written after we looked: the next poll sees it.
          state.holePolls++;
          state.isExact = state.holePolls < POLLS_OF_HOLE_MAX;
          isCut = true;
          return;
        }
        state.sequence = sequence;
        state.minute = Math.max(state.minute, frame.key().partition().minute());
        state.isExact = true;
        state.holePolls = 0;
        frames.add(frame);
        bytes += frame.bytes().length;
      }
      isCut = bytes >= POLL_BYTES_MAX;
    }
  }

  private Follower(
      JournalTables tables,
      EnterpriseId enterprise,
      InstantSource clock,
      Executor executor,
      @Nullable Followed from,
      long earliestMinute,
      long floorMinute) {
    this.tables = tables;
    this.enterprise = enterprise;
    this.clock = clock;
    this.executor = executor;
    this.from = from;
    this.earliestMinute = earliestMinute;
    this.floorMinute = floorMinute;
    lastMicros = from == null ? clock.millis() * 1000 : from.micros();
    followed = from == null ? new Followed(lastMicros, List.of(), null) : from;
  }

  /**
   * Follows from the first poll on, which itself brings nothing: all that is acknowledged after it
   * comes with later ones.
   *
   * @param executor decodes; the database's own threads must not
   */
  public static Follower fromNow(
      JournalTables tables, EnterpriseId enterprise, InstantSource clock, Executor executor) {
    long floor = minuteOf(clock.millis() * 1000) - CLOCK_MINUTES;
    return new Follower(tables, enterprise, clock, executor, null, floor, floor);
  }

  /** Follows on from where another one came, at most so long ago. */
  public static Follower from(
      JournalTables tables,
      EnterpriseId enterprise,
      InstantSource clock,
      Executor executor,
      Followed from,
      Duration backMax) {
    long earliest = minuteOf(clock.millis() * 1000) - backMax.toMinutes();
    long floor = Math.max(earliest, minuteOf(from.micros()) - CLOCK_MINUTES);
    return new Follower(tables, enterprise, clock, executor, from, earliest, floor);
  }

  /** How far it was followed, as of the last poll. */
  public Followed followed() {
    return followed;
  }

  /** Frames that could not be decoded. */
  public int damagedFrames() {
    return damagedFrames;
  }

  /** What came since the last poll. After a stage that fails the next poll brings it all. */
  public CompletionStage<Round> poll() {
    long nowMinute = minuteOf(clock.millis() * 1000);
    boolean isFirst = polls == 0;
    return tables
        .readWhereabouts(enterprise)
        .thenComposeAsync(
            rows -> {
              List<Whereabouts> inUse = rows.stream().filter(this::isInUse).toList();
              return readStarts(inUse)
                  .thenComposeAsync(nothing -> read(turns(inUse, isFirst)), executor)
                  .thenApply(turns -> round(inUse, turns, isFirst));
            },
            executor)
        .thenApply(
            round -> {
              polls++;
              if (!round.isMore()) {
                floorMinute = Math.max(floorMinute, nowMinute - CLOCK_MINUTES);
              }
              return round;
            });
  }

  private boolean isInUse(Whereabouts row) {
    LaneState state = lanes.get(new LaneKey(row.start(), row.lane()));
    return row.lastMinute() + Lane.WHEREABOUTS_MINUTES + CLOCK_MINUTES >= floorMinute
        && (state == null || !state.isOver);
  }

  private boolean isLookedAt(long minute) {
    // Who goes on from where another was joins others soon, and must have seen what they have.
    return from != null
        || polls % POLLS_TO_STARTS == 0
        || minute <= minuteOf(clock.millis() * 1000);
  }

  private CompletionStage<List<Boolean>> readStarts(List<Whereabouts> rows) {
    Set<StartId> wanted = new HashSet<>();
    rows.forEach(row -> wanted.add(row.start()));
    if (polls % POLLS_TO_STARTS != 0) {
      wanted.removeAll(starts.keySet());
    } else {
      starts.keySet().retainAll(wanted);
    }
    List<CompletionStage<Boolean>> reads = new ArrayList<>();
    for (StartId start : wanted) {
      reads.add(
          tables
              .readStart(start)
              .thenApplyAsync(
                  found -> {
                    synchronized (starts) {
                      found.ifPresent(known -> starts.put(start, known));
                    }
                    return found.isPresent();
                  },
                  executor));
    }
    return Batches.all(reads);
  }

  private List<Turn> turns(List<Whereabouts> rows, boolean isFirst) {
    List<Turn> turns = new ArrayList<>();
    for (Whereabouts row : rows) {
      Start start = starts.get(row.start());
      if (start == null || row.lane() >= start.lanes().size()) {
        continue; // expired: starts outlive their frames
      }
      LaneKey key = new LaneKey(row.start(), row.lane());
      var position = start.lanes().get(row.lane());
      LaneState state = lanes.get(key);
      if (state == null) {
        state = isFirst && from == null ? atItsEnd(position) : begin(row);
      }
      long ahead = position.minute() + Lane.MINUTES_AHEAD;
      long last =
          start.sealed() ? ahead : Math.min(row.lastMinute() + Lane.WHEREABOUTS_MINUTES, ahead);
      turns.add(new Turn(key, state.copy(), position.minute(), last, start.sealed()));
    }
    return turns;
  }

  private static LaneState atItsEnd(JournalTables.LanePosition position) {
    return new LaneState(position.minute(), position.storedSequence(), false);
  }

  /** From where it was followed before, else from when following began. */
  private LaneState begin(Whereabouts row) {
    Followed.Point point = from == null ? null : from.of(row.start(), row.lane());
    if (point == null) {
      return new LaneState(Math.max(row.firstMinute(), floorMinute), 0, false);
    }
    boolean isNear = point.minute() >= earliestMinute;
    return new LaneState(
        Math.max(point.minute(), earliestMinute), point.sequence(), isNear && point.sequence() > 0);
  }

  private CompletionStage<List<Turn>> read(List<Turn> turns) {
    return Batches.all(turns.stream().map(turn -> turn.read(turn.state.minute)).toList());
  }

  /** What was read, decoded, in order of arrival. */
  private Round round(List<Whereabouts> inUse, List<Turn> turns, boolean isFirst) {
    boolean isMore = turns.stream().anyMatch(turn -> turn.bytes >= POLL_BYTES_MAX);
    Map<LaneKey, Followed.Point> points = new HashMap<>();
    for (Followed.Point point : followed.points()) {
      for (Whereabouts row : inUse) {
        if (point.isOf(row.start(), row.lane())) {
          points.put(new LaneKey(row.start(), row.lane()), point);
        }
      }
    }
    List<Frame> frames = new ArrayList<>();
    if (!isFirst || from != null) {
      for (Decoded decoded : decoded(turns)) {
        Followed before = followed(points);
        FrameKey key = decoded.key;
        LaneKey lane = new LaneKey(key.partition().start(), key.partition().lane());
        points.put(lane, point(lane, key.partition().minute(), key.sequence()));
        lastMicros = Math.max(lastMicros, decoded.lastMicros);
        frames.add(new Frame(key, decoded.entries, before, followed(points)));
      }
    }
    for (Turn turn : turns) { // not before all of them are read: a poll that fails changes nothing
      lanes.put(turn.key, turn.state);
      points.put(turn.key, point(turn.key, turn.state.minute, turn.state.sequence));
    }
    followed = followed(points);
    return new Round(frames, isMore);
  }

  private static Followed.Point point(LaneKey lane, long minute, long sequence) {
    return new Followed.Point(Followed.half(lane.start()), lane.lane(), minute, sequence);
  }

  private Followed followed(Map<LaneKey, Followed.Point> points) {
    return new Followed(lastMicros, Followed.bounded(List.copyOf(points.values())), null);
  }

  /** A frame that has something of the enterprise, and by what it is in order. */
  private record Decoded(FrameKey key, List<Numbered> entries, long orderMicros, long lastMicros) {}

  private List<Decoded> decoded(List<Turn> turns) {
    List<Decoded> all = new ArrayList<>();
    for (Turn turn : turns) {
      long orderMicros = 0; // never goes back within a lane
      for (StoredFrame frame : turn.frames) {
        List<Numbered> entries = entries(frame);
        if (!entries.isEmpty()) {
          orderMicros = Math.max(orderMicros, micros(entries.getFirst()));
          all.add(new Decoded(frame.key(), entries, orderMicros, micros(entries.getLast())));
        }
      }
    }
    all.sort(Comparator.comparingLong(Decoded::orderMicros)); // stable
    return all;
  }

  private static long micros(Numbered numbered) {
    Entry entry = numbered.entry();
    return entry.arrivalMicros();
  }

  private List<Numbered> entries(StoredFrame frame) {
    return switch (FrameCodec.decode(frame.bytes(), enterprise)) {
      case FrameCodec.Decoded.Sections(var sections) ->
          sections.size() == 1
              ? sections.getFirst().entries()
              : sections.stream().flatMap(section -> section.entries().stream()).toList();
      case FrameCodec.Decoded.Damaged _ -> {
        damagedFrames++;
        yield List.of();
      }
    };
  }

  private static long minuteOf(long micros) {
    return Math.floorDiv(micros, 60_000_000L);
  }
}
