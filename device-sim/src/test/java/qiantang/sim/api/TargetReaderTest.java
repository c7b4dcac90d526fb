package qiantang.sim.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

class TargetReaderTest {
  private static final String DEMO =
      """
      {"mqtt":"127.0.0.1:1883","http":"http://127.0.0.1:8080","operator":"op",
       "enterprises":[
         {"id":"acme","admin":"acme.a","gateway":"acme.g","device":{"id":"d","token":"acme.d"}},
         {"id":"weft","admin":"weft.a","gateway":"weft.g","device":{"id":"d","token":"weft.d"}}],
       "pids":[1]}
      """;

  @TempDir private Path folder = Path.of("");

  @Test
  void aDemoFileSaysEverything() throws IOException {
    Target target = found(options(demo(), null, null, null, null));
    assertEquals(URI.create("http://127.0.0.1:8080"), target.http());
    assertEquals("127.0.0.1:1883", target.mqttText());
    assertNull(target.mqtts());
    assertEquals(new Target.Access("acme", "acme.a"), target.access(null));
    assertEquals(new Target.Access("weft", "weft.a"), target.access("weft"));
    assertEquals(null, target.access("nobody"));
  }

  @Test
  void optionsWinOverTheDemoFile() throws IOException {
    Target target = found(options(demo(), "http://[::1]:81", "[::1]:18830", null, "weft"));
    assertEquals(URI.create("http://[::1]:81"), target.http());
    assertEquals(18_830, Objects.requireNonNull(target.mqtt()).all().getFirst().getPort());
    assertEquals(List.of(new Target.Access("weft", "weft.a")), target.enterprises());
  }

  @Test
  void aDemoSaysWhereTlsIsAndWhoSignsItsCertificate() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("demo.json"),
            DEMO.replace("\"http\"", "\"mqtts\":\"127.0.0.1:8883\",\"http\""));
    assertNull(found(options(file, null, null, null, null)).authorities());
    Path authority = Files.createDirectory(folder.resolve("tls")).resolve("ca.pem");
    Files.writeString(authority, "any");
    Target target = found(options(file, null, null, null, null));
    assertEquals("127.0.0.1:1883,127.0.0.1:8883", target.mqttText());
    assertEquals(authority, target.authorities());
    Path other = Path.of("other.pem");
    Target told =
        found(new TargetReader.Options(file, null, null, "127.0.0.1:1", other, null, null));
    assertEquals("127.0.0.1:1", Objects.requireNonNull(told.mqtts()).text());
    assertEquals(other, told.authorities());
  }

  @Test
  void aSystemMaySpeakMqttOverTlsAlone() {
    URI base = URI.create("http://h.test");
    Target target =
        found(new TargetReader.Options(null, base, null, "127.0.0.1:1", null, "t", "acme"));
    assertNull(target.mqtt());
    assertEquals("127.0.0.1:1", target.mqttText());
    String none = failure(new TargetReader.Options(null, base, null, null, null, "t", "acme"));
    assertTrue(none.contains("start ./qiantang demo"), none);
  }

  @Test
  void withAllOptionsNoFileIsNeeded() {
    Target target = found(options(null, "http://h.test:80", "127.0.0.1:1883", "t", "acme"));
    assertEquals(List.of(new Target.Access("acme", "t")), target.enterprises());
  }

  @Test
  void anEnterpriseThatIsNotThereIsNamed() throws IOException {
    String failure = failure(options(demo(), null, null, null, "nope"));
    assertTrue(failure.startsWith("there is no enterprise 'nope'"), failure);
    assertTrue(failure.contains("which has acme, weft;"), failure);
  }

  @Test
  void tokensDoNotShowInText() {
    Target target = found(options(null, "http://h.test:80", "127.0.0.1:1883", "secret", "acme"));
    assertFalse(target.toString().contains("secret"), target.toString());
    Caller caller = new Caller(URI.create("http://h.test"), "secret");
    assertFalse(caller.toString().contains("secret"), caller.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "1883, acme, cannot use --mqtt 1883",
    "h:99999, acme, cannot use --mqtt h:99999",
    "h:mqtt, acme, cannot use --mqtt h:mqtt",
    "'127.0.0.1:1,1883', acme, 'cannot use --mqtt 127.0.0.1:1,1883: it must look like'",
    "'127.0.0.1:1,127.0.0.1:1', acme, an address stands there twice",
    "127.0.0.1:1883, a b, cannot use --enterprise a b",
  })
  void wrongAddressesAreUsageErrors(String mqtt, String enterprise, String message) {
    String failure = failure(options(null, "http://h", mqtt, "t", enterprise));
    assertTrue(failure.contains(message), failure);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"http\":1}", "{", "{\"http\":\"ftp\"}"})
  void aFileThatIsNoDemosIsOneSentence(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("other.json"), text);
    String message = failure(options(file, null, null, null, null));
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void theOperatorAsksUnlessATokenIsGiven() throws IOException {
    assertEquals(
        new Outcome.Done<>(new Caller(URI.create("http://127.0.0.1:8080"), "op")),
        TargetReader.caller(demo(), null, null, folder));
    assertEquals(
        new Outcome.Done<>(new Caller(URI.create("http://h.test"), "t")),
        TargetReader.caller(null, URI.create("http://h.test"), "t", folder));
    assertEquals(
        new Outcome.Done<>(new Caller(URI.create("http://h.test"), "op")),
        TargetReader.caller(demo(), URI.create("http://h.test"), null, folder));
  }

  @Test
  void aMissingFileSaysWhatToDo() {
    String message = failure(options(null, null, null, null, null));
    assertTrue(message.contains("there is no such file; start ./qiantang demo"), message);
  }

  private Path demo() throws IOException {
    return Files.writeString(folder.resolve("demo.json"), DEMO);
  }

  private static TargetReader.Options options(
      @Nullable Path demo,
      @Nullable String http,
      @Nullable String mqtt,
      @Nullable String token,
      @Nullable String enterprise) {
    URI base = http == null ? null : URI.create(http);
    return new TargetReader.Options(demo, base, mqtt, null, null, token, enterprise);
  }

  private Outcome<Target> read(TargetReader.Options options) {
    return TargetReader.read(options, folder.resolve("no-demo.json"));
  }

  private Target found(TargetReader.Options options) {
    return switch (read(options)) {
      case Outcome.Done<Target>(Target target) -> target;
      case Outcome.Failed<Target> failed -> fail(failed.message());
    };
  }

  private String failure(TargetReader.Options options) {
    return switch (read(options)) {
      case Outcome.Done<Target> done -> fail("accepted " + done);
      case Outcome.Failed<Target> failed -> {
        assertEquals(ExitCode.USAGE, failed.exitCode());
        yield failed.message();
      }
    };
  }
}
