package qiantang.bench;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.Layouts;
import qiantang.store.read.Reader;
import qiantang.store.read.Tail;

/** What a node reads with, where a benchmark does a node's work itself. */
final class Readers {
  private static final long TAIL_BYTES_MAX = 1024 * 1024;

  private Readers() {}

  /** A reader over all tiers of a database. */
  static Reader over(Cassandra cassandra, InstantSource clock, Executor threads) {
    return new Reader(
        new Tail(cassandra.journal(), cassandra.folds(), threads, TAIL_BYTES_MAX),
        cassandra.folds(),
        new Layouts(cassandra.folds(), cassandra.registry(), System::nanoTime),
        new Beginnings(cassandra.registry()),
        clock);
  }
}
