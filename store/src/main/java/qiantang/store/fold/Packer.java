package qiantang.store.fold;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.EnterpriseId;

/**
 * Packs blocks into chunks, and carries the states on, span of arrival by span of arrival. It may
 * die at any step, run twice or at once: rows are written before the packed minute that says so,
 * their keys end in what they hold, and a state gives way to a later one. Any thread.
 */
public final class Packer {
  private final JournalTables journal;
  private final Layouts layouts;
  private final PackerEnvironment environment;
  private final long sliceBytesMax;

  /**
   * A packer.
   *
   * @param clock tells how long rows are to be kept, and nothing else
   * @param summaries makes the summary of a part of a chunk
   * @param executor decodes and encodes; the database's own threads must not
   */
  public Packer(
      JournalTables journal,
      FoldTables folds,
      Layouts layouts,
      InstantSource clock,
      FoldMeter meter,
      Function<DeviceColumns, byte[]> summaries,
      Executor executor) {
    this(
        journal,
        layouts,
        new PackerEnvironment(folds, clock, meter, summaries, executor),
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
   * after a failure what is missing is done by the next call.
   *
   * @param limitMinute every frame with an earlier label is sorted, of every lane of every start
   */
  public CompletionStage<Void> pack(EnterpriseId enterprise, long limitMinute) {
    // The limit was known before these are read: whoever sent something by then is in them.
    CompletionStage<List<Whereabouts>> whereabouts = journal.readWhereabouts(enterprise);
    CompletionStage<Optional<Long>> packed = environment.tables().readPackedMinute(enterprise);
    return layouts
        .of(enterprise)
        .thenCombine(whereabouts, Known::new)
        .thenCombine(packed, (known, minute) -> pass(known, minute, limitMinute))
        .thenComposeAsync(PackerPass::run, environment.executor());
  }

  private record Known(LayoutHistory layouts, List<Whereabouts> whereabouts) {}

  private PackerPass pass(Known known, Optional<Long> packedMinute, long limitMinute) {
    ActiveMinutes active = new ActiveMinutes(known.whereabouts);
    return new PackerPass(
        environment, known.layouts, active, packedMinute, limitMinute, sliceBytesMax);
  }
}
