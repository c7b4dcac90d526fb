package qiantang.store.read;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.FoldTables.Packing;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/**
 * Where an enterprise's records lie and how far folds have come with them: read before any data and
 * kept for the whole answer. Older ones are always safe: what they do not know to be folded is
 * still where it was, and being there twice changes no answer.
 *
 * @param whereabouts the lanes in which the enterprise may have records
 * @param starts those of them that have not expired
 * @param cursors of lanes that a sorter has begun
 * @param packing how far the enterprise is packed
 * @param masks what of it is hidden
 */
record Positions(
    EnterpriseId enterprise,
    List<Whereabouts> whereabouts,
    Map<StartId, Start> starts,
    Map<LaneKey, LaneCursor> cursors,
    Packing packing,
    Masks masks) {
  /** A lane of a start. */
  record LaneKey(StartId start, int lane) {}

  Positions with(Masks found) {
    return new Positions(enterprise, whereabouts, starts, cursors, packing, found);
  }

  /** First label of this lane whose frames may be in no block. */
  long unsortedFrom(Whereabouts row) {
    LaneCursor cursor = cursor(row);
    return cursor == null ? row.firstMinute() : Math.max(row.firstMinute(), cursor.minute());
  }

  /** First label of the blocks that may be in no chunk; {@link #blocksTo} where there is none. */
  long blocksFrom() {
    long to = blocksTo();
    long from = to;
    for (Whereabouts row : whereabouts) {
      from = Math.min(from, row.firstMinute());
    }
    Long packedMinute = packing.minute();
    if (packedMinute != null) {
      // What came early for a span is packed with that span and not with the minute it came in.
      from = Math.max(from, packedMinute - LayoutHistory.EARLY_MINUTES);
    }
    // Older blocks have expired, and a start may be older than all of them.
    return from >= to ? to : Math.max(from, to - FoldTables.BLOCKS_KEPT_MAX.toMinutes());
  }

  /** First label that no block needs to have: what was not sorted yet is read as frames. */
  long blocksTo() {
    return whereabouts.stream()
        .map(this::cursor)
        .mapToLong(cursor -> cursor == null ? Long.MIN_VALUE : cursor.minute())
        .max()
        .orElse(Long.MIN_VALUE);
  }

  /**
   * First label of which a block may still come; all with earlier ones are stored. Lanes that are
   * not known yet may change that: see {@link #lanesBefore}.
   */
  long blocksWholeTo() {
    long to = blocksTo();
    for (Whereabouts row : whereabouts) {
      to = isSortedForEver(row) ? to : Math.min(to, unsortedFrom(row));
    }
    return to;
  }

  /** Its node is dead, and all that it left is sorted or has expired. */
  private boolean isSortedForEver(Whereabouts row) {
    Start start = starts.get(row.start());
    if (start == null || row.lane() >= start.lanes().size()) {
      return true; // starts outlive their frames
    }
    LaneCursor cursor = cursor(row);
    return start.sealed() && cursor != null && cursor.minute() >= start.reach(row.lane());
  }

  /** Lanes in which the enterprise may have records with labels before this minute. */
  Set<LaneKey> lanesBefore(long minute) {
    Set<LaneKey> lanes = new HashSet<>();
    for (Whereabouts row : whereabouts) {
      if (row.firstMinute() < minute) {
        lanes.add(new LaneKey(row.start(), row.lane()));
      }
    }
    return lanes;
  }

  /** Minutes of which something may be missing, that reach into these event times. */
  List<Completeness.Gap> gaps(long fromMicros, long toMicros) {
    List<Completeness.Gap> gaps = new ArrayList<>();
    packing
        .gaps()
        .forEach(
            (from, to) -> {
              // What comes in time comes so long before or after it happened.
              boolean isBefore = micros(to + LayoutHistory.EARLY_MINUTES) <= fromMicros;
              boolean isBehind = micros(from - LayoutHistory.LATE_MINUTES) >= toMicros;
              if (!isBefore && !isBehind) {
                gaps.add(new Completeness.Gap(micros(from), micros(to)));
              }
            });
    return gaps;
  }

  private static long micros(long minute) {
    return minute * 60_000_000L;
  }

  /** Frames that a sorter has passed without being able to decode them. */
  int damagedFrames() {
    long damaged = 0;
    for (Whereabouts row : whereabouts) {
      LaneCursor cursor = cursor(row);
      damaged += cursor == null ? 0 : cursor.damagedFrames();
    }
    return (int) Math.min(damaged, Integer.MAX_VALUE);
  }

  private @Nullable LaneCursor cursor(Whereabouts row) {
    return cursors.get(new LaneKey(row.start(), row.lane()));
  }
}
