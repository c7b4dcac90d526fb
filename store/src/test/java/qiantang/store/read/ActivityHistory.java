package qiantang.store.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.harness.Entries;
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
import qiantang.store.model.Reason;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;

/**
 * A seeded history of an enterprise: gateways and devices that connect, move, send, are refused and
 * leave, nodes that die and begin anew; and folds that come along, and now and then die.
 */
final class ActivityHistory {
  static final EnterpriseId ACME = new EnterpriseId("acme");
  static final int DEVICES = 7;
  static final int SUB_DEVICES = 3;

  final ManualTime time = new ManualTime();
  final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  final MemoryFolds folds = new MemoryFolds(Runnable::run);
  int deaths;
  int packs;

  private final Random random;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Session> sessions = new HashMap<>();
  private final Map<Node, Boolean> frozen = new HashMap<>();
  private final Sorter sorter;
  private final Packer packer;
  private long starts;
  private long sessionNumber;

  private record Session(Node node, long number) {}

  ActivityHistory(Random random) {
    this.random = random;
    if (random.nextBoolean()) {
      int span = random.nextBoolean() ? 15 : 60;
      Layout layout = new Layout(Long.MIN_VALUE, 1 + random.nextInt(3), span, new TreeMap<>());
      Stages.done(folds.insertLayout(ACME, layout));
    }
    FoldTables failing = Watched.tables(FoldTables.class, folds, this::mayFail);
    Layouts layouts = new Layouts(folds, new MemoryRegistry(), time);
    FoldMeter meter = new FoldMeter();
    sorter = new Sorter(journal, failing, layouts, time, meter, Runnable::run);
    packer =
        new Packer(
            journal,
            failing,
            layouts,
            new Beginnings(new MemoryRegistry()),
            time,
            meter,
            part -> new byte[0],
            Runnable::run);
    begin();
    begin();
  }

  private @Nullable CompletionStage<?> mayFail(String method) {
    if (random.nextInt(40) > 0 || method.equals("readLayouts")) {
      return null;
    }
    deaths++;
    return CompletableFuture.failedFuture(new IllegalStateException("cannot know: away"));
  }

  private void begin() {
    Node node = Node.opened(time, journal, ++starts);
    nodes.add(node);
    frozen.put(node, false);
  }

  /** Something happens. */
  void act() {
    switch (random.nextInt(40)) {
      case 0 -> freeze(nodes.get(random.nextInt(nodes.size())));
      case 1, 2 -> nodes.stream().filter(this::isFrozen).findFirst().ifPresent(this::thaw);
      default -> send();
    }
    time.advance(Duration.ofMillis(random.nextInt(random.nextInt(10) == 0 ? 120_000 : 4000)));
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).timesSealed() > 0 && !isFrozen(nodes.get(i))) {
        nodes.remove(i).journal().close();
        begin();
      }
    }
  }

  private boolean isFrozen(Node node) {
    return frozen.getOrDefault(node, false);
  }

  private void freeze(Node node) {
    if (!isFrozen(node)) {
      frozen.put(node, true);
      node.freeze();
    }
  }

  private void thaw(Node node) {
    frozen.put(node, false);
    node.thaw();
  }

  private void send() {
    Node node = nodes.get(random.nextInt(nodes.size()));
    if (isFrozen(node)) {
      return; // what nobody acknowledges may come and go
    }
    String device = "d" + random.nextInt(DEVICES);
    switch (random.nextInt(7)) {
      case 5 -> speak(true);
      case 6 -> speak(random.nextBoolean());
      case 0 -> connect(node, device);
      case 1 -> disconnect(device);
      case 2 -> {
        DeviceId gateway = new DeviceId("d" + random.nextInt(2));
        String model = random.nextBoolean() ? "mill" : null;
        Entry.Birth birth =
            new Entry.Birth(
                new DeviceId(device), "n" + random.nextInt(9), gateway, model, time.micros());
        node.send(ACME, birth);
      }
      case 3 -> node.send(ACME, Entries.rejection(device, Reason.CLOCK, time.micros()));
      default -> node.send(ACME, readings(device));
    }
  }

  private void connect(Node node, String device) {
    long number = ++sessionNumber;
    node.send(ACME, Entries.presence(device, number, true, "connect", time.micros()));
    if (random.nextInt(3) > 0) {
      disconnect(device); // it has moved; else the old one is closed much later or never
    }
    sessions.put(device, new Session(node, number));
  }

  /** A gateway's session names a device that never connects itself, or says that it is gone. */
  private void speak(boolean isThere) {
    String gateway = "d" + random.nextInt(2);
    Session session = sessions.get(gateway);
    if (session != null && !isFrozen(session.node)) {
      String device = "s" + random.nextInt(SUB_DEVICES);
      session.node.send(
          ACME,
          isThere
              ? Entries.birth(device, gateway, session.number, time.micros())
              : Entries.death(device, session.number, "ddeath", time.micros()));
    }
  }

  private void disconnect(String device) {
    Session session = sessions.remove(device);
    if (session != null && !isFrozen(session.node)) {
      String reason = random.nextBoolean() ? "disconnect" : "keep-alive";
      session.node.send(
          ACME, Entries.presence(device, session.number, false, reason, time.micros()));
    }
  }

  private Entry readings(String device) {
    List<Reading> readings = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      long eventTimeMicros = time.micros() - random.nextInt(3) * 600_000_000L;
      String metric = "m" + random.nextInt(4);
      readings.add(
          new Reading(
              new DeviceId(device),
              eventTimeMicros,
              true,
              false,
              List.of(new MetricValue(metric, new Value.Int(random.nextInt(9))))));
    }
    return new Entry.Readings(new DeviceId("d0"), time.micros() + 123, readings);
  }

  /** One step of some fold, which may fail in the middle. */
  void fold() {
    List<Start> all = Stages.done(journal.readStarts());
    if (random.nextInt(4) == 0) {
      packs++;
      var _ = packer.pack(ACME, limitMinute(all));
      return;
    }
    Start start = all.get(random.nextInt(all.size()));
    Map<Integer, LaneCursor> cursors = cursors(start.id());
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      var _ = sorter.sort(start, lane, cursors.get(lane));
    }
  }

  private Map<Integer, LaneCursor> cursors(StartId start) {
    Map<Integer, LaneCursor> cursors = new HashMap<>();
    Stages.done(folds.readLaneCursors(start)).forEach(row -> cursors.put(row.lane(), row));
    return cursors;
  }

  private long limitMinute(List<Start> all) {
    long limit = all.stream().mapToLong(Start::reach).max().orElse(0);
    for (Start start : all) {
      Map<Integer, LaneCursor> cursors = cursors(start.id());
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        LaneCursor cursor = cursors.get(lane);
        long minute = cursor == null ? start.beginMinute() : cursor.minute();
        if (!start.sealed() || minute < start.reach(lane)) {
          limit = Math.min(limit, Math.min(minute, start.reach(lane)));
        }
      }
    }
    return limit;
  }
}
