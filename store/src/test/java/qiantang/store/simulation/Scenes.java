package qiantang.store.simulation;

import java.util.List;

/**
 * Longer happenings that a history of single acts would come to once in a million: each leads into
 * a place where a rule of the store is all that keeps an answer right.
 */
final class Scenes {
  private static final List<String> FOLDED =
      List.of("state", "state", "state", "chunk", "packed minute", "block", "cursor");

  private final World world;
  private final Acts acts;
  private final Dice dice;
  private final VirtualTime time;

  Scenes(World world, Acts acts) {
    this.world = world;
    this.acts = acts;
    dice = world.dice;
    time = world.time;
  }

  /** A node stops with a frame that is not stored, is sealed and sorted to its end, and goes on. */
  void sleeper() {
    IngestNode node = acts.anyNode();
    if (!node.isOpen()) {
      return;
    }
    long sleepNanos = dice.between(80 * VirtualTime.SECOND, 4 * VirtualTime.MINUTE);
    boolean suspended = dice.chance(500);
    node.way().away(true);
    acts.send(node, world.devices.message());
    time.advance(dice.between(0, VirtualTime.SECOND));
    if (suspended && dice.chance(600)) {
      acts.setClockBack(node, sleepNanos + dice.between(0, 30 * VirtualTime.MINUTE));
    }
    node.machine().stall(sleepNanos, suspended);
    node.way().away(false);
    time.advance(sleepNanos - dice.between(0, VirtualTime.SECOND));
    acts.anyFolder().sort(false);
    acts.ask();
    time.advance(3 * VirtualTime.SECOND);
    acts.ask();
  }

  /** A node begins anew, and the rows that say so are on their way when it acknowledges. */
  void newStart() {
    IngestNode node = acts.anyNode();
    if (node.machine().isStalled()) {
      return;
    }
    node.close();
    node.begin();
    time.advance(dice.between(0, 2 * VirtualTime.SECOND));
    if (dice.chance(500)) {
      node.way().delay("whereabouts");
    }
    acts.send(node, world.devices.message());
    acts.passMillis();
    acts.ask();
    acts.passSeconds();
    acts.ask();
  }

  /** A clock is set ahead, perhaps for a moment; before a heartbeat tells of it, all ends. */
  void clockJumps() {
    IngestNode node = acts.anyNode();
    long before = node.machine().wallAheadNanos();
    acts.setClockAhead(node);
    acts.send(node, world.devices.message());
    if (dice.chance(700)) {
      node.machine().setWallClock(before);
    }
    acts.passMillis();
    if (dice.chance(500)) {
      acts.die(node);
    } else {
      acts.ask();
    }
  }

  /** One node alone is ahead and all it has is packed; then others begin whose clocks are right. */
  void lonelyNode() {
    IngestNode node = acts.anyNode();
    if (!node.isOpen()) {
      return;
    }
    acts.beginQuiet(node);
    acts.setClockAhead(node);
    acts.send(node, world.devices.message());
    time.advanceSluggishly(
        dice.between(2 * VirtualTime.MINUTE, 20 * VirtualTime.MINUTE), 20 * VirtualTime.SECOND);
    acts.fold(acts.anyFolder());
    acts.endQuiet();
    time.advance(dice.between(0, 6 * VirtualTime.SECOND));
    acts.send(4);
    acts.passMinutes(4);
    acts.anyFolder().sort(false);
    acts.passSeconds();
    acts.ask();
  }

  /** Spans go by; then folds run, and stop or are looked at in the middle of a step. */
  void packing() {
    acts.send(4);
    spansPass();
    FoldNode folder = acts.anyFolder();
    folder.sort(true);
    time.advance(2 * VirtualTime.SECOND);
    folder.pass();
    for (int i = 3; i > 0; i--) {
      time.advance(dice.between(0, 200 * VirtualTime.MILLI));
      switch (dice.below(7)) {
        case 0 -> folder.die();
        case 1 -> folder.machine().stall(acts.stallNanos(), false);
        case 2 -> acts.anyFolder().pass();
        default -> acts.ask();
      }
    }
  }

  /** A packer gives up, another one does its work and more; then what was given up is applied. */
  void latePacker() {
    acts.send(3);
    spansPass();
    FoldNode folder = acts.anyFolder();
    folder.way().delay(dice.pick(FOLDED));
    acts.fold(folder);
    acts.fold(acts.anyFolder());
    acts.send(6);
    spansPass();
    acts.fold(acts.anyFolder());
    acts.ask();
  }

  /** What a summary tells of comes again, or otherwise, before and after it is packed. */
  void redelivery() {
    Message batch = world.devices.batch();
    IngestNode node = acts.anyNode();
    acts.send(node, batch);
    if (dice.chance(400)) {
      quarterOfDayPasses();
    } else {
      spansPass();
    }
    acts.fold(acts.anyFolder());
    acts.askIntervals(batch);
    acts.send(acts.anyNode(), dice.chance(500) ? batch : world.devices.correction(batch));
    acts.passSeconds();
    acts.askIntervals(batch);
    if (dice.chance(500)) {
      spansPass();
      acts.fold(acts.anyFolder());
      acts.askIntervals(batch);
    }
  }

  /** What a device said is deleted, and it goes on; sometimes until an eraser has come. */
  void deletion() {
    if (dice.chance(600)) {
      acts.delete();
      return;
    }
    Message batch = world.devices.batch();
    acts.send(acts.anyNode(), batch);
    acts.passSeconds();
    acts.delete();
    acts.send(acts.anyNode(), world.devices.correction(batch));
    for (int i = 0; i < 2; i++) {
      quarterOfDayPasses();
      acts.fold(acts.anyFolder());
    }
    acts.ask();
    acts.askIntervals(batch);
  }

  /** A day ends between messages; lanes are sorted on both sides of it. */
  void midnight() {
    if (!approach(0)) {
      return;
    }
    for (int i = 3; i > 0; i--) {
      acts.send(4);
      acts.passMinutes(2);
      acts.anyFolder().sort(false);
      acts.passSeconds();
      acts.ask();
    }
  }

  /**
   * Nobody folds for more than a day, nearly until frames expire: what is left is written again,
   * and whoever folds then dies perhaps in the midst of that.
   */
  void lag() {
    if (!world.hasTimeFor(31 * VirtualTime.HOUR)) {
      return;
    }
    acts.send(4);
    acts.passSeconds();
    acts.beginQuiet(null);
    time.advance(dice.between(24 * VirtualTime.HOUR, 30 * VirtualTime.HOUR));
    acts.endQuiet();
    acts.ask();
    acts.fold(acts.anyFolder());
    if (dice.chance(300)) {
      acts.anyFolder().die();
    }
    acts.ask();
    acts.fold(acts.anyFolder());
    acts.ask();
  }

  /** At 18:00 a packer thinks of the next day's layout; the day's own has to last. */
  void evening() {
    if (!approach(18)) {
      return;
    }
    acts.send(4);
    spansPass();
    acts.fold(acts.anyFolder());
    acts.send(4);
    acts.passMinutes(2);
    acts.fold(acts.anyFolder());
    acts.ask();
  }

  /** Goes to the last minute before an hour, unless it is far away. */
  private boolean approach(int hour) {
    if (world.nanosTo(hour) > 5 * VirtualTime.HOUR || !world.hasTimeFor(6 * VirtualTime.HOUR)) {
      return false;
    }
    if (world.nanosTo(hour) > 5 * VirtualTime.MINUTE) {
      acts.beginQuiet(null);
      time.advance(world.nanosTo(hour) - 4 * VirtualTime.MINUTE);
      acts.endQuiet();
    }
    long leftNanos = world.nanosTo(hour) - dice.between(0, VirtualTime.MINUTE);
    time.advanceSluggishly(Math.max(0, leftNanos), 15 * VirtualTime.SECOND);
    return true;
  }

  /** After that there are rollups. */
  private void quarterOfDayPasses() {
    if (!world.hasTimeFor(8 * VirtualTime.HOUR)) {
      spansPass();
      return;
    }
    acts.passSeconds();
    acts.beginQuiet(null);
    time.advance(7 * VirtualTime.HOUR);
    acts.endQuiet();
    time.advanceSluggishly(100 * VirtualTime.SECOND, 15 * VirtualTime.SECOND);
  }

  private void spansPass() {
    acts.passSeconds();
    if (dice.chance(300)) {
      time.advanceSluggishly(20 * VirtualTime.MINUTE, 50 * VirtualTime.SECOND);
    } else {
      acts.beginQuiet(null);
      time.advance(dice.between(17 * VirtualTime.MINUTE, 50 * VirtualTime.MINUTE));
      acts.endQuiet();
      // Those that ended are sealed.
      time.advanceSluggishly(100 * VirtualTime.SECOND, 15 * VirtualTime.SECOND);
    }
  }
}
