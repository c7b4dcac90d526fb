package qiantang.store.fold;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What is deleted on request, and how it leaves the disk; as {@link FoldTables}, of which it is a
 * part. Rows are erased by their whole keys, which end in what they hold: so whatever somebody else
 * writes meanwhile, by whatever clock, stays.
 */
public interface MaskTables {
  /**
   * A mask, and how far what it hides was erased.
   *
   * @param erasedMinute chunks of earlier event times are erased; null before that begins
   * @param erasedMillis when all was erased, by the clock of who did it; null until then
   */
  record Deletion(Mask mask, @Nullable Long erasedMinute, @Nullable Long erasedMillis) {
    /** Of which nothing is erased yet. */
    public static Deletion begun(Mask mask) {
      return new Deletion(mask, null, null);
    }
  }

  /**
   * Stores a mask; or how far what it hides was erased, where that is not null.
   *
   * @param timeToLive a second or more: until it hides nothing any more
   */
  CompletionStage<Void> writeDeletion(Deletion deletion, Duration timeToLive);

  /** The deletions of an enterprise in the order in which they were asked for. */
  CompletionStage<List<Deletion>> readDeletions(EnterpriseId enterprise);

  /**
   * Forgets deletions, each covered by another one that is stored; what is not there is no fault.
   */
  CompletionStage<Void> forgetDeletions(List<Mask> covered);

  /** All enterprises of which something was deleted, in no order. */
  CompletionStage<List<EnterpriseId>> readMaskedEnterprises();

  /**
   * Rows of chunks without their columns: of one device where one is given, in order of device,
   * event span, arrival span, part and digest.
   *
   * @param behind only those behind this one; null to begin
   * @param limit how many at most
   */
  CompletionStage<List<Summarized>> readRows(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit);

  /** Erases these rows of one partition; what is not there is no fault. */
  CompletionStage<Void> eraseChunks(ChunkPartition partition, List<ChunkKey> keys);

  /** Erases these rows of one partition, unless one of a later arrival is stored meanwhile. */
  CompletionStage<Void> eraseStates(List<State> states);

  /** Erases a partition's events before this id. */
  CompletionStage<Void> eraseEvents(EventPartition partition, String toId);

  /** Erases these events, which may lie in several partitions. */
  CompletionStage<Void> eraseEvents(List<Event> events);
}
