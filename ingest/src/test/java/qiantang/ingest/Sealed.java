package qiantang.ingest;

import java.util.List;
import java.util.UUID;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;

/** A node that is gone. */
final class Sealed {
  private static final long MINUTE_MICROS = 60_000_000;
  private static final long SPAN_MINUTES = 15;

  private Sealed() {}

  /** Stores what it left an hour ago: one lane, in it one frame of one reading, and a span. */
  static Start start(JournalTables tables, EnterpriseId enterprise) {
    long ago = Math.floorDiv(System.currentTimeMillis(), 60_000L) - 60;
    long minute = Math.floorDiv(ago, SPAN_MINUTES) * SPAN_MINUTES;
    StartId start = new StartId(UUID.randomUUID());
    DeviceId device = new DeviceId("press-1");
    long micros = minute * MINUTE_MICROS;
    Reading reading =
        new Reading(device, micros, true, false, List.of(new MetricValue("a", new Value.Int(1))));
    FrameCodec.Builder frame = new FrameCodec.Builder(64);
    byte[] entry = EntryCodec.encode(new Entry.Readings(device, micros, List.of(reading)));
    frame.add(enterprise, new Counts(1, 0, 1, 0), List.of(entry));
    FrameKey key = new FrameKey(new LaneMinute(start, 0, minute), 1);
    List<LanePosition> lanes = List.of(new LanePosition(minute + SPAN_MINUTES, 1, 1));
    return tables
        .insertWhereabouts(new Whereabouts(enterprise, start, 0, minute, minute))
        .thenCompose(nothing -> tables.insertFrame(key, frame.build()))
        .thenCompose(
            nothing -> tables.insertStart(new Start(start, "gone", minute, 1, 0, false, lanes)))
        .thenCompose(nothing -> tables.seal(start, 1))
        .thenCompose(nothing -> tables.readStart(start))
        .toCompletableFuture()
        .join()
        .orElseThrow();
  }

  /** Returns when its lane is sorted to its end. */
  static void awaitSorted(FoldTables folds, Start start) throws InterruptedException {
    List<LaneCursor> cursors = List.of();
    while (cursors.isEmpty() || cursors.getFirst().minute() < start.reach()) {
      Thread.sleep(20);
      cursors = folds.readLaneCursors(start.id()).toCompletableFuture().join();
    }
  }
}
