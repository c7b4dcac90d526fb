package qiantang.store.codec;

import java.util.zip.CRC32C;

/**
 * What is around every body we store.
 *
 * <pre>
 * bytes := magic(1) version(1) body crc32c(4, of all before)
 * </pre>
 */
final class Envelope {
  private static final int HEADER_BYTES = 2;
  private static final int CHECKSUM_BYTES = 4;

  private Envelope() {}

  /** A sink to which a body is to be appended. */
  static ByteSink begin(int magic, int version, int expectedBytes) {
    ByteSink sink = new ByteSink(expectedBytes);
    sink.put(magic);
    sink.put(version);
    return sink;
  }

  /** The body that was begun, of another version than was thought, with its checksum. */
  static byte[] seal(ByteSink sink, int version) {
    sink.array()[1] = (byte) version;
    return seal(sink);
  }

  /** The body that was begun, with its checksum. */
  static byte[] seal(ByteSink sink) {
    sink.putInt32(checksum(sink.array(), sink.length()));
    return sink.toBytes();
  }

  /** The body where there is but one version: as {@link #open(byte[], int, int, int, String)}. */
  static ByteSource open(byte[] bytes, int magic, int version, String what) {
    return open(bytes, magic, version, version, what);
  }

  /**
   * The body, once checksum, magic and version are as they should be. The checksum decides first: a
   * version that was flipped by a fault is damage.
   *
   * @param oldest the first version that can be read
   * @param newest the last one
   * @throws TooNewException where everything is whole, and the version a later one
   */
  static ByteSource open(byte[] bytes, int magic, int oldest, int newest, String what) {
    if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) {
      throw new ByteSource.Damaged("a " + what + " of " + bytes.length + " bytes");
    }
    int end = bytes.length - CHECKSUM_BYTES;
    if (new ByteSource(bytes, end, bytes.length).getInt32() != checksum(bytes, end)) {
      throw new ByteSource.Damaged("the checksum differs");
    }
    ByteSource source = new ByteSource(bytes, 0, end);
    if (source.get() != magic) {
      throw new ByteSource.Damaged("not a " + what);
    }
    int found = source.get();
    if (found > newest) {
      throw new TooNewException(what, found, newest);
    }
    if (found < oldest) {
      throw new ByteSource.Damaged("a " + what + " of version " + found + ", this is " + newest);
    }
    return source;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
