package qiantang.store.fold;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.EnterpriseId;

/**
 * Takes from disk what masks hide: the one delete there is. A row goes where everything in it is
 * hidden; one that holds something else as well stays, hidden in part, until it expires, as frames
 * and blocks do. It may die at any step, run twice or at once: a row is named by what it holds, and
 * how far it came is written behind what it did. Any thread.
 */
public final class Eraser {
  /** From a deletion to its erasure, by the packed minute too: what arrived by then is packed. */
  static final Duration WAIT = Duration.ofHours(1);

  private static final long MINUTE_MILLIS = 60_000;

  // A deletion outlives its mask by nothing; of one that is nearly over little is left to be said.
  private static final Duration KEPT_MIN = Duration.ofHours(1);

  private static final Logger logger = LoggerFactory.getLogger(Eraser.class);

  private final JournalTables journal;
  private final FoldTables tables;
  private final Layouts layouts;
  private final InstantSource clock;
  private final FoldMeter meter;
  private final Executor executor;

  /**
   * An eraser.
   *
   * @param clock tells when a deletion is due
   * @param executor decodes; the database's own threads must not
   */
  public Eraser(
      JournalTables journal,
      FoldTables tables,
      Layouts layouts,
      InstantSource clock,
      FoldMeter meter,
      Executor executor) {
    this.journal = journal;
    this.tables = tables;
    this.layouts = layouts;
    this.clock = clock;
    this.meter = meter;
    this.executor = executor;
  }

  /** Enterprises of which something was deleted, erased or not. */
  CompletionStage<List<EnterpriseId>> enterprises() {
    return tables.readMaskedEnterprises();
  }

  /**
   * Erases what is due of an enterprise, one deletion after another. Complete when that is known;
   * after a failure the next call goes on.
   */
  public CompletionStage<Void> erase(EnterpriseId enterprise) {
    return tables
        .readDeletions(enterprise)
        .thenComposeAsync(
            deletions -> {
              List<Deletion> due = deletions.stream().filter(this::isDue).toList();
              return due.isEmpty() ? Turns.NOTHING : erase(enterprise, deletions, due);
            },
            executor);
  }

  private boolean isDue(Deletion deletion) {
    long dueMillis = deletion.mask().madeMillis() + WAIT.toMillis();
    return deletion.erasedMillis() == null && clock.millis() >= dueMillis;
  }

  private CompletionStage<Void> erase(
      EnterpriseId enterprise, List<Deletion> all, List<Deletion> due) {
    Masks masks = Masks.of(all.stream().map(Deletion::mask).toList());
    return packedMinute(enterprise)
        .thenCombine(layouts.of(enterprise), (packed, history) -> walk(due, masks, packed, history))
        .thenCompose(walked -> walked);
  }

  private CompletionStage<Void> walk(
      List<Deletion> due, Masks masks, long packedMinute, LayoutHistory history) {
    Iterator<Deletion> packed =
        due.stream().filter(deletion -> isPacked(deletion, packedMinute)).iterator();
    return Turns.each(
        executor, () -> packed.hasNext() ? erase(packed.next(), masks, history) : null);
  }

  private static boolean isPacked(Deletion deletion, long packedMinute) {
    long made = Math.floorDiv(deletion.mask().madeMillis(), MINUTE_MILLIS);
    // Behind the rollups of that time: one that is made later would know what is erased.
    long rolledUp = Rollups.completeAt(Rollups.begin(made));
    return packedMinute >= Math.max(rolledUp, made + WAIT.toMinutes());
  }

  /** Of who left no trace for two weeks nothing is left to be packed. */
  private CompletionStage<Long> packedMinute(EnterpriseId enterprise) {
    return journal
        .readWhereabouts(enterprise)
        .thenCompose(
            rows ->
                rows.isEmpty()
                    ? CompletableFuture.completedFuture(Long.MAX_VALUE)
                    : tables
                        .readPackedMinute(enterprise)
                        .thenApply(minute -> minute.orElse(Long.MIN_VALUE)));
  }

  private CompletionStage<Void> erase(Deletion deletion, Masks masks, LayoutHistory history) {
    Mask mask = deletion.mask();
    Erasure erasure =
        new Erasure(tables, history, mask, masks, deletion.erasedMinute(), meter, executor);
    Duration kept = Mask.kept(history.retention());
    return erasure
        .records()
        .thenComposeAsync(nothing -> erasure.states(), executor)
        .thenComposeAsync(
            nothing ->
                erasure.chunks(
                    Math.floorDiv(clock.millis(), MINUTE_MILLIS),
                    minute ->
                        tables.writeDeletion(new Deletion(mask, minute, null), left(mask, kept))),
            executor)
        .thenComposeAsync(
            nothing ->
                tables.writeDeletion(new Deletion(mask, null, clock.millis()), left(mask, kept)),
            executor)
        .thenRun(
            () ->
                logger.info(
                    "erased what deletion {} of enterprise {} hides: {} rows",
                    mask.id(),
                    mask.enterprise(),
                    erasure.rows()));
  }

  private Duration left(Mask mask, Duration kept) {
    Duration left = Duration.ofMillis(mask.madeMillis() + kept.toMillis() - clock.millis());
    return left.compareTo(KEPT_MIN) < 0 ? KEPT_MIN : left.compareTo(kept) > 0 ? kept : left;
  }
}
