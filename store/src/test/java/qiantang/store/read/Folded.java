package qiantang.store.read;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;

/** Two nodes of one enterprise, and the folds as they are, run when a test says so. */
final class Folded {
  static final EnterpriseId ENTERPRISE = new EnterpriseId("acme");
  static final DeviceId DEVICE = new DeviceId("d");

  final ManualTime time = new ManualTime();
  final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  final MemoryFolds folds = new MemoryFolds(Runnable::run);
  final MemoryRegistry registry = new MemoryRegistry();
  final FoldMeter meter = new FoldMeter();
  private final Layouts layouts = new Layouts(folds, registry, time);
  private final Beginnings beginnings = new Beginnings(registry);
  private final Sorter sorter = new Sorter(journal, folds, layouts, time, meter, Runnable::run);
  private final Packer packer =
      new Packer(
          journal, folds, layouts, beginnings, time, meter, SummaryCodec::encode, Runnable::run);
  private final Node[] nodes;

  Folded(Layout... stored) {
    for (Layout layout : stored) {
      Stages.done(folds.insertLayout(ENTERPRISE, layout));
    }
    nodes = new Node[] {Node.opened(time, journal, 1), Node.opened(time, journal, 2)};
  }

  /** A reader, of little memory where a test wants several rounds. */
  Reader reader(int recentMax) {
    return new Reader(
        new Tail(journal, folds, Runnable::run, 64 << 20),
        folds,
        layouts,
        beginnings,
        time,
        recentMax);
  }

  /** The device says something, to one of the nodes. */
  void send(int node, long eventTimeMicros, MetricValue... values) {
    send(node, DEVICE, eventTimeMicros, values);
  }

  /** Another device does. */
  void send(int node, DeviceId device, long eventTimeMicros, MetricValue... values) {
    nodes[node].send(
        ENTERPRISE,
        new Entry.Readings(
            device,
            time.micros(),
            List.of(new Reading(device, eventTimeMicros, true, false, List.of(values)))));
  }

  /** Something is recorded. */
  void record(int node, Entry entry) {
    nodes[node].send(ENTERPRISE, entry);
  }

  void send(long eventTimeMicros, String metric, Value value) {
    send(0, eventTimeMicros, new MetricValue(metric, value));
  }

  /** Sorts what can be sorted. */
  void sort() {
    for (Start start : Stages.done(journal.readStarts())) {
      Map<Integer, LaneCursor> cursors = cursors(start);
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        LaneCursor cursor = cursors.get(lane);
        do {
          cursor = Stages.done(sorter.sort(start, lane, cursor));
        } while (cursor.minute() < start.reach(lane));
      }
    }
  }

  /** Packs what is sorted. */
  void pack() {
    long limit = Long.MAX_VALUE;
    for (Start start : Stages.done(journal.readStarts())) {
      Map<Integer, LaneCursor> cursors = cursors(start);
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        LaneCursor cursor = cursors.get(lane);
        limit = Math.min(limit, cursor == null ? start.beginMinute() : cursor.minute());
      }
    }
    Stages.done(packer.pack(ENTERPRISE, limit));
  }

  private Map<Integer, LaneCursor> cursors(Start start) {
    Map<Integer, LaneCursor> cursors = new HashMap<>();
    Stages.done(folds.readLaneCursors(start.id())).forEach(row -> cursors.put(row.lane(), row));
    return cursors;
  }
}
