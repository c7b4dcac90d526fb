package qiantang.store.fold;

import java.time.Duration;
import java.time.InstantSource;
import qiantang.store.journal.JournalTables;

/**
 * When what was not folded is at risk. A fold that is a day behind writes it again before it
 * expires, once; and what must have expired is not waited for. Minutes are minutes since 1970.
 */
final class Lag {
  /** So far behind, folds write again what they have not taken. */
  private static final Duration BEHIND = Duration.ofDays(1);

  /** Labels are not times: a writer's clock that was hours ahead labelled what it wrote then. */
  private static final Duration MARGIN = Duration.ofHours(6);

  private static final long MINUTE_MILLIS = 60_000;

  private Lag() {}

  static long minute(InstantSource clock) {
    return Math.floorDiv(clock.millis(), MINUTE_MILLIS);
  }

  /** What has an earlier label is to be written again. */
  static long keepBefore(long nowMinute) {
    return nowMinute - BEHIND.toMinutes();
  }

  /** Blocks with an earlier label may be there no more, unless they were written again. */
  static long blocksAtRiskBefore(long nowMinute) {
    return nowMinute - FoldTables.BLOCKS_KEPT.minus(MARGIN).toMinutes();
  }

  /** Blocks with an earlier label need not be looked for, to be written again. */
  static long blocksGoneBefore(long nowMinute) {
    return nowMinute - FoldTables.BLOCKS_KEPT.plus(MARGIN).toMinutes();
  }

  /**
   * Whether what has this label or a later one, and was to be written again up to a minute, is
   * there. What was sorted behind the last look, a day after that minute, lives for its own time.
   */
  static boolean isKept(long label, long keptMinute, long nowMinute) {
    Duration lives = BEHIND.plus(FoldTables.BLOCKS_KEPT_AGAIN).minus(MARGIN);
    long lookedMinute = keptMinute + BEHIND.toMinutes();
    return label >= nowMinute - lives.toMinutes() && lookedMinute > blocksAtRiskBefore(nowMinute);
  }

  /** Frames with an earlier label are there no more, unless they were written again. */
  static long framesGoneBefore(long nowMinute) {
    return nowMinute - JournalTables.FRAMES_KEPT.plus(MARGIN).toMinutes();
  }
}
