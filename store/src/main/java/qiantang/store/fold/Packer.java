package qiantang.store.fold;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Packing;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.EnterpriseId;

/**
 * Packs blocks into chunks, and carries the states on, span of arrival by span of arrival. It may
 * die at any step, run twice or at once: rows are written before the packed minute that says so,
 * their keys end in what they hold, and a state gives way to a later one. Any thread.
 */
public final class Packer {
  // What was measured of more of them is forgotten: a layout changes a day later then.
  private static final int ENTERPRISES_MAX = 200_000;

  private final JournalTables journal;
  private final Layouts layouts;
  private final PackerEnvironment environment;
  private final long sliceBytesMax;
  private final ConcurrentHashMap<EnterpriseId, Load> loads = new ConcurrentHashMap<>();

  /**
   * A packer.
   *
   * @param clock tells how long rows are to be kept, and from when on a layout may hold
   * @param summaries makes the summary of a part of a chunk
   * @param executor decodes and encodes; the database's own threads must not
   */
  public Packer(
      JournalTables journal,
      FoldTables folds,
      Layouts layouts,
      Beginnings beginnings,
      InstantSource clock,
      FoldMeter meter,
      Function<DeviceColumns, byte[]> summaries,
      Executor executor) {
    this(
        journal,
        layouts,
        new PackerEnvironment(folds, beginnings, clock, meter, summaries, executor),
        GroupStep.SLICE_BYTES_MAX);
  }

  /** A packer that holds so many bytes of a group at once. */
  Packer(
      JournalTables journal, Layouts layouts, PackerEnvironment environment, long sliceBytesMax) {
    this.journal = journal;
    this.layouts = layouts;
    this.environment = environment;
    this.sliceBytesMax = sliceBytesMax;
  }

  /**
   * Packs all spans of an enterprise that are complete. Complete when they are known to be stored;
   * after a failure what is missing is done by the next call. Says what is left.
   *
   * @param limitMinute every frame with an earlier label is sorted, of every lane of every start
   */
  public CompletionStage<Unpacked> pack(EnterpriseId enterprise, long limitMinute) {
    // The limit was known before these are read: whoever sent something by then is in them.
    CompletionStage<List<Whereabouts>> whereabouts = journal.readWhereabouts(enterprise);
    CompletionStage<Packing> packing = environment.tables().readPacking(enterprise);
    return layouts
        .of(enterprise)
        .thenCombine(whereabouts, Known::new)
        .thenCombineAsync(
            packing, (known, last) -> pack(known, last, limitMinute), environment.executor())
        .thenCompose(packed -> packed);
  }

  private record Known(LayoutHistory layouts, List<Whereabouts> whereabouts) {}

  /** Packs what it can; then what is left must not expire, whether that failed or not. */
  private CompletionStage<Unpacked> pack(Known known, Packing packing, long limitMinute) {
    ActiveMinutes active = new ActiveMinutes(known.whereabouts);
    BlockKeeping keeping = new BlockKeeping(environment, known.layouts, active, packing);
    PackerPass pass = pass(known.layouts, active, packing, limitMinute, keeping);
    return pass.run()
        .handle(
            (nothing, error) ->
                keeping
                    .keep(pass.packedMinute())
                    .thenCompose(kept -> error == null ? Turns.NOTHING : failed(error)))
        .thenCompose(packed -> packed)
        .thenApply(nothing -> pass.unpacked());
  }

  private static CompletionStage<Void> failed(Throwable error) {
    return CompletableFuture.failedFuture(error);
  }

  private PackerPass pass(
      LayoutHistory history,
      ActiveMinutes active,
      Packing packing,
      long limitMinute,
      BlockKeeping keeping) {
    if (loads.size() >= ENTERPRISES_MAX) {
      loads.clear();
    }
    return new PackerPass(
        environment,
        history,
        active,
        packing,
        limitMinute,
        keeping,
        loads.computeIfAbsent(history.enterprise(), enterprise -> new Load()),
        measured -> improve(history, measured),
        sliceBytesMax);
  }

  private CompletionStage<Void> improve(LayoutHistory history, Measured measured) {
    return journal
        .readStarts()
        .thenCompose(
            starts -> {
              long reach = starts.stream().mapToLong(Start::reach).max().orElse(Long.MIN_VALUE);
              long now = Math.floorDiv(environment.clock().millis(), 60_000L);
              return layouts.improve(history, measured, now, reach);
            });
  }
}
