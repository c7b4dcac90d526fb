package qiantang.sim.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Tells a journal that was damaged from one whose writer died: a writer leaves half a record at the
 * end, and nothing whole behind it. Pure but for the file.
 */
final class Damage {
  /**
   * What is searched behind a bad record: twice the largest, so that the one after it is whole in
   * it. In bytes, all of it in memory.
   */
  private static final int SEARCHED_BYTES_MAX = 2 * RecordBytes.PAYLOAD_BYTES_MAX;

  private Damage() {}

  /**
   * Whether a whole record begins behind this place, at which none does. A record that stands there
   * by chance has the right checksum once in 4 billion.
   *
   * @param at in the file, in bytes
   */
  static boolean isAt(long at, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long left = Math.max(0, channel.size() - at - 1);
      byte[] searched = new byte[(int) Math.min(left, SEARCHED_BYTES_MAX)];
      ByteBuffer bytes = ByteBuffer.wrap(searched);
      int read = 0;
      while (read >= 0 && bytes.hasRemaining()) {
        read = channel.read(bytes, at + 1 + bytes.position());
      }
      return holdsARecord(searched, bytes.position());
    }
  }

  private static boolean holdsARecord(byte[] searched, int end) {
    ByteBuffer bytes = ByteBuffer.wrap(searched);
    for (int i = 0; i + RecordBytes.FRAME_BYTES <= end; i++) {
      int length = bytes.getInt(i);
      boolean fits = length >= 0 && length <= end - i - RecordBytes.FRAME_BYTES;
      if (fits
          && RecordType.isKnown(bytes.get(i + 4))
          && bytes.getInt(i + 5 + length) == RecordBytes.crc(searched, i, 5 + length)) {
        return true;
      }
    }
    return false;
  }
}
