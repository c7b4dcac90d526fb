package qiantang.store.fold;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.model.LaneMinute;

/**
 * One walk along a lane, from its cursor towards its reach: so far that others get their turn. The
 * cursor follows behind: it moves over a minute only when the rows of it are stored and it is known
 * that no frame of it is missing, which the next frame's sequence tells, or at the end the lane's
 * writer. One thread at a time.
 */
final class LaneSort {
  /**
   * Frames of so many bytes are decoded at once, which takes some ten times as much memory: half a
   * lane-minute of the largest (10 MiB). A piece ends with the frame that fills it, so it begins
   * and ends with the same frames in every run.
   */
  static final int PIECE_BYTES = 4 * 1024 * 1024;

  /**
   * What one walk takes: seconds, in which other lanes wait. It ends before the minute that comes
   * then, whose first frame shows that nothing before it is missing.
   */
  static final long WALK_BYTES = 64L * 1024 * 1024;

  /** Or so many minutes that have frames: each is some round trips, whatever it holds. */
  static final int WALK_MINUTES = 60;

  // Lane-minutes read at once where they hold little: a silent day is 180 round trips. As many
  // pieces are what a walk has to hold at the very worst.
  private static final int MINUTES_AT_ONCE_MAX = 8;
  private static final int LITTLE_BYTES = 1024 * 1024;

  // Layouts are at hand but when a program has just begun.
  private static final int LAYOUTS_AT_ONCE = 32;

  // Blocks of small enterprises have some hundred bytes, as events have; so many writes hide the
  // round trip.
  private static final int ROWS_AT_ONCE = 64;

  private static final Logger logger = LoggerFactory.getLogger(LaneSort.class);

  private final Sorter sorter;
  private final Start start;
  private final LanePosition position;

  private LaneCursor cursor;
  private long minute;
  private long sequence;
  private long damagedFrames;
  private int minutesAtOnce = 1;
  private long walkBytes;
  private int walkMinutes;
  private boolean isOver;

  // The first piece of each minute that was read, and what is to be sorted next of this one.
  private final Queue<List<StoredFrame>> ahead = new ArrayDeque<>();
  private List<StoredFrame> piece = List.of();

  LaneSort(Sorter sorter, Start start, LaneCursor from) {
    this.sorter = sorter;
    this.start = start;
    position = start.lanes().get(from.lane());
    cursor = from;
    minute = from.minute();
    sequence = from.sequence();
    damagedFrames = from.damagedFrames();
  }

  CompletionStage<LaneCursor> run() {
    return Turns.NOTHING
        .thenComposeAsync(nothing -> sortClosed(), sorter.executor)
        .thenComposeAsync(nothing -> sortRest(), sorter.executor)
        .thenApply(nothing -> cursor);
  }

  /** Minutes before the one that is written, by the writer's last word. */
  private CompletionStage<Void> sortClosed() {
    long end = position.minute();
    if (minute >= end) {
      return Turns.NOTHING;
    }
    boolean isKnown = position.closedSequence() != LanePosition.UNKNOWN;
    // What is stored may lie in the minute being written, what is closed cannot.
    long last = isKnown ? position.closedSequence() : position.storedSequence();
    return Turns.each(sorter.executor, () -> step(end, last))
        .thenCompose(
            nothing -> {
              if (isOver) {
                return Turns.NOTHING;
              }
              if (isKnown && sequence != last && !isLost(end, sequence, last)) {
                throw hole(
                    "its minutes before %d end with frame %d, but frame %d is the last found"
                        .formatted(end, last, sequence));
              }
              sequence = isKnown ? last : sequence;
              minute = end;
              return moveCursor(end);
            });
  }

  /** What a sealed start's lane holds behind its last word: nothing is added to it any more. */
  private CompletionStage<Void> sortRest() {
    long end = start.reach(cursor.lane());
    if (isOver || !start.sealed() || minute >= end) {
      return Turns.NOTHING;
    }
    return Turns.each(sorter.executor, () -> step(end, Long.MAX_VALUE))
        .thenCompose(
            nothing -> {
              if (isOver) {
                return Turns.NOTHING;
              }
              long last = position.storedSequence();
              if (sequence < last && !isLost(end, sequence, last)) {
                throw hole(
                    "frame %d was stored, but frame %d is the last found"
                        .formatted(last, sequence));
              }
              sequence = Math.max(sequence, last);
              return moveCursor(end);
            });
  }

  /**
   * Sorts a minute or reads some; null at the end minute, behind the last sequence, and if over.
   */
  private @Nullable CompletionStage<?> step(long end, long last) {
    if (isOver) {
      return null;
    }
    List<StoredFrame> frames = ahead.poll();
    if (frames == null) {
      return minute < end && sequence < last ? readAhead(end) : null;
    }
    long label = minute++;
    return frames.isEmpty() ? Turns.NOTHING : sortMinute(label, frames);
  }

  private CompletionStage<Void> readAhead(long end) {
    List<LaneMinute> partitions =
        LongStream.range(minute, Math.min(end, minute + minutesAtOnce))
            .mapToObj(label -> new LaneMinute(start.id(), cursor.lane(), label))
            .toList();
    return Turns.all(
            MINUTES_AT_ONCE_MAX,
            sorter.executor,
            partitions,
            partition -> sorter.journal.readFrames(partition, sequence, PIECE_BYTES))
        .thenAccept(
            minutes -> {
              ahead.addAll(minutes);
              boolean isLittle = bytes(minutes) <= LITTLE_BYTES;
              minutesAtOnce = isLittle ? Math.min(minutesAtOnce * 2, MINUTES_AT_ONCE_MAX) : 1;
            });
  }

  private static long bytes(List<List<StoredFrame>> minutes) {
    return minutes.stream().flatMap(List::stream).mapToLong(frame -> frame.bytes().length).sum();
  }

  private CompletionStage<Void> sortMinute(long label, List<StoredFrame> first) {
    requireContiguous(first);
    isOver = walkBytes >= WALK_BYTES || walkMinutes >= WALK_MINUTES;
    if (isOver) {
      return moveCursor(label);
    }
    walkMinutes++;
    piece = first;
    // Its first frame follows the last one sorted: no earlier minute lacks any.
    return moveCursor(label)
        .thenComposeAsync(
            nothing -> Turns.each(sorter.executor, () -> nextPiece(label)), sorter.executor);
  }

  /** Sorts what was read of a minute, and reads on where that may not be all. */
  private @Nullable CompletionStage<Void> nextPiece(long label) {
    List<StoredFrame> frames = piece;
    if (frames.isEmpty()) {
      return null;
    }
    piece = List.of();
    long bytes = bytes(List.of(frames));
    walkBytes += bytes;
    return sortPiece(frames)
        .thenCompose(
            nothing -> {
              sequence = frames.getLast().key().sequence();
              return bytes < PIECE_BYTES ? Turns.NOTHING : readOn(label);
            });
  }

  private CompletionStage<Void> readOn(long label) {
    LaneMinute partition = new LaneMinute(start.id(), cursor.lane(), label);
    return sorter
        .journal
        .readFrames(partition, sequence, PIECE_BYTES)
        .thenAccept(
            more -> {
              if (!more.isEmpty()) {
                requireContiguous(more);
              }
              piece = more;
            });
  }

  private void requireContiguous(List<StoredFrame> frames) {
    long first = frames.getFirst().key().sequence();
    // A start of an older version did not say when it began; its first frames may have expired.
    boolean isUnknown = sequence == 0 && position.closedSequence() == LanePosition.UNKNOWN;
    long before = isUnknown ? first - 1 : sequence;
    for (StoredFrame frame : frames) {
      long found = frame.key().sequence();
      long label = frame.key().partition().minute();
      if (found != before + 1 && !isLost(label, before, found - 1)) {
        throw hole("in minute %d frame %d follows frame %d".formatted(label, found, before));
      }
      before = found;
    }
    sequence = first - 1; // of the minutes before
  }

  /**
   * Whether frames between two sequences, with labels of this minute at most, must have expired:
   * then waiting would not bring them back. They are counted, which tells readers.
   */
  private boolean isLost(long label, long before, long last) {
    if (before >= last || label >= Lag.framesGoneBefore(Lag.minute(sorter.clock))) {
      return false;
    }
    logger.error(
        "lane {} of start {}: frames {} to {} have expired and were not sorted, they are lost",
        cursor.lane(),
        start.id(),
        before + 1,
        last);
    sorter.meter.lostFrames(last - before);
    damagedFrames += last - before;
    return true;
  }

  private CompletionStage<Void> sortPiece(List<StoredFrame> frames) {
    Piece piece = new Piece(frames);
    return Turns.all(LAYOUTS_AT_ONCE, sorter.executor, piece.enterprises(), sorter.layouts::of)
        .thenComposeAsync(histories -> insertBlocks(piece.blocks(histories)), sorter.executor)
        .thenComposeAsync(nothing -> insertEvents(piece.events()), sorter.executor)
        .thenComposeAsync(
            nothing -> insert(piece.counts(), sorter.folds::writeCounts), sorter.executor)
        .thenRun(
            () -> {
              damagedFrames += piece.damagedFrames();
              frames.forEach(frame -> sorter.meter.sortedFrame(frame.bytes().length));
              for (int i = piece.damagedFrames(); i > 0; i--) {
                sorter.meter.damagedFrame();
              }
            });
  }

  private CompletionStage<Void> insertBlocks(List<Block> blocks) {
    return insert(blocks, some -> sorter.folds.insertBlocks(some).thenRun(() -> countBlocks(some)));
  }

  private CompletionStage<Void> insertEvents(List<Event> events) {
    return insert(
        events,
        some -> sorter.folds.insertEvents(some).thenRun(() -> sorter.meter.storedEvents(some)));
  }

  private <T> CompletionStage<Void> insert(
      List<T> rows, Function<List<T>, CompletionStage<Void>> insert) {
    Queue<List<T>> inserts = new ArrayDeque<>();
    for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
      inserts.add(rows.subList(from, Math.min(from + ROWS_AT_ONCE, rows.size())));
    }
    return Turns.each(
        sorter.executor,
        () -> {
          List<T> some = inserts.poll();
          return some == null ? null : insert.apply(some);
        });
  }

  private void countBlocks(List<Block> stored) {
    stored.forEach(block -> sorter.meter.storedBlock(block.bytes().length));
  }

  /** Says that every earlier minute is sorted; all rows of them are known to be stored. */
  private CompletionStage<Void> moveCursor(long to) {
    if (to <= cursor.minute()) {
      return Turns.NOTHING;
    }
    LaneCursor moved = new LaneCursor(start.id(), cursor.lane(), to, sequence, damagedFrames);
    return sorter.folds.writeLaneCursor(moved).thenRun(() -> cursor = moved);
  }

  private IllegalStateException hole(String what) {
    return new IllegalStateException(
        ("cannot sort lane %d of start %s: %s; repair the table journal where a replica lacks them,"
                + " those of %d days ago have expired")
            .formatted(cursor.lane(), start.id(), what, JournalTables.FRAMES_KEPT.toDays()));
  }
}
