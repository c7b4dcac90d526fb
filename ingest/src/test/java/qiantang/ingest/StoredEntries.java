package qiantang.ingest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import qiantang.store.codec.FrameCodec;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.LaneMinute;

/** What a node has written in the last minutes. */
final class StoredEntries {
  private StoredEntries() {}

  /** Entries of one kind of an enterprise, lane by lane. */
  static <E extends Entry> List<E> of(
      MemoryJournal tables, EnterpriseId enterprise, Class<E> kind) {
    List<E> entries = new ArrayList<>();
    for (Start start : tables.readStarts().toCompletableFuture().join()) {
      long now = Instant.now().getEpochSecond() / 60;
      for (int lane = 0; lane < Journal.LANES; lane++) {
        for (long minute = now - 3; minute <= now + 1; minute++) {
          var frames = tables.readFrames(new LaneMinute(start.id(), lane, minute), 0);
          for (StoredFrame frame : frames.toCompletableFuture().join()) {
            add(frame, enterprise, kind, entries);
          }
        }
      }
    }
    return entries;
  }

  private static <E extends Entry> void add(
      StoredFrame frame, EnterpriseId enterprise, Class<E> kind, List<E> entries) {
    if (FrameCodec.decode(frame.bytes(), enterprise) instanceof FrameCodec.Decoded.Sections found) {
      for (FrameCodec.Section section : found.sections()) {
        section.entries().stream()
            .map(FrameCodec.Numbered::entry)
            .filter(kind::isInstance)
            .map(kind::cast)
            .forEach(entries::add);
      }
    }
  }
}
