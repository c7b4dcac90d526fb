package qiantang.standalone.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
  @TempDir Path temp;
  private final List<String> ports = DemoProcess.freePorts();
  private final List<DemoProcess> started = new ArrayList<>();
  private Path data = Path.of("");

  @BeforeEach
  void nameData() {
    data = temp.resolve("data");
  }

  @Test
  void keepsDataAndTokensOverStopAndKill() throws Exception {
    DemoProcess first = start("--devices", "25");
    JsonNode file = first.awaitReady();
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("demo.json"))));
    assertTrue(file.path("enterprises").size() >= 20);
    publish(file, "{\"answer\":42}");
    assertEquals(42, latest(file, "answer"));
    SSLContext trusting = trusting(data.resolve("tls/ca.pem"));
    publish("ssl://" + file.path("mqtts").asText(), trusting, file, "{\"overTls\":1}");
    publish("ws://" + file.path("ws").asText() + "/mqtt", null, file, "{\"overWs\":2}");
    assertEquals(1, latest(file, "overTls"));
    assertEquals(2, latest(file, "overWs"));
    createDevicesTwice();

    DemoProcess second = start();
    assertEquals(1, second.awaitExit());
    assertTrue(second.complaint().contains("another qiantang is running"), second.complaint());

    first.terminate();
    first.awaitExit();
    for (JsonNode pid : file.path("pids")) {
      assertFalse(isAlive(pid.asLong()), "pid " + pid + " outlived the demo");
    }

    DemoProcess third = start("--devices", "0", "--mqtt-port", "0", "--http-port", "0");
    JsonNode again = third.awaitReady();
    assertEquals(file.path("operator"), again.path("operator"));
    assertEquals(file.path("enterprises"), again.path("enterprises"));
    assertEquals(42, latest(again, "answer"));
    publish(again, "{\"answer\":43}");
    publish("ssl://" + again.path("mqtts").asText(), trusting, again, "{\"answer\":43}");
    third.kill();
    third.awaitExit();
    long leftOver = again.path("pids").get(1).asLong();
    assertTrue(isAlive(leftOver), "only the parent was killed");

    DemoProcess fourth = start("--devices", "0");
    JsonNode afterKill = fourth.awaitReady();
    assertFalse(isAlive(leftOver), "the Cassandra left over was not ended");
    assertEquals(43, latest(afterKill, "answer"));
    assertEndsWithItsCassandra(fourth, afterKill);
  }

  @Test
  void aPortInUseIsOneSentenceThatNamesTheOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      DemoProcess demo = start("--mqtt-port", String.valueOf(taken.getLocalPort()));
      assertRefusal(demo, "port " + taken.getLocalPort(), "--mqtt-port");
    }
    assertTrue(Files.notExists(data), "a start that keeps nothing leaves nothing");
  }

  @Test
  void dataOfAnotherVersionIsOneSentence() throws Exception {
    Files.createDirectories(data);
    Files.writeString(data.resolve("version"), "77\n");
    assertRefusal(start(), "version '77'", "--data");
  }

  @Test
  void aMissingJava17IsOneSentence() throws Exception {
    DemoProcess demo =
        DemoProcess.start(data, ports, Map.of("QIANTANG_JAVA17", temp.resolve("none").toString()));
    assertRefusal(demo, "QIANTANG_JAVA17");
    assertTrue(Files.notExists(data), "a start that keeps nothing leaves nothing");
  }

  @AfterEach
  void endAll() {
    started.forEach(DemoProcess::close);
  }

  private DemoProcess start(String... options) throws Exception {
    List<String> all = new ArrayList<>(ports);
    all.addAll(List.of(options)); // An option given twice: the last one holds.
    DemoProcess demo = DemoProcess.start(data, all, Map.of());
    started.add(demo);
    return demo;
  }

  /** One sentence says why, and of all that fails because of that nothing is said after it. */
  private static void assertEndsWithItsCassandra(DemoProcess demo, JsonNode file) throws Exception {
    ProcessHandle.of(file.path("pids").get(1).asLong()).orElseThrow().destroyForcibly();
    assertEquals(1, demo.awaitExit());
    List<String> lines = demo.complaint().lines().toList();
    List<String> sentences =
        lines.stream().filter(line -> line.startsWith("qiantang: cannot go on: ")).toList();
    assertEquals(1, sentences.size(), demo.complaint());
    assertTrue(sentences.getFirst().contains("Cassandra ended by itself with code 137"));
    for (String after : lines.subList(lines.indexOf(sentences.getFirst()), lines.size())) {
      assertTrue(after.startsWith("qiantang: "), demo.complaint());
    }
  }

  /** The second time with more of them: those that exist are left alone. */
  private void createDevicesTwice() throws Exception {
    String enterprise =
        new ObjectMapper()
            .readTree(data.resolve("demo.json").toFile())
            .path("enterprises")
            .get(0)
            .path("id")
            .asText();
    for (int count : new int[] {2, 3}) {
      DemoProcess admin =
          DemoProcess.command(
              data, "admin", "devices", "--enterprise", enterprise, "--count", "" + count);
      started.add(admin);
      assertEquals(0, admin.awaitExit(), admin::complaint);
      assertEquals(count == 2 ? 2 : 1, admin.answer().lines().count(), admin::answer);
      assertTrue(admin.answer().contains("device-00000" + count + "\t" + enterprise + "."));
      assertEquals(count == 3, admin.complaint().contains("2 of 3 devices existed already"));
    }
  }

  private static void assertRefusal(DemoProcess demo, String... words) throws Exception {
    assertEquals(1, demo.awaitExit());
    String sentence = demo.complaint();
    assertTrue(sentence.startsWith("qiantang: cannot"), sentence);
    for (String word : words) {
      assertTrue(sentence.contains(word), sentence);
    }
    assertEquals(1, demo.complaint().lines().count(), demo.complaint());
  }

  private static void publish(JsonNode file, String payload) throws Exception {
    publish("tcp://" + file.path("mqtt").asText(), null, file, payload);
  }

  private static void publish(String uri, @Nullable SSLContext tls, JsonNode file, String payload)
      throws Exception {
    try (MqttClient client = new MqttClient(uri, "tester", new MemoryPersistence())) {
      MqttConnectOptions options = new MqttConnectOptions();
      if (tls != null) {
        options.setSocketFactory(tls.getSocketFactory());
      }
      options.setUserName(file.path("enterprises").get(0).path("device").path("token").asText());
      options.setPassword(new char[0]);
      client.connect(options);
      client.publish("v1/devices/me/telemetry", payload.getBytes(StandardCharsets.UTF_8), 1, false);
      client.disconnect();
    }
  }

  /** As {@code --cafile} has it. */
  private static SSLContext trusting(Path ca) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var in = Files.newInputStream(ca)) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static int latest(JsonNode file, String metric) throws Exception {
    JsonNode enterprise = file.path("enterprises").get(0);
    URI uri =
        URI.create(
            "%s/v1/enterprises/%s/devices/%s/latest?metrics=%s"
                .formatted(
                    file.path("http").asText(),
                    enterprise.path("id").asText(),
                    enterprise.path("device").path("id").asText(),
                    metric));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .header("Authorization", "Bearer " + file.path("operator").asText())
              .build();
      String body = http.send(request, BodyHandlers.ofString()).body();
      return new ObjectMapper().readTree(body).path("metrics").path(0).path("value").asInt(-1);
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
