package qiantang.store.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/**
 * The tables {@code journal}, {@code whereabouts} and {@code starts}. A stage that fails means that
 * the outcome is unknown: repeat with the same key and bytes. All writes commit at LOCAL_QUORUM,
 * all reads see what was committed before they began.
 */
public interface JournalTables {
  /** For how long frames are kept: default_time_to_live of the table, as a test checks. */
  Duration FRAMES_KEPT = Duration.ofDays(2);

  /** For how long from then on frames are kept that are written again: {@link #keepFrames}. */
  Duration FRAMES_KEPT_AGAIN = Duration.ofDays(10);

  /** How old frames can become. */
  Duration FRAMES_KEPT_MAX = FRAMES_KEPT.plus(FRAMES_KEPT_AGAIN);

  /**
   * A frame as it is kept.
   *
   * @param key its row
   * @param bytes {@link qiantang.store.codec.FrameCodec}
   */
  record StoredFrame(FrameKey key, byte[] bytes) {}

  /**
   * In which lane an enterprise's records lie.
   *
   * @param firstMinute label of the first minute that may hold one
   * @param lastMinute label of the minute in which this row was last written; the writer writes it
   *     again before it acknowledges anything in a minute {@link Lane#WHEREABOUTS_MINUTES} later
   */
  record Whereabouts(
      EnterpriseId enterprise, StartId start, int lane, long firstMinute, long lastMinute) {}

  /**
   * How far a lane is, by its writer's word.
   *
   * @param minute label of the minute being written; earlier ones are closed
   * @param storedSequence last sequence known to be stored, 0 for none
   * @param closedSequence last sequence of the earlier minutes, 0 for none, or {@link #UNKNOWN}
   */
  record LanePosition(long minute, long storedSequence, long closedSequence) {
    /** A start of an older version did not say. */
    public static final long UNKNOWN = -1;
  }

  /**
   * A row of {@code starts}.
   *
   * @param beginMinute no frame of it has an earlier label
   * @param beat counts the heartbeats from 1
   * @param beatMicros when the database took the heartbeat, by its own clock; 0 when writing
   * @param folds whether its node sorts its lanes and takes its share of all else
   * @param lanes one position per lane
   */
  record Start(
      StartId id,
      String node,
      long beginMinute,
      long beat,
      long beatMicros,
      boolean sealed,
      boolean folds,
      List<LanePosition> lanes) {
    /** A start of a node that folds. */
    public Start(
        StartId id,
        String node,
        long beginMinute,
        long beat,
        long beatMicros,
        boolean sealed,
        List<LanePosition> lanes) {
      this(id, node, beginMinute, beat, beatMicros, sealed, true, lanes);
    }

    /**
     * Folds that know all starts have folded no minute at or behind the largest reach of them. The
     * lanes of a sealed start may have frames up to {@link Lane#MINUTES_AHEAD} past their position.
     */
    public long reach() {
      long reach = beginMinute;
      for (int lane = 0; lane < lanes.size(); lane++) {
        reach = Math.max(reach, reach(lane));
      }
      return reach;
    }

    /** What can be sorted of a lane lies before this minute; of a sealed start that is all. */
    public long reach(int lane) {
      long minute = lanes.get(lane).minute();
      return sealed ? minute + Lane.MINUTES_AHEAD + 1 : minute;
    }
  }

  /** Inserts one frame; repeating it with the same key and bytes changes nothing. */
  CompletionStage<Void> insertFrame(FrameKey key, byte[] bytes);

  /** Frames of one lane-minute with a sequence above the one given, in order of sequence. */
  default CompletionStage<List<StoredFrame>> readFrames(LaneMinute partition, long afterSequence) {
    return readFrames(partition, afterSequence, Long.MAX_VALUE);
  }

  /**
   * The first of those, up to the one with which they have so many bytes; all of them where they
   * have fewer.
   */
  CompletionStage<List<StoredFrame>> readFrames(
      LaneMinute partition, long afterSequence, long bytes);

  /**
   * Writes the frames of a lane-minute again, those that would expire within {@link #FRAMES_KEPT},
   * under the same keys; says how many they are.
   */
  CompletionStage<Integer> keepFrames(LaneMinute partition);

  /** Writes one row of whereabouts; its writer gives the same first minute each time. */
  CompletionStage<Void> insertWhereabouts(Whereabouts row);

  /** All lanes in which this enterprise may have records. */
  CompletionStage<List<Whereabouts>> readWhereabouts(EnterpriseId enterprise);

  /** All enterprises that have whereabouts, in no order. */
  CompletionStage<List<EnterpriseId>> readEnterprises();

  /** Inserts the row of a new start, not sealed; fails where there is one already. */
  CompletionStage<Void> insertStart(Start start);

  /**
   * Writes a heartbeat unless the start is sealed or has a later one: a heartbeat that was given up
   * and arrives late turns nothing back. False to the sender of the latest says that it is sealed.
   * A transaction.
   */
  CompletionStage<Boolean> beat(Start start);

  /** Declares a start ended, if its heartbeat is still this one; true if it is sealed now. */
  CompletionStage<Boolean> seal(StartId start, long beat);

  /** One start as it is now, the transactions' outcomes included. */
  CompletionStage<Optional<Start>> readStart(StartId start);

  /** All starts of the last days; may be a little old. */
  CompletionStage<List<Start>> readStarts();

  /** The database's clock, to a millisecond. */
  CompletionStage<Instant> databaseTime();
}
