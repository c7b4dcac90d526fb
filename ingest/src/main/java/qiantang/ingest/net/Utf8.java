package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import org.jspecify.annotations.Nullable;

/** Strict UTF-8: surrogates and overlong forms are errors, nothing is replaced. Any thread. */
public final class Utf8 {
  private Utf8() {}

  /** The text, or null where the bytes are not UTF-8. */
  public static @Nullable String decode(byte[] bytes, int offset, int length) {
    if (isAscii(bytes, offset, length)) {
      return new String(bytes, offset, length, ISO_8859_1);
    }
    try {
      return UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }

  /** Where in the array the bytes stop to be UTF-8, -1 where they are all. */
  public static int firstBad(byte[] bytes, int offset, int length) {
    if (isAscii(bytes, offset, length)) {
      return -1;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
    CoderResult result =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(in, CharBuffer.allocate(length), true);
    return result.isUnderflow() ? -1 : in.position();
  }

  private static boolean isAscii(byte[] bytes, int offset, int length) {
    int any = 0;
    for (int i = offset; i < offset + length; i++) {
      any |= bytes[i];
    }
    return any >= 0;
  }
}
