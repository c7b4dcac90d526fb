package qiantang.store.codec;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The end of a block's and a chunk's key: 64 bits of what is stored, so that a fold that runs twice
 * over the same readings writes the same row, and over others another one.
 *
 * <p>Of the bytes as encoded, not of the values: where two nodes' zlib differ, a column of texts
 * may make two rows of one content, which readers merge by identity.
 */
public final class ContentDigest {
  private ContentDigest() {}

  /** The first 64 bits of the SHA-256 of the bytes; some 2 us for a chunk of 2 KB. */
  public static long of(byte[] bytes) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every JDK has SHA-256", e);
    }
  }
}
