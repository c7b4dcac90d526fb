package qiantang.store.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.FrameCodec.Decoded;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Masks;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.journal.Lane;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;
import qiantang.store.read.Positions.LaneKey;

/**
 * The frames that no sorter has taken yet, of all lanes in which an enterprise has records, in
 * arrival order. Frames once read are kept (bounded), so that a scan reads only new sequences from
 * the database; with nobody asking, nothing is read. Any thread.
 */
public final class Tail {
  // Lane-minutes read at once: enough to hide the round trip; a full one holds 10 MiB.
  private static final int PARTITIONS_AT_ONCE = 8;

  private static final int STARTS_AT_ONCE = 16;

  // Older frames have expired by the writer's clock; the hour is for clocks that differ.
  private static final long KEPT_MINUTES = JournalTables.FRAMES_KEPT_MAX.plusHours(1).toMinutes();

  private static final int ENTRY_OVERHEAD_BYTES = 128;

  private static final Comparator<Part> ARRIVAL =
      Comparator.<Part>comparingLong(part -> part.partition.minute())
          .thenComparing(part -> part.partition.start())
          .thenComparingInt(part -> part.partition.lane());

  private final JournalTables tables;
  private final FoldTables folds;
  private final Executor executor;
  private final long cacheBytesMax;
  private final Cache<LaneMinute, Frames> cache;

  /** The entries of a scan, in arrival order. */
  interface Visitor {
    /**
     * One entry.
     *
     * @param index its place in the frame
     */
    void entry(FrameKey frame, int index, Entry entry);

    /** Cumulative counts of one (start, lane). */
    default void counts(LaneMinute partition, Counts counts) {}
  }

  /**
   * What a scan learnt besides the entries.
   *
   * @param damagedFrames frames that could not be decoded, here or by a sorter
   */
  record Scanned(int damagedFrames) {}

  /** A lane-minute to be read. Closed: its writer said that it writes a later one. */
  private record Part(LaneMinute partition, boolean closed) {}

  /** Frames of one lane-minute read so far; final when no more can come. */
  private record Frames(List<StoredFrame> frames, boolean isFinal) {
    static final Frames NONE = new Frames(List.of(), false);

    long lastSequence() {
      return frames.isEmpty() ? 0 : frames.getLast().key().sequence();
    }

    int weightBytes() {
      long bytes = ENTRY_OVERHEAD_BYTES;
      for (StoredFrame frame : frames) {
        bytes += ENTRY_OVERHEAD_BYTES + frame.bytes().length;
      }
      return (int) Math.min(bytes, Integer.MAX_VALUE);
    }
  }

  /**
   * A tail.
   *
   * @param folds tell how far lanes are sorted
   * @param executor decodes; the database's own threads must not
   * @param cacheBytesMax how much of the frames read is kept
   */
  public Tail(JournalTables tables, FoldTables folds, Executor executor, long cacheBytesMax) {
    this.tables = tables;
    this.folds = folds;
    this.executor = executor;
    this.cacheBytesMax = cacheBytesMax;
    cache =
        Caffeine.newBuilder()
            .maximumWeight(cacheBytesMax)
            .weigher((LaneMinute partition, Frames frames) -> frames.weightBytes())
            .executor(executor)
            .build();
  }

  /** What decodes: whoever reads other tables along with the tail takes the same. */
  Executor executor() {
    return executor;
  }

  /** How much of the frames read is kept at most. */
  long cacheBytesMax() {
    return cacheBytesMax;
  }

  /** How far folds have come with this enterprise. */
  CompletionStage<Positions> positions(EnterpriseId enterprise) {
    CompletionStage<Masks> masks = Masks.of(folds, enterprise);
    // Whereabouts first, then the starts' positions, then frames: older ones of the former are
    // always safe, because a writer commits them before it acknowledges what they announce.
    return tables
        .readWhereabouts(enterprise)
        .thenCompose(
            rows -> {
              var starts = readStarts(rows).toCompletableFuture();
              var cursors = readCursors(rows).toCompletableFuture();
              var packed = folds.readPacking(enterprise).toCompletableFuture();
              return CompletableFuture.allOf(starts, cursors, packed)
                  .thenApply(
                      nothing ->
                          new Positions(
                              enterprise,
                              rows,
                              starts.join(),
                              cursors.join(),
                              packed.join(),
                              Masks.NONE));
            })
        .thenCombine(masks, Positions::with);
  }

  /**
   * Visits everything that these positions do not say is sorted, and that was acknowledged before
   * they were read; of one device only, where one is given, and then perhaps entries of others too.
   */
  CompletionStage<Scanned> scanUnsorted(
      Positions positions, @Nullable DeviceId device, Visitor visitor) {
    return new Scan(positions.enterprise(), device, visitor)
        .run(parts(positions))
        .thenApply(damagedFrames -> new Scanned(damagedFrames + positions.damagedFrames()));
  }

  /** These starts and those whose positions were read, as far as they have not expired. */
  CompletionStage<Map<StartId, Start>> starts(Positions positions, Set<StartId> wanted) {
    Set<StartId> others = new HashSet<>(wanted);
    others.removeAll(positions.starts().keySet());
    Map<StartId, Start> all = new HashMap<>(positions.starts());
    return Batches.read(
            List.copyOf(others),
            STARTS_AT_ONCE,
            tables::readStart,
            found -> found.ifPresent(start -> all.put(start.id(), start)),
            executor)
        .thenApply(nothing -> all);
  }

  private CompletionStage<Map<StartId, Start>> readStarts(List<Whereabouts> rows) {
    return each(rows, tables::readStart)
        .thenApply(
            starts -> {
              Map<StartId, Start> byId = new HashMap<>();
              starts.forEach(start -> start.ifPresent(found -> byId.put(found.id(), found)));
              return byId;
            });
  }

  private CompletionStage<Map<LaneKey, LaneCursor>> readCursors(List<Whereabouts> rows) {
    return each(rows, folds::readLaneCursors)
        .thenApply(
            starts -> {
              Map<LaneKey, LaneCursor> byLane = new HashMap<>();
              for (List<LaneCursor> cursors : starts) {
                cursors.forEach(
                    cursor -> byLane.put(new LaneKey(cursor.start(), cursor.lane()), cursor));
              }
              return byLane;
            });
  }

  /** Asks the same of each start in which there are records. */
  private static <T> CompletionStage<List<T>> each(
      List<Whereabouts> rows, Function<StartId, CompletionStage<T>> read) {
    return Batches.all(rows.stream().map(Whereabouts::start).distinct().map(read).toList());
  }

  private static List<Part> parts(Positions positions) {
    List<Part> parts = new ArrayList<>();
    for (Whereabouts row : positions.whereabouts()) {
      Start start = positions.starts().get(row.start());
      if (start == null || row.lane() >= start.lanes().size()) {
        continue; // expired: starts outlive their frames
      }
      LanePosition position = start.lanes().get(row.lane());
      long last =
          Math.min(
              row.lastMinute() + Lane.WHEREABOUTS_MINUTES, position.minute() + Lane.MINUTES_AHEAD);
      long first = Math.max(positions.unsortedFrom(row), position.minute() - KEPT_MINUTES);
      for (long minute = first; minute <= last; minute++) {
        boolean closed = minute < position.minute() || start.sealed();
        parts.add(new Part(new LaneMinute(row.start(), row.lane(), minute), closed));
      }
    }
    parts.sort(ARRIVAL);
    return parts;
  }

  private CompletionStage<Frames> read(Part part) {
    Frames known = cache.getIfPresent(part.partition);
    Frames before = known == null ? Frames.NONE : known;
    if (before.isFinal) {
      return CompletableFuture.completedFuture(before);
    }
    return tables
        .readFrames(part.partition, before.lastSequence())
        .thenApply(
            more -> {
              if (more.isEmpty() && !part.closed) {
                return before;
              }
              List<StoredFrame> frames = new ArrayList<>(before.frames);
              frames.addAll(more);
              Frames now = new Frames(List.copyOf(frames), part.closed);
              cache.put(part.partition, now);
              return now;
            });
  }

  /** One walk over frames. */
  private final class Scan {
    private final EnterpriseId enterprise;
    private final @Nullable DeviceId device;
    private final Visitor visitor;
    private int damagedFrames;

    Scan(EnterpriseId enterprise, @Nullable DeviceId device, Visitor visitor) {
      this.enterprise = enterprise;
      this.device = device;
      this.visitor = visitor;
    }

    CompletionStage<Integer> run(List<Part> parts) {
      return Batches.read(
              parts,
              PARTITIONS_AT_ONCE,
              Tail.this::read,
              frames -> frames.frames.forEach(this::visit),
              executor)
          .thenApply(nothing -> damagedFrames);
    }

    private void visit(StoredFrame frame) {
      Decoded decoded =
          device == null
              ? FrameCodec.decode(frame.bytes(), enterprise)
              : FrameCodec.decode(frame.bytes(), enterprise, device);
      switch (decoded) {
        case Decoded.Damaged damaged -> damagedFrames++;
        case Decoded.Sections sections -> {
          for (FrameCodec.Section section : sections.sections()) {
            visitor.counts(frame.key().partition(), section.counts());
            for (FrameCodec.Numbered numbered : section.entries()) {
              visitor.entry(frame.key(), numbered.index(), numbered.entry());
            }
          }
        }
      }
    }
  }
}
