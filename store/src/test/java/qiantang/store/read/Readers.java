package qiantang.store.read;

import java.util.concurrent.Executor;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layouts;
import qiantang.store.harness.ManualTime;
import qiantang.store.journal.JournalTables;
import qiantang.store.memory.MemoryRegistry;

/** Readers to test, most of which do everything in the calling thread. */
final class Readers {
  private Readers() {}

  /** A reader of enterprises that no registry knows: they are kept for 30 days. */
  static Reader over(JournalTables tables, FoldTables folds, ManualTime time, long cacheBytesMax) {
    return over(tables, folds, time, cacheBytesMax, Runnable::run);
  }

  /** The same, decoding elsewhere. */
  static Reader over(
      JournalTables tables,
      FoldTables folds,
      ManualTime time,
      long cacheBytesMax,
      Executor executor) {
    return new Reader(
        new Tail(tables, folds, executor, cacheBytesMax),
        folds,
        new Layouts(folds, new MemoryRegistry(), time),
        new Beginnings(new MemoryRegistry()),
        time);
  }
}
