package qiantang.sim.fleet;

import java.util.Arrays;

/**
 * The unacknowledged messages of one connection. A slot is a packet id; a message keeps its slot
 * over a lost connection, so that it is sent again under the same packet id. Loop thread.
 */
final class Window {
  private static final long FREE = -1;

  private final long[] messageOfSlot;
  private final long[] sentNanosOfSlot;
  private final int[] freeSlots;
  private int freeCount;

  Window(int size) {
    messageOfSlot = new long[size];
    sentNanosOfSlot = new long[size];
    freeSlots = new int[size];
    Arrays.fill(messageOfSlot, FREE);
    for (int i = 0; i < size; i++) {
      freeSlots[i] = size - 1 - i;
    }
    freeCount = size;
  }

  boolean full() {
    return freeCount == 0;
  }

  int size() {
    return messageOfSlot.length - freeCount;
  }

  int take(long message, long nowNanos) {
    int slot = freeSlots[--freeCount];
    messageOfSlot[slot] = message;
    sentNanosOfSlot[slot] = nowNanos;
    return slot;
  }

  /** Whether the packet id belongs to a message in flight. */
  boolean holds(int packetId) {
    return packetId >= 1 && packetId <= messageOfSlot.length && messageOfSlot[packetId - 1] != FREE;
  }

  void free(int slot) {
    messageOfSlot[slot] = FREE;
    freeSlots[freeCount++] = slot;
  }

  long message(int slot) {
    return messageOfSlot[slot];
  }

  long sentNanos(int slot) {
    return sentNanosOfSlot[slot];
  }

  static int packetId(int slot) {
    return slot + 1;
  }

  static int slot(int packetId) {
    return packetId - 1;
  }

  /** Slots in flight, oldest message first: the order of a resend. [MQTT-4.6.0-1] */
  int[] slotsInOrder() {
    int[] slots = new int[size()];
    int count = 0;
    for (int slot = 0; slot < messageOfSlot.length; slot++) {
      if (messageOfSlot[slot] != FREE) {
        slots[count++] = slot;
      }
    }
    for (int i = 1; i < count; i++) {
      int slot = slots[i];
      int j = i - 1;
      for (; j >= 0 && messageOfSlot[slots[j]] > messageOfSlot[slot]; j--) {
        slots[j + 1] = slots[j];
      }
      slots[j + 1] = slot;
    }
    return slots;
  }
}
