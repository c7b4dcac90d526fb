package qiantang.ingest.mqtt;

import java.util.Arrays;

/** The packet ids of messages that a client was sent and has not acknowledged. Event loop only. */
final class PacketIds {
  private final int[] open;
  private int size;
  private int last;

  /** For at most so many at a time. */
  PacketIds(int sizeMax) {
    open = new int[sizeMax];
  }

  boolean isFull() {
    return size == open.length;
  }

  int size() {
    return size;
  }

  /** An id that is not open, and now is. [MQTT-2.2.1-4; MQTT-2.3.1-4 of 3.1.1] */
  int next() {
    do {
      last = last == 65_535 ? 1 : last + 1;
    } while (indexOf(last) >= 0);
    open[size++] = last;
    return last;
  }

  /** Ends an id; whether it was open. */
  boolean end(int packetId) {
    int index = indexOf(packetId);
    if (index >= 0) {
      size--;
      open[index] = open[size];
    }
    return index >= 0;
  }

  void clear() {
    size = 0;
  }

  @Override
  public String toString() {
    return Arrays.toString(Arrays.copyOf(open, size));
  }

  private int indexOf(int packetId) {
    for (int i = 0; i < size; i++) {
      if (open[i] == packetId) {
        return i;
      }
    }
    return -1;
  }
}
