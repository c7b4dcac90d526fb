package qiantang.store.simulation;

/** What happens in a world, drawn step by step, and its end, when all has to be there. */
final class History {
  private static final int FOLDS_AT_THE_END_MAX = 20;
  private static final int SECONDS_A_FOLD_MAX = 600;
  private static final int MINUTES_OF_STALL_MAX = 90;

  private final World world;
  private final Acts acts;
  private final Scenes scenes;
  private final Dice dice;
  private final VirtualTime time;
  private final Judge judge;
  private final int[] happeningWeights;
  private final int[] timeWeights;

  /** What may happen, how often, and whether there are worlds without it. */
  private enum Happening {
    SEND(14, false),
    SEND_AGAIN(4, true),
    CONNECT(3, true),
    ASK(5, false),
    SORT(4, true),
    FOLD(3, true),
    STORM(2, true),
    STALL(1, true),
    DIE(1, true),
    CLOSE(1, true),
    CLOCK(1, true),
    CUT(1, true),
    SLOW_READER(1, true),
    SLEEPER(1, true),
    NEW_START(1, true),
    CLOCK_JUMPS(1, true),
    LONELY_NODE(1, true),
    PACKING(1, true),
    LATE_PACKER(1, true),
    REDELIVERY(1, true),
    MIDNIGHT(1, true),
    EVENING(1, true),
    DELETE(1, true),
    LAG(1, true);

    final int weight;
    final boolean optional;

    Happening(int weight, boolean optional) {
      this.weight = weight;
      this.optional = optional;
    }
  }

  History(World world) {
    this.world = world;
    acts = new Acts(world);
    scenes = new Scenes(world, acts);
    dice = world.dice;
    time = world.time;
    judge = world.judge;
    Happening[] all = Happening.values();
    happeningWeights = new int[all.length];
    for (int i = 0; i < all.length; i++) {
      // Each world leaves some of it out: what is always there hides what it prevents.
      boolean isLeftOut = all[i].optional && dice.chance(400);
      happeningWeights[i] = isLeftOut ? 0 : all[i].weight * (1 + dice.below(3));
    }
    timeWeights = new int[] {8, 6, 2 + dice.below(3), dice.below(3), dice.below(3), dice.below(2)};
  }

  void run() {
    world.nodes.forEach(IngestNode::begin);
    time.advance(VirtualTime.SECOND);
    for (int step = 20 + dice.below(20); step > 0 && judge.violation() == null; step--) {
      happen();
      pass();
    }
    if (judge.violation() == null) {
      end();
    }
  }

  private void happen() {
    switch (Happening.values()[dice.weighted(happeningWeights)]) {
      case SEND -> acts.send(4);
      case SEND_AGAIN -> acts.sendAgain();
      case CONNECT -> acts.connect();
      case ASK -> acts.ask();
      case SORT -> acts.anyFolder().sort(dice.chance(500));
      case FOLD -> acts.anyFolder().pass();
      case STORM -> acts.storm();
      case STALL -> acts.stall(acts.anyNode());
      case DIE -> {
        if (dice.chance(300)) {
          acts.anyFolder().die();
        } else {
          acts.die(acts.anyNode());
        }
      }
      case CLOSE -> acts.close(acts.anyNode());
      case CLOCK -> acts.setClock();
      case CUT -> acts.cut(dice.pick(world.ways));
      case SLOW_READER -> acts.slowReader();
      case SLEEPER -> scenes.sleeper();
      case NEW_START -> scenes.newStart();
      case CLOCK_JUMPS -> scenes.clockJumps();
      case LONELY_NODE -> scenes.lonelyNode();
      case PACKING -> scenes.packing();
      case LATE_PACKER -> scenes.latePacker();
      case REDELIVERY -> scenes.redelivery();
      case MIDNIGHT -> scenes.midnight();
      case EVENING -> scenes.evening();
      case DELETE -> scenes.deletion();
      case LAG -> scenes.lag();
    }
  }

  private void pass() {
    switch (dice.weighted(timeWeights)) {
      case 0 -> acts.passMillis();
      case 1 -> acts.passSeconds();
      case 2 -> acts.passSome();
      case 3 -> acts.passMinutes(3);
      case 4 -> acts.passMinutes(20);
      default -> acts.passHours();
    }
  }

  /** All is mended and what was late arrives; folds run to the end; then everything is there. */
  private void end() {
    for (Way way : world.ways) {
      way.away(false);
      way.weather(0, 0, 0);
    }
    time.advance(10 * VirtualTime.SECOND);
    acts.beginQuiet(null);
    // Longer than anything is late or stalled, any clock ahead and the last span open.
    long quietNanos = 2 * VirtualTime.HOUR + world.plan.spanMinutesMax() * VirtualTime.MINUTE;
    if (!world.hasTimeFor(quietNanos)) {
      sortBeforeItExpires();
    }
    time.advance(quietNanos);
    world.nodes.getFirst().machine().setWallClock(0);
    world.nodes.getFirst().begin();
    time.advanceSluggishly(2 * VirtualTime.MINUTE, 15 * VirtualTime.SECOND);
    foldAll();
    requireNoneOpen();
    acts.ask();
    acts.ask();
    world.asker.askAll("newcomer", world.reader());
    time.advance(VirtualTime.MINUTE);
    requireNoneOpen();
  }

  /** A node begins and seals those that are dead, so that all of it can be sorted. */
  private void sortBeforeItExpires() {
    IngestNode node = world.nodes.getFirst();
    node.machine().setWallClock(0);
    node.begin();
    time.advanceSluggishly(3 * VirtualTime.MINUTE, 15 * VirtualTime.SECOND);
    FoldNode folder = world.folders.getFirst();
    for (int i = 0; i < MINUTES_OF_STALL_MAX && isHeldUp(folder); i++) {
      time.advance(VirtualTime.MINUTE);
    }
    for (int i = 0; i < FOLDS_AT_THE_END_MAX; i++) {
      folder.pass();
      for (int second = 0; second < SECONDS_A_FOLD_MAX && folder.isBusy(); second++) {
        time.advance(VirtualTime.SECOND);
      }
    }
    node.close();
  }

  private static boolean isHeldUp(FoldNode folder) {
    return folder.isBusy() || folder.machine().isStalled();
  }

  private void foldAll() {
    FoldNode folder = world.folders.getFirst();
    for (int i = 0; i < FOLDS_AT_THE_END_MAX; i++) {
      folder.pass();
      finish(folder);
      if (judge.violation() != null || world.isPacked()) {
        return;
      }
    }
    judge.violate("not everything is packed in the end");
  }

  /** Days of lag take a while. */
  private void finish(FoldNode folder) {
    for (int i = 0; i < SECONDS_A_FOLD_MAX && folder.isBusy(); i++) {
      time.advance(VirtualTime.SECOND);
    }
    if (folder.isBusy()) {
      judge.violate(folder.machine().name() + " does not come to an end");
    }
  }

  private void requireNoneOpen() {
    if (world.asker.open() > 0) {
      judge.violate(world.asker.open() + " requests have no answer");
    }
  }
}
