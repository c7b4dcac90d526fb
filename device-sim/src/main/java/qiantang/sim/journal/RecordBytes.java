package qiantang.sim.journal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Records as bytes: length of the payload (4 bytes), type (1), payload, checksum of all of that (4,
 * CRC-32C), most significant byte first. Numbers within payloads have seven bits a byte, the lowest
 * first. Not for threads to share.
 */
final class RecordBytes {
  /** "sim journal", version 1. */
  static final byte[] MAGIC = {'Q', 'T', 'S', 'I', 'M', 'J', '0', '1'};

  static final int FRAME_BYTES = 9;

  /** A scenario is the largest: at most 1 MiB of text, which JSON can double. */
  static final int PAYLOAD_BYTES_MAX = 4 << 20;

  private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
  private final ByteArrayOutputStream records = new ByteArrayOutputStream();

  RecordBytes number(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      payload.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    payload.write((int) rest);
    return this;
  }

  RecordBytes bytes(byte[] bytes) {
    payload.writeBytes(bytes);
    return this;
  }

  int payloadBytes() {
    return payload.size();
  }

  /** Ends the record whose payload was written. */
  void end(RecordType type) {
    if (payload.size() > PAYLOAD_BYTES_MAX) {
      throw new AssertionError("BUG: a record of " + payload.size() + " bytes");
    }
    ByteBuffer record = ByteBuffer.allocate(FRAME_BYTES + payload.size());
    record.putInt(payload.size()).put((byte) type.number()).put(payload.toByteArray());
    record.putInt(crc(record.array(), 0, record.position()));
    records.writeBytes(record.array());
    payload.reset();
  }

  /** The records that were ended since the last call. */
  byte[] take() {
    byte[] bytes = records.toByteArray();
    records.reset();
    return bytes;
  }

  static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
