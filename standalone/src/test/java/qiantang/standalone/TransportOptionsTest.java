package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.standalone.cassandra.CannotStartException;

class TransportOptionsTest {
  private static final TlsFiles OWN =
      new TlsFiles(Path.of("a"), Path.of("b"), Path.of("c"), null, ClientAuthentication.optional);

  @Command
  private static final class Words implements Runnable {
    @Mixin private TransportOptions options = new TransportOptions();

    @Override
    public void run() {}
  }

  @Test
  void withoutAWordThereIsPlainMqttAlone() throws Exception {
    Transports none = transports(null);
    assertEquals(Transports.PLAIN, none);
  }

  @Test
  void aDemoServesAllByItsOwnAuthorityUnlessTold() throws Exception {
    TransportOptions options = parse();
    Transports demo = options.transports(options.ports(8883, 8083), OWN);
    assertEquals(8883, demo.mqttsPort());
    assertEquals(8083, demo.wsPort());
    assertEquals(-1, demo.wssPort());
    assertEquals(OWN, demo.tls());
    TransportOptions off = parse("--mqtts-port", "off", "--ws-port", "1");
    assertEquals(Map.of("--ws-port", 1), off.ports(8883, 8083));
  }

  @Test
  void filesAreTakenAsTheyAreNamed() throws Exception {
    TlsFiles files =
        transports(
                OWN,
                "--mqtts-port",
                "0",
                "--tls-cert",
                "x",
                "--tls-key",
                "y",
                "--tls-ca",
                "z",
                "--tls-crl",
                "r",
                "--tls-client-auth",
                "required",
                "--proxy-protocol",
                "required")
            .tls();
    assertEquals(
        new TlsFiles(
            Path.of("x"), Path.of("y"), Path.of("z"), Path.of("r"), ClientAuthentication.required),
        files);
    assertNull(transports(null, "--ws-port", "0").tls());
  }

  @Test
  void aCaAsksClientsAndNoneDoesNot() throws Exception {
    assertEquals(
        ClientAuthentication.optional,
        clients("--tls-cert", "x", "--tls-key", "y", "--tls-ca", "z"));
    assertEquals(ClientAuthentication.none, clients("--tls-cert", "x", "--tls-key", "y"));
  }

  @Test
  void aDemosOwnCertificateAndAnotherCaForItsClientsGoTogether() throws Exception {
    TlsFiles byAnother = transports(OWN, "--tls-ca", "z", "--tls-crl", "r").tls();
    assertEquals(
        new TlsFiles(
            OWN.certificate(),
            OWN.key(),
            Path.of("z"),
            Path.of("r"),
            ClientAuthentication.optional),
        byAnother);
    TlsFiles required = transports(OWN, "--tls-client-auth", "required").tls();
    assertEquals(
        new TlsFiles(OWN.certificate(), OWN.key(), OWN.ca(), null, ClientAuthentication.required),
        required);
  }

  @Test
  void whatDoesNotFitIsASentence() {
    assertFault("--tls-cert and its key with --tls-key", "--mqtts-port", "0");
    assertFault("--tls-cert and its key with --tls-key", "--wss-port", "0");
    assertFault("both of them", "--tls-cert", "x");
    assertFault("name the server's own with --tls-cert", "--tls-ca", "x");
    assertFault("name it with --tls-ca", "--tls-cert", "x", "--tls-key", "y", "--tls-crl", "z");
    assertFault(
        "name it with --tls-ca",
        "--tls-cert",
        "x",
        "--tls-key",
        "y",
        "--tls-client-auth",
        "required");
  }

  private static void assertFault(String fault, String... words) {
    String said =
        String.valueOf(
            assertThrows(CannotStartException.class, () -> transports(null, words)).getMessage());
    assertEquals(true, said.contains(fault), said);
  }

  private static ClientAuthentication clients(String... words) throws CannotStartException {
    TlsFiles files = transports(null, words).tls();
    return files == null ? ClientAuthentication.none : files.clients();
  }

  private static Transports transports(@Nullable TlsFiles byDefault, String... words)
      throws CannotStartException {
    TransportOptions options = parse(words);
    return options.transports(options.ports(-1, -1), byDefault);
  }

  private static TransportOptions parse(String... words) {
    Words command = new Words();
    new CommandLine(command).parseArgs(words);
    return command.options;
  }
}
