package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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

  /** Whether the bytes are UTF-8. */
  public static boolean isValid(byte[] bytes, int offset, int length) {
    return isAscii(bytes, offset, length) || decode(bytes, offset, length) != null;
  }

  private static boolean isAscii(byte[] bytes, int offset, int length) {
    int any = 0;
    for (int i = offset; i < offset + length; i++) {
      any |= bytes[i];
    }
    return any >= 0;
  }
}
