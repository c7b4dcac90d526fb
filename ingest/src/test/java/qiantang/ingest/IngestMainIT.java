package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
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
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** The whole node with real sockets, over tables in memory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class IngestMainIT {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final String TOPIC = "v1/devices/me/telemetry";

  private final ExecutorService store = Executors.newSingleThreadExecutor();
  private final MemoryJournal tables = new MemoryJournal(Clock.systemUTC(), store, true);
  private final MemoryFolds folds = new MemoryFolds(store);
  private final MemoryRegistry registry = new MemoryRegistry();
  private final IngestMain node;
  private final String token;

  IngestMainIT() {
    var _ =
        registry.createEnterprise(
            new Enterprise(ACME, "Acme", "", List.of(), Retention.DAYS_30, Instant.now()));
    token = LocalNode.token(registry, ACME, Role.DEVICE, "press-1").text();
    List<InetAddress> loopback =
        List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));
    node = IngestMain.start(IngestConfig.of(loopback, 0, 0, "it", null), tables, folds, registry);
  }

  @BeforeEach
  void isReady() throws Exception {
    assertEquals(200, get("/health/ready").statusCode());
  }

  @AfterEach
  void stop() {
    node.close();
    store.shutdownNow();
  }

  @Test
  void aPublishIsAcknowledgedOnBothAddresses() throws Exception {
    for (String address : List.of("127.0.0.1", "::1")) {
      try (Socket client = open(address)) {
        client.getOutputStream().write(connect(V3_1_1, "c" + address.length(), token, 20));
        assertArrayEquals(hex("20020000"), client.getInputStream().readNBytes(4));
        client.getOutputStream().write(publish(V3_1_1, TOPIC, 1, "{\"a\":1}"));
        assertArrayEquals(hex("40020001"), client.getInputStream().readNBytes(4));
      }
    }
    assertTrue(get("/metrics").body().contains("qiantang_ingest_messages_total"));
    assertEquals(200, get("/health/live").statusCode());
  }

  @Test
  void theGoodbyeArrivesAlthoughMuchIsUnread() throws Exception {
    try (Socket client = open("127.0.0.1")) {
      client.getOutputStream().write(connect(V5, "c", token, 20));
      assertEquals(0x20, client.getInputStream().read());
      client.getInputStream().readNBytes(client.getInputStream().read());
      client.getOutputStream().write(publish(V5, 0x32, TOPIC, 1, new byte[300_000]));
      assertEquals(0xE0, client.getInputStream().read());
      byte[] rest = client.getInputStream().readAllBytes();
      assertEquals(0x95, rest[1] & 0xff);
    }
  }

  @Test
  void closingAnswersAndSaysGoodbye() throws Exception {
    try (Socket client = open("127.0.0.1")) {
      client.getOutputStream().write(connect(V5, "c", token, 20));
      assertEquals(0x20, client.getInputStream().read());
      client.getInputStream().readNBytes(client.getInputStream().read());
      Thread closing = Thread.ofVirtual().start(node::close);
      byte[] rest = client.getInputStream().readAllBytes();
      assertEquals(0x8B, rest[2] & 0xff);
      closing.join();
    }
  }

  @Test
  void aStoreThatStopsMakesTheNodeUnreadyUntilItIsBack() throws Exception {
    CountDownLatch back = new CountDownLatch(1);
    store.execute(() -> awaitQuietly(back));
    HttpResponse<String> ready = get("/health/ready");
    while (ready.statusCode() == 200) {
      ready = get("/health/ready");
    }
    assertTrue(ready.body().startsWith("{\"status\":\"down\""), ready.body());
    assertTrue(ready.body().contains("the store has not answered for "), ready.body());
    back.countDown();
    while (ready.statusCode() != 200) {
      ready = get("/health/ready");
    }
  }

  @Test
  void closingDoesNotWaitLongForAStoreThatIsAway() throws Exception {
    CountDownLatch back = new CountDownLatch(1);
    store.execute(() -> awaitQuietly(back));
    try (Socket client = open("127.0.0.1")) {
      client.getOutputStream().write(connect(V3_1_1, "c", token, 20));
      assertArrayEquals(hex("20020000"), client.getInputStream().readNBytes(4));
      client.getOutputStream().write(publish(V3_1_1, TOPIC, 1, "{\"a\":1}"));
      client.getOutputStream().write(ping());
      assertArrayEquals(hex("d000"), client.getInputStream().readNBytes(2)); // it is in flight
      // The one threshold in seconds: the demo cuts a node off that takes longer.
      assertTimeout(Duration.ofSeconds(5), node::close);
      assertEquals(-1, client.getInputStream().read()); // and nothing was acknowledged
    } finally {
      back.countDown();
    }
  }

  @Test
  void aNodeFoldsWhatStartsBeforeItHaveLeft() throws Exception {
    Start gone = Sealed.start(tables, ACME);
    Sealed.awaitSorted(folds, gone); // a pass every 10 s, and no other node to take its lanes
    String metrics = get("/metrics").body();
    assertTrue(metrics.contains("qiantang_fold_frames_total 1.0"), metrics);
    assertTrue(metrics.contains("qiantang_fold_blocks_total 1.0"), metrics);
    assertTrue(metrics.contains("qiantang_fold_failed_passes_total 0.0"), metrics);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aSealedStartGivesWayToANewOne() throws Exception {
    try (Socket client = open("127.0.0.1")) {
      client.getOutputStream().write(connect(V3_1_1, "c", token, 20));
      assertArrayEquals(hex("20020000"), client.getInputStream().readNBytes(4));
      Start start = starts().getFirst();
      assertTrue(tables.seal(start.id(), start.beat()).toCompletableFuture().join());
      assertEquals(-1, client.getInputStream().read()); // at the next heartbeat
    }
    byte[] answer = hex("20020003");
    while (answer[3] == 3) { // no journal yet: come again
      try (Socket client = open("::1")) {
        client.getOutputStream().write(connect(V3_1_1, "c", token, 20));
        answer = client.getInputStream().readNBytes(4);
        if (answer[3] == 0) {
          client.getOutputStream().write(publish(V3_1_1, TOPIC, 1, "{\"a\":1}"));
          assertArrayEquals(hex("40020001"), client.getInputStream().readNBytes(4));
        }
      }
    }
    assertEquals(2, starts().size());
  }

  private List<Start> starts() {
    return tables.readStarts().toCompletableFuture().join();
  }

  private Socket open(String address) throws IOException {
    return new Socket(InetAddress.ofLiteral(address), node.mqttPort());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + node.httpPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(UTF_8));
    }
  }
}
