package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import qiantang.ingest.net.Listeners.Layers;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TestAuthority;
import qiantang.ingest.net.tls.TestAuthority.Pair;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** A new CRL and the sessions that are there, with Paho's and Mosquitto's clients. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RevokedCertificateIT {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final String TOPIC = "v1/devices/me/telemetry";

  @TempDir Path folder = Path.of("");
  private final ExecutorService store = Executors.newSingleThreadExecutor();
  private final MemoryJournal tables = new MemoryJournal(Clock.systemUTC(), store, true);
  private final MemoryRegistry registry = new MemoryRegistry();
  private final TestAuthority authority = new TestAuthority("authority");
  private final CompletableFuture<IngestMain> started = new CompletableFuture<>();

  @AfterEach
  void stop() {
    started.thenAccept(IngestMain::close).join();
    store.shutdownNow();
  }

  @Test
  void sessionsWhoseCertificateIsRevokedEndAndTheOthersGoOn() throws Exception {
    IngestMain node = start();
    Pair press = authority.issue("acme/press-1");
    Pair pump = authority.issue("acme/pump-1");
    CompletableFuture<MqttDisconnectResponse> pressEnd = new CompletableFuture<>();
    CompletableFuture<MqttDisconnectResponse> pumpEnd = new CompletableFuture<>();
    MqttAsyncClient pressClient = paho(node, press, "press", "press-1", pressEnd);
    MqttAsyncClient pumpClient = paho(node, pump, "pump", "pump-1", pumpEnd);
    Process mosquitto = mosquittoSub(node, press);
    awaitTrue(() -> node.meter().connections() == 3);
    authority.writeRevoked(folder.resolve("crl.pem"), Duration.ofDays(1), press);
    assertEquals(0x87, pressEnd.get().getReturnCode());
    assertTrue(pressEnd.get().getReasonString().contains("was revoked by the authority"));
    awaitTrue(() -> node.meter().connections() == 1); // and Mosquitto's is not let in again
    pumpClient.publish(TOPIC, "{\"a\":1}".getBytes(UTF_8), 1, false).waitForCompletion();
    mosquitto.destroy();
    awaitTrue(() -> ends().size() == 2);
    assertEquals(Set.of("certificate-revoked"), Set.copyOf(ends()));
    awaitTrue(() -> rejections().size() == 2);
    assertTrue(
        rejections().stream().allMatch(rejection -> rejection.detail().contains("was revoked")));
    assertThrows(
        MqttException.class,
        () -> paho(node, press, "again", "press-1", new CompletableFuture<>()));
    pumpClient.disconnect().waitForCompletion();
    pumpClient.close();
    pressClient.close();
  }

  private IngestMain start() {
    var _ =
        registry.createEnterprise(
            new Enterprise(ACME, "Acme", "", List.of(), Retention.DAYS_30, Instant.now()));
    Path certificate = folder.resolve("server.pem");
    Path key = folder.resolve("server-key.pem");
    Path ca = folder.resolve("ca.pem");
    Path crl = folder.resolve("crl.pem");
    authority.issue("server").write(certificate, key);
    authority.write(ca);
    authority.writeRevoked(crl, Duration.ofDays(1));
    TlsFiles files = new TlsFiles(certificate, key, ca, crl, ClientAuthentication.required);
    IngestConfig config =
        IngestConfig.of(List.of(HERE), 0, -1, "it", null)
            .with(new Transports(0, -1, -1, files, false));
    IngestMain node = IngestMain.start(config, tables, null, registry);
    started.complete(node);
    return node;
  }

  private MqttAsyncClient paho(
      IngestMain node,
      Pair own,
      String clientId,
      String device,
      CompletableFuture<MqttDisconnectResponse> end)
      throws MqttException {
    MqttAsyncClient client =
        new MqttAsyncClient(
            "ssl://127.0.0.1:" + node.port(Layers.TLS), clientId, new MemoryPersistence());
    client.setCallback(new Ends(end));
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(LocalNode.token(registry, ACME, Role.DEVICE, device).text());
    options.setSocketFactory(authority.client(own).getSocketFactory());
    client.connect(options).waitForCompletion();
    return client;
  }

  private Process mosquittoSub(IngestMain node, Pair own) throws Exception {
    Path certificate = folder.resolve("client.pem");
    Path key = folder.resolve("client-key.pem");
    own.write(certificate, key);
    return new ProcessBuilder(
            List.of(
                "mosquitto_sub",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(node.port(Layers.TLS)),
                "--cafile",
                folder.resolve("ca.pem").toString(),
                "--cert",
                certificate.toString(),
                "--key",
                key.toString(),
                "-u",
                LocalNode.token(registry, ACME, Role.DEVICE, "press-1").text(),
                "-P",
                "",
                "-t",
                "v1/devices/me/rpc/request/+"))
        .redirectErrorStream(true)
        .redirectOutput(Files.createTempFile(folder, "mosquitto", ".log").toFile())
        .start();
  }

  private List<String> ends() {
    return StoredEntries.of(tables, ACME, Entry.Presence.class).stream()
        .filter(presence -> !presence.connected())
        .map(Entry.Presence::reason)
        .collect(Collectors.toList());
  }

  private List<Entry.Rejection> rejections() {
    return StoredEntries.of(tables, ACME, Entry.Rejection.class);
  }

  /** Waits for a condition, never for a time; the limit of the class ends a hopeless wait. */
  private static void awaitTrue(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Hears how its session ends. */
  record Ends(CompletableFuture<MqttDisconnectResponse> end) implements MqttCallback {
    @Override
    public void disconnected(MqttDisconnectResponse response) {
      end.complete(response);
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void messageArrived(String topic, MqttMessage message) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
  }
}
