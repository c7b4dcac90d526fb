package qiantang.query.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The kept beginning of a payload, as JSON: text where it is text, else base64. */
final class PayloadJson {
  private PayloadJson() {}

  /** Writes {@code payload}, {@code payloadEncoding} and {@code payloadBytes}, the whole length. */
  static void write(JsonOut out, byte[] kept, int payloadBytes) throws IOException {
    @Nullable String text = textOf(kept, kept.length >= payloadBytes);
    out.text("payload", text == null ? Base64.getEncoder().encodeToString(kept) : text)
        .text("payloadEncoding", text == null ? "base64" : "utf-8")
        .number("payloadBytes", payloadBytes);
  }

  /** The text, or null where it is none; half a character at a cut is left out. */
  private static @Nullable String textOf(byte[] kept, boolean isWhole) {
    CharBuffer text = CharBuffer.allocate(kept.length);
    // A decoder reports what is malformed; where more could follow, half a character is not.
    CoderResult result = UTF_8.newDecoder().decode(ByteBuffer.wrap(kept), text, isWhole);
    return result.isError() ? null : text.flip().toString();
  }
}
