package qiantang.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import qiantang.ingest.mqtt.Terms;
import qiantang.ingest.net.Allowed;
import qiantang.ingest.net.Listeners.Layers;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.admission.AddressRanges;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TestAuthority;
import qiantang.ingest.net.tls.TestAuthority.Pair;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.ingest.net.ws.Origins;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** Every way in, with real clients and sockets, over tables in memory. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TransportsIT {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final List<InetAddress> LOOPBACK =
      List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));
  private static final String PROXY_FROM_192_168_1_7 =
      "0d0a0d0a000d0a515549540a" + "2111000c" + "c0a80107" + "7f000001" + "04d2" + "075b";

  @TempDir Path folder = Path.of("");
  private final ExecutorService store = Executors.newSingleThreadExecutor();
  private final MemoryJournal tables = new MemoryJournal(Clock.systemUTC(), store, true);
  private final MemoryRegistry registry = new MemoryRegistry();
  private final TestAuthority authority = new TestAuthority("authority");
  private final String token;
  private final List<IngestMain> started = new ArrayList<>();

  TransportsIT() {
    var _ =
        registry.createEnterprise(
            new Enterprise(ACME, "Acme", "", List.of(), Retention.DAYS_30, Instant.now()));
    token = LocalNode.token(registry, ACME, Role.DEVICE, "press-1").text();
  }

  @AfterEach
  void stop() {
    started.forEach(IngestMain::close);
    store.shutdownNow();
  }

  @Test
  void pahosClientsOfBothVersionsPublishOverAllOfThem() throws Exception {
    IngestMain node = start(ClientAuthentication.optional, false);
    SSLContext client = authority.client(null);
    for (String uri :
        List.of(
            "tcp://127.0.0.1:" + node.mqttPort(),
            "ssl://127.0.0.1:" + node.port(Layers.TLS),
            "ws://127.0.0.1:" + node.port(Layers.WEB_SOCKET) + "/mqtt",
            "wss://127.0.0.1:" + node.port(Layers.WEB_SOCKET_OVER_TLS) + "/mqtt")) {
      publish3(uri, client);
      publish5(uri, client);
    }
    assertTrue(shown(node, "qiantang_ingest_tls_handshakes_total{outcome=\"done\"}") >= 4);
    assertEquals(4, shown(node, "qiantang_ingest_websockets_total{outcome=\"opened\"}"));
    await(() -> shown(node, "qiantang_ingest_half_open") == 0);
  }

  @Test
  void allOfThemListenOnIpv6Too() throws Exception { // Paho takes no IPv6 address for TLS
    IngestMain node = start(ClientAuthentication.none, false);
    SSLContext client = authority.client(null);
    InetAddress v6 = LOOPBACK.getLast();
    try (Socket tls = client.getSocketFactory().createSocket(v6, node.port(Layers.TLS));
        Socket ws = new Socket(v6, node.port(Layers.WEB_SOCKET));
        Socket wss =
            client.getSocketFactory().createSocket(v6, node.port(Layers.WEB_SOCKET_OVER_TLS))) {
      login(tls, "tls");
      for (Socket each : List.of(ws, wss)) {
        each.getOutputStream().write("GET /mqtt HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
        byte[] answer = each.getInputStream().readAllBytes();
        assertTrue(new String(answer, US_ASCII).startsWith("HTTP/1.1 426 "));
      }
    }
  }

  @Test
  void theLastWordIsReadBeforeTheEnd() throws Exception {
    IngestMain node = start(ClientAuthentication.none, false);
    try (SSLSocket tls = tls(node, authority.client(null))) {
      tls.getOutputStream().write(connect(V5, "again", token, 20));
      byte[] connack = tls.getInputStream().readNBytes(2);
      tls.getInputStream().readNBytes(connack[1]);
      tls.getOutputStream().write(connect(V5, "again", token, 20));
      byte[] goodbye = tls.getInputStream().readAllBytes(); // throws where the end is torn
      assertEquals((byte) 0xe0, goodbye[0]);
      assertEquals((byte) 0x82, goodbye[2]);
    }
  }

  @Test
  void mosquittosClientPublishesByCaAndByCertificate() throws Exception {
    IngestMain node = start(ClientAuthentication.required, false);
    Path certificate = folder.resolve("client.pem");
    Path key = folder.resolve("client-key.pem");
    authority.issue("acme/press-1").write(certificate, key);
    assertFalse(mosquitto(node).equals("0"), "without a certificate");
    assertEquals("0", mosquitto(node, "--cert", certificate.toString(), "--key", key.toString()));
    await(
        () ->
            shown(node, "qiantang_ingest_messages_total{outcome=\"accepted\",reason=\"none\"}")
                == 1);
    assertEquals(
        1, shown(node, "qiantang_ingest_tls_handshakes_total{outcome=\"client-refused\"}"));
  }

  @Test
  void changedFilesHoldForNewConnectionsAndTheOldOnesStay() throws Exception {
    IngestMain node = start(ClientAuthentication.none, false);
    SSLContext client = authority.client(null);
    try (SSLSocket living = tls(node, client)) {
      login(living, "living");
      Pair fresh = authority.issue("fresh", Duration.ofDays(9));
      fresh.write(folder.resolve("server.pem"), folder.resolve("server-key.pem"));
      await(() -> served(node, authority.client(null)).equals(fresh.certificate()));
      living.getOutputStream().write(ping());
      assertArrayEquals(hex("d000"), living.getInputStream().readNBytes(2));
    }
    double days = Duration.ofDays(8).toSeconds();
    assertTrue(shown(node, "qiantang_ingest_certificate_expiry_seconds") > days);
    Files.writeString(folder.resolve("server.pem"), "rubbish");
    await(() -> shown(node, "qiantang_ingest_tls_files_faulty") == 1);
    tls(node, client).close();
  }

  @Test
  void whoSpeaksSomethingElseIsClosedAndCounted() throws Exception {
    IngestMain node = start(ClientAuthentication.none, false);
    String http = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    assertClosed(node.mqttPort(), http.getBytes(US_ASCII));
    assertClosed(node.mqttPort(), hex("16030100050100000000"));
    assertClosed(node.mqttPort(), hex(PROXY_FROM_192_168_1_7));
    assertClosed(node.port(Layers.TLS), connect(V3_1_1, "c", token, 20));
    assertClosed(node.port(Layers.TLS), http.getBytes(US_ASCII));
    assertClosed(node.port(Layers.WEB_SOCKET), connect(V3_1_1, "c", token, 20));
    assertEquals(1, strangers(node, "http", "mqtt"));
    assertEquals(1, strangers(node, "tls", "mqtt"));
    assertEquals(1, strangers(node, "proxy", "mqtt"));
    assertEquals(1, strangers(node, "mqtt", "tls"));
    assertEquals(1, strangers(node, "http", "tls"));
    assertEquals(1, strangers(node, "mqtt", "http"));
    assertThrows(IOException.class, () -> login(tls(node, authority.client(null)), http));
    assertEquals(2, strangers(node, "http", "mqtt"), "inside of TLS too");
  }

  @Test
  void behindABalancerPresenceNamesTheClient() throws Exception {
    IngestMain node = start(ClientAuthentication.none, true);
    byte[] header = hex(PROXY_FROM_192_168_1_7);
    try (Socket plain = new Socket(LOOPBACK.getFirst(), node.mqttPort())) {
      plain.getOutputStream().write(header);
      login(plain, "plain");
      plain.getOutputStream().write(publish(V3_1_1, TOPIC, 1, "{\"a\":1}"));
      assertArrayEquals(hex("40020001"), plain.getInputStream().readNBytes(4));
    }
    try (Socket raw = new Socket(LOOPBACK.getFirst(), node.port(Layers.TLS))) {
      raw.getOutputStream().write(header);
      SSLContext client = authority.client(null);
      var tls = client.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
      login(tls, "tls");
      await(() -> addresses().size() == 2);
    }
    assertEquals(List.of("192.168.1.7:1234", "192.168.1.7:1234"), addresses());
    assertClosed(node.mqttPort(), connect(V3_1_1, "c", token, 20));
    assertEquals(1, strangers(node, "mqtt", "proxy"));
  }

  @Test
  void halfAHelloAndHalfAHandshakeEndAtTheConnectTimeout() throws Exception {
    IngestMain node = start(ClientAuthentication.none, false);
    try (Socket hello = new Socket(LOOPBACK.getFirst(), node.port(Layers.TLS));
        Socket get = new Socket(LOOPBACK.getFirst(), node.port(Layers.WEB_SOCKET));
        Socket nothing = new Socket(LOOPBACK.getFirst(), node.port(Layers.TLS))) {
      hello.getOutputStream().write(hex("1603010200010001fc0303"));
      get.getOutputStream().write("GET /mqtt HT".getBytes(US_ASCII));
      for (Socket each : List.of(hello, get, nothing)) {
        assertEnds(each);
      }
    }
    await(() -> shown(node, "qiantang_ingest_half_open") == 0);
  }

  @Test
  void aFloodThatNeverLogsInWaitsBehindItself() throws Exception {
    IngestMain node = start(twentyASecond());
    List<Socket> flood = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket slow = new Socket(LOOPBACK.getFirst(), node.mqttPort());
        slow.getOutputStream().write(0x10); // and never more
        flood.add(slow);
      }
      InetAddress elsewhere = InetAddress.ofLiteral("127.0.0.2");
      for (int i = 0; i < 5; i++) {
        try (Socket good = new Socket(LOOPBACK.getFirst(), node.mqttPort(), elsewhere, 0)) {
          login(good, "good");
          assertTrue(shown(node, "qiantang_ingest_waiting") > 100, "the flood has not gone before");
        }
      }
      assertTrue(shown(node, "qiantang_ingest_arrivals_total{outcome=\"refused\"}") > 0);
    } finally {
      for (Socket each : flood) {
        each.close();
      }
    }
    await(() -> shown(node, "qiantang_ingest_waiting") == 0);
    await(() -> shown(node, "qiantang_ingest_half_open") == 0);
  }

  @Test
  void filesThatCannotBeUsedStopTheStartWithASentence() throws Exception {
    writeServer();
    Files.writeString(folder.resolve("server.pem"), "rubbish");
    Exception wrong = assertThrows(Exception.class, () -> start(files(ClientAuthentication.none)));
    assertTrue(String.valueOf(wrong.getMessage()).contains("server.pem"), wrong.toString());
  }

  private IngestMain start(ClientAuthentication clients, boolean isProxied) {
    writeServer();
    return start(new Transports(0, 0, 0, files(clients), isProxied));
  }

  private IngestMain start(TlsFiles files) {
    return start(new Transports(0, -1, -1, files, false));
  }

  private static IngestConfig twentyASecond() {
    Allowed few = new Allowed(20, AddressRanges.LOOPBACK, Origins.SAME_HOST);
    return IngestConfig.of(LOOPBACK, 0, 0, "it", null)
        .with(new LiveSettings(few, Terms.BY_DEFAULT));
  }

  private IngestMain start(Transports transports) {
    return start(IngestConfig.of(LOOPBACK, 0, 0, "it", null).with(transports));
  }

  private IngestMain start(IngestConfig config) {
    IngestMain node = IngestMain.start(config, tables, null, registry);
    started.add(node);
    return node;
  }

  private void writeServer() {
    authority.issue("server").write(folder.resolve("server.pem"), folder.resolve("server-key.pem"));
    authority.write(folder.resolve("ca.pem"));
  }

  private TlsFiles files(ClientAuthentication clients) {
    return new TlsFiles(
        folder.resolve("server.pem"),
        folder.resolve("server-key.pem"),
        folder.resolve("ca.pem"),
        null,
        clients);
  }

  private void publish3(String uri, SSLContext tls) throws Exception {
    try (MqttClient client = new MqttClient(uri, "three", new MemoryPersistence())) {
      MqttConnectOptions options = new MqttConnectOptions();
      options.setUserName(token);
      if (uri.startsWith("ssl") || uri.startsWith("wss")) {
        options.setSocketFactory(tls.getSocketFactory());
      }
      client.connect(options);
      client.publish(TOPIC, "{\"a\":1}".getBytes(UTF_8), 1, false);
      client.publish(TOPIC, ("{\"s\":\"" + "x".repeat(3000) + "\"}").getBytes(UTF_8), 1, false);
      client.disconnect();
    }
  }

  private void publish5(String uri, SSLContext tls) throws Exception {
    var client =
        new org.eclipse.paho.mqttv5.client.MqttClient(
            uri, "five", new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(token);
    if (uri.startsWith("ssl") || uri.startsWith("wss")) {
      options.setSocketFactory(tls.getSocketFactory());
    }
    client.connect(options);
    client.publish(TOPIC, "{\"a\":1}".getBytes(UTF_8), 1, false);
    client.disconnect();
    client.close();
  }

  /** The exit code, or what it complained about. */
  private String mosquitto(IngestMain node, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("mosquitto_pub", "-h", "127.0.0.1", "-q", "1", "-u", token, "-P", ""));
    command.addAll(List.of("-p", String.valueOf(node.port(Layers.TLS)), "-t", TOPIC));
    command.addAll(List.of("-m", "{\"a\":1}", "--cafile", folder.resolve("ca.pem").toString()));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    int code = process.waitFor();
    return code == 0 ? "0" : code + " " + said;
  }

  private static SSLSocket tls(IngestMain node, SSLContext client) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            client.getSocketFactory().createSocket(LOOPBACK.getFirst(), node.port(Layers.TLS));
    socket.startHandshake();
    return socket;
  }

  private static X509Certificate served(IngestMain node, SSLContext client) {
    try (SSLSocket socket = tls(node, client)) {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void login(Socket socket, String clientId) throws IOException {
    byte[] first =
        clientId.startsWith("GET")
            ? clientId.getBytes(US_ASCII)
            : connect(V3_1_1, clientId, token, 20);
    socket.getOutputStream().write(first);
    byte[] answer = socket.getInputStream().readNBytes(4);
    if (answer.length < 4) {
      throw new IOException("closed");
    }
    assertArrayEquals(hex("20020000"), answer);
  }

  private static void assertClosed(int port, byte[] first) throws IOException {
    try (Socket socket = new Socket(LOOPBACK.getFirst(), port)) {
      socket.getOutputStream().write(first);
      assertEnds(socket);
    }
  }

  /** With an end of the stream or, where something was left unread, with a reset. */
  private static void assertEnds(Socket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {
        // An alert of TLS may come before.
      }
    } catch (IOException ignored) {
      // A reset ends it too.
    }
  }

  private List<String> addresses() {
    return StoredEntries.of(tables, ACME, Entry.Presence.class).stream()
        .filter(Entry.Presence::connected)
        .map(Entry.Presence::address)
        .toList();
  }

  private static double strangers(IngestMain node, String spoken, String expected) {
    return shown(
        node,
        "qiantang_ingest_strangers_total{expected=\"%s\",spoken=\"%s\"}"
            .formatted(expected, spoken));
  }

  private static double shown(IngestMain node, String name) {
    URI uri = URI.create("http://127.0.0.1:" + node.httpPort() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(UTF_8))
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow(() -> new AssertionError(name + " is not shown"));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits for a condition, never for a time; the limit of the class ends a hopeless wait. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
