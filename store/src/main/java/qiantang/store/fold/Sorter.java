package qiantang.store.fold;

import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Start;

/**
 * Sorts lanes of the journal into blocks, minute by minute. A lane-minute is sorted once its writer
 * has said that it writes a later one, or once the start is sealed. Safe to run twice, at once, and
 * to die at any step: what was written is written again under the same keys. Any thread.
 */
public final class Sorter {
  final JournalTables journal;
  final FoldTables folds;
  final Layouts layouts;
  final InstantSource clock;
  final FoldMeter meter;
  final Executor executor;

  /**
   * A sorter.
   *
   * @param clock tells which frames must have expired
   * @param executor decodes and encodes; the database's own threads must not
   */
  public Sorter(
      JournalTables journal,
      FoldTables folds,
      Layouts layouts,
      InstantSource clock,
      FoldMeter meter,
      Executor executor) {
    this.journal = journal;
    this.folds = folds;
    this.layouts = layouts;
    this.clock = clock;
    this.meter = meter;
    this.executor = executor;
  }

  /**
   * Sorts what of a lane is not sorted and can be, up to {@link Start#reach(int)}, or so much of it
   * that other lanes do not wait for long: an hour of it, 64 MiB. Fails where frames are missing;
   * what lies before them may have been sorted then.
   *
   * @param start as it was read before the call
   * @param cursor how far the lane is sorted; null where it has not been begun
   * @return how far it is sorted now
   */
  public CompletionStage<LaneCursor> sort(Start start, int lane, @Nullable LaneCursor cursor) {
    LaneCursor from =
        cursor != null ? cursor : new LaneCursor(start.id(), lane, start.beginMinute(), 0, 0);
    return new LaneSort(this, start, from).run();
  }
}
