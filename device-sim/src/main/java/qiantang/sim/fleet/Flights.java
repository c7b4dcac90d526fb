package qiantang.sim.fleet;

import java.util.Arrays;

/**
 * The unacknowledged messages of all publishers of one loop, 24 bytes each in arrays that grow to
 * the most there ever were: a publisher's messages are a chain in the order of their numbers. A
 * message keeps its packet id over a lost connection, for it follows from the number. Loop thread.
 */
final class Flights {
  static final int NONE = -1;

  /** Packet ids are 1 to 65,535 [MQTT-2.2.1-3]; so far apart may messages in flight be. */
  static final int NUMBERS_APART_MAX = 65_535;

  private static final int SLOTS_AT_FIRST = 1_024;

  private final int[] firstOf;
  private final int[] lastOf;
  private final char[] sizeOf;
  private long[] message = new long[SLOTS_AT_FIRST];
  private long[] sentNanos = new long[SLOTS_AT_FIRST];
  private int[] next = new int[SLOTS_AT_FIRST];

  /** What goes for the message where it must go again. */
  private Step[] step = new Step[SLOTS_AT_FIRST];

  private int used;
  private int free = NONE;

  Flights(int publishers) {
    firstOf = new int[publishers];
    lastOf = new int[publishers];
    sizeOf = new char[publishers];
    Arrays.fill(firstOf, NONE);
    Arrays.fill(lastOf, NONE);
  }

  static int packetId(long message) {
    return 1 + (int) (message % NUMBERS_APART_MAX);
  }

  int size(int publisher) {
    return sizeOf[publisher];
  }

  /** Whether message n has a packet id that no older message in flight has. */
  boolean hasRoomFor(int publisher, long n) {
    int first = firstOf[publisher];
    return first == NONE || n - message[first] < NUMBERS_APART_MAX;
  }

  /** The slot of the oldest message, or {@link #NONE}. */
  int first(int publisher) {
    return firstOf[publisher];
  }

  /** The slot of the message after the one in this slot, or {@link #NONE}. */
  int after(int slot) {
    return next[slot];
  }

  long message(int slot) {
    return message[slot];
  }

  /** When the message was sent for the first time. */
  long sentNanos(int slot) {
    return sentNanos[slot];
  }

  Step step(int slot) {
    return step[slot];
  }

  /** The server said PUBREC. */
  void received(int slot) {
    step[slot] = Step.PUBREL;
  }

  /** Another connection, to a server that still knows of the publisher's messages or does not. */
  void reconnect(int publisher, boolean sessionPresent) {
    for (int slot = firstOf[publisher]; slot != NONE; slot = next[slot]) {
      if (!sessionPresent) {
        step[slot] = Step.PUBLISH;
      } else if (step[slot] == Step.PUBLISH) {
        step[slot] = Step.PUBLISH_AGAIN;
      }
    }
  }

  /** Takes a message in whose number is above all others of the publisher. */
  void add(int publisher, long n, long nowNanos) {
    int slot = free;
    if (slot == NONE) {
      slot = used++;
      grow();
    } else {
      free = next[slot];
    }
    message[slot] = n;
    sentNanos[slot] = nowNanos;
    step[slot] = Step.PUBLISH;
    next[slot] = NONE;
    if (firstOf[publisher] == NONE) {
      firstOf[publisher] = slot;
    } else {
      next[lastOf[publisher]] = slot;
    }
    lastOf[publisher] = slot;
    sizeOf[publisher]++;
  }

  /**
   * The slot of the message with this packet id, or {@link #NONE}. Acknowledgements come nearly in
   * order, so it is mostly the first that is looked at.
   */
  int find(int publisher, int packetId) {
    int slot = firstOf[publisher];
    while (slot != NONE && packetId(message[slot]) != packetId) {
      slot = next[slot];
    }
    return slot;
  }

  void remove(int publisher, int slot) {
    int before = NONE;
    for (int at = firstOf[publisher]; at != slot; at = next[at]) {
      before = at;
    }
    if (before == NONE) {
      firstOf[publisher] = next[slot];
    } else {
      next[before] = next[slot];
    }
    if (lastOf[publisher] == slot) {
      lastOf[publisher] = before;
    }
    sizeOf[publisher]--;
    next[slot] = free;
    free = slot;
  }

  private void grow() {
    if (used > message.length) {
      int slots = Math.multiplyExact(message.length, 2);
      message = Arrays.copyOf(message, slots);
      sentNanos = Arrays.copyOf(sentNanos, slots);
      next = Arrays.copyOf(next, slots);
      step = Arrays.copyOf(step, slots);
    }
  }
}
