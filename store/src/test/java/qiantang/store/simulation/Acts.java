package qiantang.store.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.Mask;
import qiantang.store.model.DeviceId;
import qiantang.store.model.StartId;

/** The single things that can happen in a world. */
final class Acts {
  // Some seconds short of what seals a start.
  private static final long SLUGGISH_NANOS = 50 * VirtualTime.SECOND;

  private static final long CLOCK_WRONG_MAX_NANOS = VirtualTime.HOUR;

  private final World world;
  private final Dice dice;
  private final VirtualTime time;
  private final Judge judge;
  private boolean isQuiet;

  Acts(World world) {
    this.world = world;
    dice = world.dice;
    time = world.time;
    judge = world.judge;
  }

  IngestNode anyNode() {
    return dice.pick(world.nodes);
  }

  FoldNode anyFolder() {
    return dice.pick(world.folders);
  }

  // --- Messages ---------------------------------------------------------------------------------

  /** One to so many new messages to any nodes. */
  void send(int most) {
    for (int i = 1 + dice.below(most); i > 0; i--) {
      send(anyNode(), world.devices.message());
    }
  }

  void send(IngestNode node, Message message) {
    if (node.isOpen() && !judge.isFull()) {
      node.take(message);
    }
  }

  /** What was not acknowledged, or was and the device did not hear of it. */
  void sendAgain() {
    List<Message> messages = judge.messages();
    for (int i = 0; i < 3 && !messages.isEmpty(); i++) {
      int back = dice.below(Math.min(messages.size(), 8));
      Message message = messages.get(messages.size() - 1 - back);
      boolean isSentByDevice = message.isReadings() || message.isRefused();
      if (isSentByDevice && (!message.isAcknowledged() || dice.chance(300))) {
        send(anyNode(), message);
      }
    }
  }

  /** Sessions begin, and end where they began. */
  void connect() {
    for (Session session : world.devices.sessions()) {
      if (session.canEnd() && !judge.isFull() && dice.chance(400)) {
        session.end = Message.presence(session.enterprise, session.device, session.number, false);
        send(session.node, session.end);
      }
    }
    IngestNode node = anyNode();
    StartId start = node.start();
    if (start != null && node.isOpen() && !judge.isFull()) {
      send(node, world.devices.connect(node, start).begin);
    }
  }

  // --- Questions and folds ----------------------------------------------------------------------

  void ask() {
    world.asker.ask("follower", world.following);
    if (dice.chance(300)) {
      world.asker.ask("newcomer", world.reader());
    }
  }

  /** Deletes what a device said, or all of its enterprise; mostly of one that spoke just now. */
  void delete() {
    Identity recent = judge.recent(dice);
    if (recent != null) {
      DeviceId device = dice.chance(200) ? null : recent.device();
      long before = dice.chance(700) ? Mask.ALL_TIMES : recent.eventTimeMicros() + 1;
      world.delete(recent.enterprise(), device, before);
    }
  }

  /** Asks for hours or days of what a message is about. */
  void askIntervals(Message message) {
    Identity about = message.values.keySet().iterator().next();
    world.asker.intervals("follower", world.following, about.enterprise(), about.device());
  }

  /** Sorts and packs all that can be, as far as the weather allows. */
  void fold(FoldNode folder) {
    folder.pass();
    for (int i = 0; i < 10 && folder.isBusy(); i++) {
      time.advance(VirtualTime.SECOND);
    }
  }

  // --- Weather ----------------------------------------------------------------------------------

  /** One way becomes worse, or good again. */
  void storm() {
    Way way = dice.pick(world.ways);
    if (dice.chance(400)) {
      way.weather(0, 0, 0);
    } else {
      way.weather(
          dice.below(300),
          dice.chance(500) ? dice.below(200) : 0,
          dice.chance(300) ? dice.between(1, 10 * VirtualTime.SECOND) : 0);
    }
  }

  /** Nothing reaches the tables on one way. */
  void cut(Way way) {
    way.away(true);
    time.after(dice.between(0, 40 * VirtualTime.SECOND), () -> way.away(false));
  }

  /** Answers may take minutes from now on, or no longer. */
  void slowReader() {
    world.readerWay.weather(10, 0, dice.chance(400) ? 0 : dice.between(0, VirtualTime.MINUTE));
  }

  // --- Processes --------------------------------------------------------------------------------

  long stallNanos() {
    return dice.between(0, dice.chance(700) ? 5 * VirtualTime.MINUTE : VirtualTime.HOUR);
  }

  /** Mostly with a frame under way. */
  void stall(IngestNode node) {
    if (dice.chance(800)) {
      send(node, world.devices.message());
      time.advance(dice.between(0, 2 * VirtualTime.MILLI));
    }
    node.machine().stall(stallNanos(), dice.chance(300));
  }

  void die(IngestNode node) {
    if (node.isUp()) {
      node.die();
      beginLater(node);
    }
  }

  void close(IngestNode node) {
    if (node.isUp() && !node.machine().isStalled()) {
      node.close();
      beginLater(node);
    }
  }

  private void beginLater(IngestNode node) {
    long most = dice.chance(700) ? 5 * VirtualTime.SECOND : 5 * VirtualTime.MINUTE;
    time.after(
        dice.between(0, most),
        () -> {
          if (!node.isUp() && !isQuiet) {
            node.begin();
          }
        });
  }

  /** Ends all nodes but one, or all (null), which stay down until {@link #endQuiet}. */
  void beginQuiet(@Nullable IngestNode but) {
    isQuiet = true;
    for (IngestNode node : world.nodes) {
      if (node == but) {
        continue;
      }
      if (node.machine().isStalled() || dice.chance(300)) {
        node.die();
      } else {
        node.close();
      }
    }
  }

  /** Nodes that are down begin again, soon. */
  void endQuiet() {
    isQuiet = false;
    for (IngestNode node : world.nodes) {
      if (!node.isUp()) {
        beginLater(node);
      }
    }
  }

  // --- Time -------------------------------------------------------------------------------------

  /** Sets a clock: mostly a node's, which is in labels and arrivals. */
  void setClock() {
    Machine machine =
        switch (dice.below(8)) {
          case 0 -> world.readerMachine;
          case 1 -> anyFolder().machine();
          default -> anyNode().machine();
        };
    machine.setWallClock(
        switch (dice.below(4)) {
          case 0 -> 0;
          case 1 -> dice.between(-5 * VirtualTime.SECOND, 5 * VirtualTime.SECOND);
          case 2 -> dice.between(-5 * VirtualTime.MINUTE, 5 * VirtualTime.MINUTE);
          default -> dice.between(-CLOCK_WRONG_MAX_NANOS, CLOCK_WRONG_MAX_NANOS);
        });
  }

  /** Sets a clock minutes ahead. */
  void setClockAhead(IngestNode node) {
    node.machine().setWallClock(dice.between(3 * VirtualTime.MINUTE, CLOCK_WRONG_MAX_NANOS));
  }

  /** Sets a clock back by so much. */
  void setClockBack(IngestNode node, long byNanos) {
    node.machine().setWallClock(node.machine().wallAheadNanos() - byNanos);
  }

  void passMillis() {
    time.advance(dice.between(0, 20 * VirtualTime.MILLI));
  }

  void passSeconds() {
    time.advance(dice.between(0, 3 * VirtualTime.SECOND));
  }

  void passSome() {
    time.advanceSluggishly(dice.between(0, 40 * VirtualTime.SECOND), 15 * VirtualTime.SECOND);
  }

  /** So many minutes or less. */
  void passMinutes(int most) {
    time.advanceSluggishly(dice.between(0, most * VirtualTime.MINUTE), SLUGGISH_NANOS);
  }

  /** With nodes that idle, or without any. */
  void passHours() {
    if (dice.chance(300) || !world.hasTimeFor(3 * VirtualTime.HOUR)) {
      passMinutes(60);
    } else {
      beginQuiet(null);
      time.advance(dice.between(0, 3 * VirtualTime.HOUR));
      endQuiet();
    }
  }
}
