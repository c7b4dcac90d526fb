package qiantang.store.codec;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Texts made shorter by the JDK's zlib. Reading stops at the length that was agreed on, whatever
 * the compressed bytes say, so they cannot fill the memory.
 */
final class Deflated {
  private Deflated() {}

  /** The bytes compressed, or null where that does not make them shorter. */
  static byte @Nullable [] deflate(byte[] plain, int length) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(plain, 0, length);
      deflater.finish();
      byte[] deflated = new byte[length];
      int bytes = deflater.deflate(deflated);
      return deflater.finished() && bytes < length ? Arrays.copyOf(deflated, bytes) : null;
    } finally {
      deflater.end(); // its memory is not the heap's
    }
  }

  /** A source of the so many bytes that were compressed to what is left of this one. */
  static ByteSource inflate(ByteSource source, int length) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(source.array(), source.position(), source.remaining());
      byte[] plain = new byte[length + 1]; // one more, so that too long a text shows
      int bytes = inflater.inflate(plain);
      if (bytes != length || !inflater.finished() || inflater.getRemaining() > 0) {
        throw new ByteSource.Damaged("texts that do not inflate to " + length + " bytes");
      }
      return new ByteSource(plain, 0, length);
    } catch (DataFormatException e) {
      throw new ByteSource.Damaged("texts that do not inflate: " + e.getMessage());
    } finally {
      inflater.end();
    }
  }
}
