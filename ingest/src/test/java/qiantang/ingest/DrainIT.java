package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import qiantang.ingest.mqtt.Terms;
import qiantang.ingest.net.Allowed;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** A node that ends while real clients are in the middle of something. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DrainIT {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final String ELSEWHERE = "b.example:1883";

  @TempDir Path folder = Path.of("");
  private final ExecutorService store = Executors.newSingleThreadExecutor();
  private final Stoppable gate = new Stoppable(store);
  private final MemoryJournal tables = new MemoryJournal(Clock.systemUTC(), gate, true);
  private final MemoryRegistry registry = new MemoryRegistry();
  private final String token;
  private final IngestMain node;

  /** A store that answers when it is let to. */
  private static final class Stoppable implements Executor {
    private final Executor threads;
    private final LinkedBlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    private boolean isStopped;

    Stoppable(Executor threads) {
      this.threads = threads;
    }

    @Override
    public synchronized void execute(Runnable task) {
      if (isStopped) {
        waiting.add(task);
      } else {
        threads.execute(task);
      }
    }

    synchronized void stop() {
      isStopped = true;
    }

    synchronized void goOn() {
      isStopped = false;
      waiting.forEach(threads::execute);
      waiting.clear();
    }
  }

  DrainIT() {
    var _ =
        registry.createEnterprise(
            new Enterprise(ACME, "Acme", "", List.of(), Retention.DAYS_30, Instant.now()));
    token = LocalNode.token(registry, ACME, Role.DEVICE, "press-1").text();
    IngestConfig config =
        IngestConfig.of(List.of(HERE), 0, -1, "it", null)
            .with(new LiveSettings(Allowed.BY_DEFAULT, new Terms(3600, ELSEWHERE)));
    node = IngestMain.start(config, tables, null, registry);
  }

  @AfterEach
  void stop() {
    gate.goOn();
    node.close();
    store.shutdownNow();
  }

  @Test
  void clientsOfBothVersionsHaveTheirAnswersThenTheirEnd() throws Exception {
    CompletableFuture<MqttDisconnectResponse> end5 = new CompletableFuture<>();
    CompletableFuture<@Nullable Throwable> end3 = new CompletableFuture<>();
    MqttAsyncClient client5 = paho5(end5);
    var client3 = paho3(end3);
    Process mosquitto = mosquittoSub();
    awaitTrue(() -> presences(Entry.Presence::connected).size() == 3);
    gate.stop();
    var token5 = client5.publish(TOPIC, "{\"a\":5}".getBytes(UTF_8), 1, false);
    awaitTrue(() -> unansweredBytes() > 0);
    double unansweredBytes = unansweredBytes();
    var token3 = client3.publish(TOPIC, "{\"a\":3}".getBytes(UTF_8), 1, false);
    awaitTrue(() -> unansweredBytes() > unansweredBytes);
    Thread closing = Thread.ofVirtual().start(node::close);
    awaitTrue(() -> node.meter().connections() == 2); // Mosquitto's has nothing in flight
    assertThrows(IOException.class, () -> new Socket(HERE, node.mqttPort()).close());
    gate.goOn();
    token5.waitForCompletion();
    token3.waitForCompletion();
    assertEquals(0x9C, end5.get().getReturnCode());
    assertEquals(ELSEWHERE, end5.get().getServerReference());
    end3.get();
    closing.join();
    mosquitto.destroy();
    assertEquals(2, StoredEntries.of(tables, ACME, Entry.Readings.class).size());
    assertEquals(
        List.of("shutdown", "shutdown", "shutdown"),
        presences(presence -> !presence.connected()).stream().map(Entry.Presence::reason).toList());
    client5.close();
    client3.close();
  }

  @Test
  void neitherTheStoreNorWhoeverReadsNothingKeepsItFromItsEnd() throws Exception {
    try (Socket mute = new Socket(HERE, node.mqttPort());
        Socket waits = new Socket(HERE, node.mqttPort())) {
      mute.getOutputStream().write(connect(V3_1_1, "mute", token, 20));
      waits.getOutputStream().write(connect(V5, "waits", token, 20));
      RawClient.readPacket(waits);
      awaitTrue(() -> node.meter().connections() == 2);
      gate.stop();
      waits.getOutputStream().write(publish(V5, TOPIC, 7, "{\"a\":1}"));
      awaitTrue(() -> unansweredBytes() > 0);
      Thread.ofVirtual()
          .start(() -> RawClient.sendForEver(mute, publish(V3_1_1, TOPIC, 1, "{\"a\":1}")));
      node.close(); // not before its time is up
      RawClient.assertMatches("e0.. 9c .. 1c.*", RawClient.readToEnd(waits));
      var _ = RawClient.readToEnd(mute); // it is closed too
    }
  }

  private List<Entry.Presence> presences(Predicate<Entry.Presence> wanted) {
    return StoredEntries.of(tables, ACME, Entry.Presence.class).stream().filter(wanted).toList();
  }

  /** Of messages that were taken: what the store holds may as well be a heartbeat. */
  private double unansweredBytes() {
    String shown = "qiantang_ingest_budget_bytes ";
    return node.meter()
        .exposition()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(shown))
        .mapToDouble(line -> Double.parseDouble(line.substring(shown.length())))
        .findFirst()
        .orElseThrow();
  }

  private MqttAsyncClient paho5(CompletableFuture<MqttDisconnectResponse> end) throws Exception {
    MqttAsyncClient client = new MqttAsyncClient(uri(), "five", new MemoryPersistence());
    client.setCallback(new RevokedCertificateIT.Ends(end));
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(token);
    IMqttToken connected = client.connect(options);
    connected.waitForCompletion();
    return client;
  }

  private org.eclipse.paho.client.mqttv3.MqttAsyncClient paho3(
      CompletableFuture<@Nullable Throwable> end) throws Exception {
    var client =
        new org.eclipse.paho.client.mqttv3.MqttAsyncClient(
            uri(), "three", new org.eclipse.paho.client.mqttv3.persist.MemoryPersistence());
    client.setCallback(
        new MqttCallback() {
          @Override
          public void connectionLost(Throwable cause) {
            end.complete(cause);
          }

          @Override
          public void messageArrived(
              String topic, org.eclipse.paho.client.mqttv3.MqttMessage message) {}

          @Override
          public void deliveryComplete(IMqttDeliveryToken delivered) {}
        });
    var options = new org.eclipse.paho.client.mqttv3.MqttConnectOptions();
    options.setUserName(token);
    client.connect(options).waitForCompletion();
    return client;
  }

  private Process mosquittoSub() throws Exception {
    return new ProcessBuilder(
            List.of(
                "mosquitto_sub",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(node.mqttPort()),
                "-u",
                token,
                "-P",
                "",
                "-t",
                "v1/devices/me/rpc/request/+"))
        .redirectErrorStream(true)
        .redirectOutput(Files.createTempFile(folder, "mosquitto", ".log").toFile())
        .start();
  }

  private String uri() {
    return "tcp://127.0.0.1:" + node.mqttPort();
  }

  /** Waits for a condition, never for a time; the limit of the class ends a hopeless wait. */
  private static void awaitTrue(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
