package qiantang.sim.plan;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/** The text of a file's bytes, which must be UTF-8; one that is not is told by its place. */
final class ScenarioText {
  private static final String REMEDY = "; save the file as UTF-8";

  private ScenarioText() {}

  /**
   * Decodes the bytes, without the mark at their beginning that some editors write.
   *
   * @param name of the file, for messages
   */
  static Outcome<String> of(String name, byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    boolean wrong = decoder.decode(in, out, true).isError();
    String text = out.flip().toString();
    if (!wrong) {
      return new Outcome.Done<>(text.startsWith("\uFEFF") ? text.substring(1) : text);
    }
    String last = text.substring(text.lastIndexOf('\n') + 1);
    long line = 1 + text.chars().filter(c -> c == '\n').count();
    return new Outcome.Failed<>(
        ExitCode.USAGE,
        "cannot use the scenario %s:\n%s, line %d, column %d: the byte %02X is not UTF-8%s"
            .formatted(
                name,
                name,
                line,
                last.codePointCount(0, last.length()) + 1,
                bytes[in.position()],
                REMEDY));
  }
}
