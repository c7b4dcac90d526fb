package qiantang.sim.plan;

/**
 * Which instant each message tells of, and what its publisher's clock showed then.
 *
 * <p>Where there is disorder, event times are {@value #CLASSES} ms apart and their place within
 * tells the class of the message: late, out of order, after the clock jumped. So no two messages
 * ever have one event time, and the message is found from it without a search: the class says how
 * far the event time was moved.
 *
 * @param seed the publisher's
 * @param runNanos how long the plan is; only a backlog needs it
 * @param turns devices that take turns, so that a message is out of order among its device's own
 */
record EventTimes(Disorder disorder, long seed, long runNanos, int turns) {
  /** Milliseconds of event time that belong to one message, one for each class. */
  static final long CLASSES = 8;

  private static final int LATE = 1;
  private static final int OUT_OF_ORDER = 2;
  private static final int JUMPED = 4;

  /**
   * An out-of-order message tells of the instant three before: older than what the two messages
   * before it told, also if one of them is a copy of the other.
   */
  private static final int BACK = 3;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Different draws from one seed. */
  private static final long OF_LATE = 0x1A7E_0000_0000_0001L;

  private static final long OF_ORDER = 0x0DE4_0000_0000_0002L;
  private static final long OF_COPIES = 0xD0B1_0000_0000_0003L;
  private static final long OF_CLOCK = 0xC10C_0000_0000_0004L;

  /** The message whose copy message n is, or n itself. A copy is never copied. */
  long original(long n) {
    // Every other message may be one, so twice the share of those is.
    boolean copy =
        disorder.duplicates() > 0
            && n % 2 == 0
            && n > 0
            && Mix.unit(seed ^ OF_COPIES, n) < 2 * disorder.duplicates();
    return copy ? n - 1 : n;
  }

  /** The message whose instant the original n tells of. */
  long beatOf(long n) {
    return outOfOrder(n) ? n - back() : n;
  }

  boolean outOfOrder(long n) {
    return disorder.outOfOrder() > 0
        && n >= back()
        && n % 4 == BACK
        && Mix.unit(seed ^ OF_ORDER, n) < 4 * disorder.outOfOrder();
  }

  private int back() {
    return BACK * turns;
  }

  boolean late(long n) {
    double share = disorder.late().share();
    return share > 0 && Mix.unit(seed ^ OF_LATE, n) < share;
  }

  /** The true instant that the original n tells of, in ns after the beginning of the run. */
  long instantNanos(long n, long plannedNanosOfBeat) {
    long instant = plannedNanosOfBeat;
    if (backlogFactor() > 0) {
      instant = (instant - runNanos) * backlogFactor();
    }
    return late(n) ? instant - disorder.late().delay().toNanos() : instant;
  }

  /** What the publisher's clock shows, in ms after the beginning of the run. */
  long clockMillis(long n, long instantNanos) {
    long millis = Math.floorDiv(instantNanos, NANOS_PER_MILLI);
    if (disorder.none()) {
      return millis;
    }
    int kind = (late(n) ? LATE : 0) | (outOfOrder(n) ? OUT_OF_ORDER : 0);
    long shift = offsetMillis();
    if (jumps() && instantNanos >= disorder.clockSkew().jump().at().toNanos()) {
      kind |= JUMPED;
      shift += disorder.clockSkew().jump().by().toMillis();
    }
    return Math.floorDiv(millis + shift, CLASSES) * CLASSES + kind;
  }

  /** Where the message with an event time is to be looked for. */
  record Place(long firstPlannedNanos, long lastPlannedNanos, int back) {}

  /** Undoes what was done to the planned time; the answer is a few milliseconds wide. */
  Place placeOf(long clockMillis) {
    long millis = clockMillis;
    long width = 1;
    int kind = 0;
    if (!disorder.none()) {
      kind = Math.toIntExact(Math.floorMod(clockMillis, CLASSES));
      width = CLASSES;
      millis -= kind + offsetMillis();
      if ((kind & JUMPED) != 0) {
        millis -= disorder.clockSkew().jump().by().toMillis();
      }
    }
    long first = millis * NANOS_PER_MILLI;
    if ((kind & LATE) != 0) {
      first += disorder.late().delay().toNanos();
    }
    long last = first + width * NANOS_PER_MILLI;
    if (backlogFactor() > 0) {
      first = runNanos + Math.floorDiv(first, backlogFactor());
      last = runNanos + Math.ceilDiv(last, backlogFactor());
    }
    return new Place(first, last, (kind & OUT_OF_ORDER) != 0 ? back() : 0);
  }

  /** How much faster a backlog's time goes than ours; 0 without a backlog. */
  private long backlogFactor() {
    return disorder.backlog().isZero() ? 0 : disorder.backlog().toNanos() / runNanos;
  }

  /** How long before the beginning the oldest event time may be, in milliseconds. */
  long pastMillis() {
    return disorder.backlog().toMillis()
        + (disorder.late().share() > 0 ? disorder.late().delay().toMillis() : 0)
        + Math.max(0, -offsetMillis())
        + (jumps() ? Math.max(0, -disorder.clockSkew().jump().by().toMillis()) : 0)
        + CLASSES;
  }

  /** How long after what is planned last the newest event time may be, in milliseconds. */
  long futureMillis() {
    return Math.max(0, offsetMillis())
        + (jumps() ? Math.max(0, disorder.clockSkew().jump().by().toMillis()) : 0)
        + CLASSES;
  }

  private boolean jumps() {
    double share = disorder.clockSkew().jump().share();
    return share > 0 && Mix.unit(seed ^ OF_CLOCK, 100) < share;
  }

  /** How wrong the clock is all the time: the sum of twelve draws is nearly normal. */
  long offsetMillis() {
    double normal = disorder.clockSkew().normal().toMillis();
    if (normal == 0) {
      return 0;
    }
    double sum = -6;
    for (int draw = 0; draw < 12; draw++) {
      sum += Mix.unit(seed ^ OF_CLOCK, draw);
    }
    return Math.round(sum * normal);
  }
}
