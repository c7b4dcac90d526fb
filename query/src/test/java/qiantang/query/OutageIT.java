package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** The store is away, too much is asked, clients stall, ports are taken. */
final class OutageIT {
  private static final String SERIES = "/v1/enterprises/mine/devices/d1/series?from=0";

  @Test
  void aStoreThatDoesNotAnswerIs503() {
    try (World world = world(config -> limits(config, Duration.ofMillis(50), 8))) {
      String viewer = world.token(new EnterpriseId("mine"), Role.VIEWER);
      assertEquals(200, world.api.get(SERIES, viewer).statusCode());
      world.gate.shut();
      for (String path : List.of("/series", "/latest", "/rejections", "")) {
        HttpResponse<String> response =
            world.api.get("/v1/enterprises/mine/devices/d1" + path, viewer);
        Api.assertProblem("store-unavailable", 503, response);
        assertEquals("2", Api.header(response, "Retry-After"));
      }
      HttpResponse<String> ready = world.api.get("/health/ready", null);
      assertEquals(503, ready.statusCode());
      assertTrue(ready.body().contains("\"status\":\"down\""), ready.body());
      assertEquals(200, world.api.get("/health/live", null).statusCode());
      world.gate.open();
      assertEquals(200, world.api.get(SERIES, viewer).statusCode());
    }
  }

  @Test
  void aTokenThatCannotBeLookedUpIsNot401() {
    try (World world = new World(config -> config, tables -> tables, registry -> new Away())) {
      HttpResponse<String> response = world.api.get("/v1/me", world.operator);
      Api.assertProblem("store-unavailable", 503, response);
      Api.assertProblem("unauthorized", 401, world.api.get("/v1/me", null));
      HttpResponse<String> ready = world.api.get("/health/ready", null);
      assertEquals(503, ready.statusCode());
      assertTrue(ready.body().contains("the store cannot be reached"), ready.body());
      // What the driver says is for the log.
      assertTrue(!ready.body().contains("no node answers"), ready.body());
    }
  }

  @Test
  void oneTokenReadsOnlySoMuchAtOnce() {
    try (World world = world(config -> limits(config, config.storeTimeMax(), 1))) {
      String viewer = world.token(new EnterpriseId("mine"), Role.VIEWER);
      String another = world.token(new EnterpriseId("mine"), Role.VIEWER);
      world.gate.shut();
      CompletableFuture<HttpResponse<String>> first = world.api.later(SERIES, viewer);
      CompletableFuture<HttpResponse<String>> second = world.api.later(SERIES, viewer);
      CompletableFuture<HttpResponse<String>> others = world.api.later(SERIES, another);
      CompletableFuture.anyOf(first, second).join();
      HttpResponse<String> refused = first.isDone() ? first.join() : second.join();
      Api.assertProblem("too-many-reads", 429, refused);
      assertEquals("1", Api.header(refused, "Retry-After"));
      world.gate.open();
      assertEquals(
          200,
          (first.isDone() && first.join().statusCode() == 429 ? second : first)
              .join()
              .statusCode());
      assertEquals(200, others.join().statusCode());
      while (world.api.get(SERIES, viewer).statusCode() != 200) {
        LockSupport.parkNanos(1_000_000); // the server lets go a moment after its last byte
      }
    }
  }

  @Test
  void aClientThatStallsHoldsOnlyItsOwnAnswer() throws IOException {
    try (World world = world(config -> config)) {
      EnterpriseId mine = new EnterpriseId("mine");
      String viewer = world.token(mine, Role.VIEWER);
      sendMuch(world, mine);
      long all = freeSamples(world);
      try (Socket stalled = asking(world, viewer)) {
        assertEquals('H', stalled.getInputStream().read());
        // The answer has begun and cannot end, so its samples are held, and others are served.
        assertEquals(all - 5001, freeSamples(world));
        assertTrue(world.api.get(SERIES, viewer).body().length() > 20_000_000);
      }
      while (freeSamples(world) != all) {
        LockSupport.parkNanos(1_000_000); // until the server noticed that the client is gone
      }
    }
  }

  /** 20 MB of JSON: more than all sockets on the way hold. */
  private static void sendMuch(World world, EnterpriseId mine) {
    String text = "x".repeat(4000);
    world.sendBack(mine, "d1", 5000, 100, i -> new Value.Text(text));
  }

  private static Socket asking(World world, String token) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), world.query().port()));
    socket
        .getOutputStream()
        .write(
            ("GET "
                    + SERIES
                    + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                    + token
                    + "\r\n\r\n")
                .getBytes(UTF_8));
    return socket;
  }

  /** Megabytes of an answer lie between server and client; none of them comes after it. */
  @Test
  void whatIsRevokedWhileAnAnswerIsSentCutsItAndWhatIsOnTheWay() throws IOException {
    try (World world = world(config -> config)) {
      EnterpriseId mine = new EnterpriseId("mine");
      sendMuch(world, mine);
      String admin = world.token(mine, Role.ADMIN);
      JsonObject wanted = new JsonObject().put("role", "viewer").put("name", "slow");
      JsonObject made = world.api.posted(201, "/v1/tokens", admin, wanted);
      long all = freeSamples(world);
      try (Socket stalled = asking(world, made.getString("token"))) {
        assertEquals('H', stalled.getInputStream().read());
        assertEquals(
            200, world.api.delete("/v1/tokens/" + made.getString("id"), admin).statusCode());
        while (freeSamples(world) != all) {
          LockSupport.parkNanos(1_000_000); // until the server noticed it, though nothing is taken
        }
        byte[] buffer = new byte[1 << 16];
        AtomicInteger come = new AtomicInteger();
        assertThrows(
            SocketException.class,
            () -> {
              for (int read = 0; read >= 0; read = stalled.getInputStream().read(buffer)) {
                come.addAndGet(read);
              }
            });
        // What its own kernel had already; the server's has 2.5 MB, which go nowhere.
        assertTrue(come.get() < 500_000, come + " bytes came after it");
      }
    }
  }

  @Test
  void aPortInUseIsOneSentence() {
    try (World world = world(config -> config)) {
      int port = world.query().port();
      InstantSource clock = InstantSource.fixed(World.NOW);
      MemoryJournal tables = new MemoryJournal(clock, Runnable::run, true);
      MemoryFolds folds = new MemoryFolds(Runnable::run);
      CannotListenException refused =
          assertThrows(
              CannotListenException.class,
              () ->
                  QueryMain.start(
                      QueryConfig.onLoopback(port), tables, folds, new MemoryRegistry(), clock));
      assertTrue(
          refused.getMessage().contains("127.0.0.1:" + port + ": the port is in use"),
          refused.getMessage());
    }
  }

  @Test
  void itListensOnBothLoopbackAddresses() throws Exception {
    InstantSource clock = InstantSource.fixed(World.NOW);
    MemoryJournal tables = new MemoryJournal(clock, Runnable::run, true);
    MemoryFolds folds = new MemoryFolds(Runnable::run);
    try (QueryMain query =
        QueryMain.start(QueryConfig.onLoopback(0), tables, folds, new MemoryRegistry(), clock)) {
      assertEquals(200, new Api(query.port()).get("/health/ready", null).statusCode());
    }
  }

  private static World world(UnaryOperator<QueryConfig> config) {
    World world = new World(config, tables -> tables, registry -> registry);
    EnterpriseId mine = world.enterprise("mine");
    world.device(mine, "d1");
    world.send(mine, World.reading("d1", NOW_MICROS + 1, "m", new Value.Int(1)));
    return world;
  }

  static QueryConfig limits(QueryConfig config, Duration storeTimeMax, int heavyReads) {
    return new QueryConfig(
        config.bindAddresses(),
        config.httpPort(),
        storeTimeMax,
        storeTimeMax,
        config.requestsMax(),
        heavyReads,
        config.samplesMax(),
        config.tailCacheBytesMax(),
        config.limits(),
        0);
  }

  private static long freeSamples(World world) {
    return world
        .api
        .get("/metrics", null)
        .body()
        .lines()
        .filter(line -> line.startsWith("qiantang_http_samples_free "))
        .map(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }
}
