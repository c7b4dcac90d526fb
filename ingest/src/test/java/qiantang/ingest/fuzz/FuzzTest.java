package qiantang.ingest.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A part of the fuzzing, and all inputs that failed once. {@code ./qiantang bench fuzz} runs as
 * many as wanted; {@code -Dqiantang.fuzz.seed=N} and {@code -Dqiantang.fuzz.inputs=N} here.
 */
class FuzzTest {
  private static final long SEED = Long.getLong("qiantang.fuzz.seed", 1);
  private static final long INPUTS = Long.getLong("qiantang.fuzz.inputs", 20_000);

  static final List<String> decoders = Fuzz.DECODERS;

  @ParameterizedTest
  @FieldSource("decoders")
  void nothingGoesWrong(String decoder) {
    Fuzz fuzz = new Fuzz(decoder);
    for (long i = 0; i < INPUTS; i++) {
      assertNull(fuzz.run(SEED, i));
    }
  }

  @ParameterizedTest
  @FieldSource("decoders")
  void whatFailedOnceDoesNotFailAgain(String decoder) throws IOException {
    Fuzz fuzz = new Fuzz(decoder);
    try (InputStream in = FuzzTest.class.getResourceAsStream("/fuzz/" + decoder + ".hex")) {
      String corpus = in == null ? "" : new String(in.readAllBytes(), UTF_8);
      for (String line : corpus.lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          assertNull(fuzz.fault(HexFormat.of().parseHex(line)), decoder + " " + line);
        }
      }
    }
  }
}
