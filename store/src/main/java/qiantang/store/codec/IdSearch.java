package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import qiantang.store.model.DeviceId;

/**
 * Tells in which of many things, one behind the other in the same bytes, a device's id occurs. The
 * bytes are searched as a whole, by Horspool's method (Software: Practice and Experience 10, 1980):
 * of ids of 12 characters about every eighth byte is looked at, and nothing is made for a thing in
 * which it does not occur.
 */
final class IdSearch {
  private static final int BYTES = 256;

  private final byte[] id;

  // By the byte that lies under the id's last one: how far its next place may be. Ids have at most
  // 64 bytes.
  private final byte[] steps = new byte[BYTES];

  private byte[] bytes = {};
  private int end;
  private int found = -1;

  IdSearch(DeviceId device) {
    id = device.text().getBytes(UTF_8);
    Arrays.fill(steps, (byte) id.length);
    for (int i = 0; i < id.length - 1; i++) {
      steps[id[i] & 0xff] = (byte) (id.length - 1 - i);
    }
  }

  /** Begins with what is left of a source; things are asked for from the first to the last. */
  void begin(ByteSource source) {
    bytes = source.array();
    end = source.position() + source.remaining();
    found = find(source.position());
  }

  /** Whether it does not occur any more. */
  boolean isOver() {
    return found < 0;
  }

  /** Whether it occurs within these bytes, which lie behind all that were asked for before. */
  boolean occursIn(int from, int to) {
    if (found >= 0 && found < from) {
      found = find(from);
    }
    return found >= 0 && found + id.length <= to;
  }

  private int find(int from) {
    int last = id.length - 1;
    for (int at = from; at + last < end; ) {
      int i = last;
      while (i >= 0 && bytes[at + i] == id[i]) { // backwards: ids differ where they end
        i--;
      }
      if (i < 0) {
        return at;
      }
      at += steps[bytes[at + last] & 0xff];
    }
    return -1;
  }
}
