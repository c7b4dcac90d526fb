package qiantang.query;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.query.live.Live;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** The live stream, as a client sees it. */
final class StreamIT {
  private static final String STREAM = "/v1/enterprises/mine/stream";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String admin = world.token(mine, Role.ADMIN);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void whatArrivesIsTold() throws IOException {
    world.device(mine, "d1");
    world.device(mine, "d2");
    try (Events events = follow("?devices=d1,d2&metrics=a&events=reading,rejection", admin)) {
      world.send(mine, two("d1", 1), two("d3", 2), rejection("d2"), two("d2", 3));
      JsonObject reading = events.next("reading");
      assertEquals(
          new JsonObject()
              .put("device", "d1")
              .put("time", NOW.toEpochMilli())
              .put("arrival", NOW.toEpochMilli())
              .put("values", new JsonObject().put("a", 1)),
          reading);
      JsonObject rejection = events.next("rejection");
      assertEquals("malformed", rejection.getString("reason"));
      assertEquals(
          world
              .api
              .json(200, "/v1/enterprises/mine/rejections", admin)
              .getJsonArray("items")
              .getJsonObject(0),
          rejection);
      assertEquals("d2", events.next("reading").getString("device"));
    }
  }

  @Test
  void aDeviceThatComesAndGoesIsToldWithItsReason() throws IOException {
    world.device(mine, "d1");
    try (Events events = follow("?devices=d1&events=state", admin)) {
      world.send(mine, World.presence("d1", 1, true));
      awaitState(events, "connection online connect");
      world.send(mine, World.presence("d1", 1, false));
      awaitState(events, "connection offline disconnect");
    }
  }

  /** It was registered a moment ago, which is told too. */
  private static void awaitState(Events events, String expected) {
    String told = "";
    while (!told.equals(expected)) {
      JsonObject state = events.next("state");
      assertEquals("d1", state.getString("device"));
      told =
          state.getString("axis")
              + " "
              + state.getString("state")
              + " "
              + state.getString("reason");
    }
  }

  @Test
  void whoComesBackIsToldWhatCameSinceAndNothingTwice() throws IOException {
    List<Object> told = new ArrayList<>();
    String id;
    try (Events events = follow("?events=reading&metrics=a", admin)) {
      world.send(mine, numbered(0, 10));
      Events.Event event = events.nextEvent("reading");
      told.add(event.data().getJsonObject("values").getValue("a"));
      for (int i = 0; i < 3; i++) { // in the middle of a frame, and of a message
        event = events.nextEvent("reading");
        told.add(event.data().getJsonObject("values").getValue("a"));
      }
      id = event.id();
    }
    world.send(mine, numbered(10, 10));
    try (Events events = follow("?events=reading&metrics=a", admin, "Last-Event-ID", id)) {
      for (int i = 0; i < 16; i++) {
        told.add(events.next("reading").getJsonObject("values").getValue("a"));
      }
      world.send(mine, numbered(20, 2));
      for (int i = 0; i < 2; i++) {
        told.add(events.next("reading").getJsonObject("values").getValue("a"));
      }
    }
    List<Object> expected = new ArrayList<>();
    for (int i = 0; i < 22; i++) {
      expected.add(i);
    }
    assertEquals(expected, told);
  }

  @Test
  void noEnterpriseIsToldAnothers() throws IOException {
    EnterpriseId neighbour = neighbour();
    String theirs = world.token(neighbour, Role.ADMIN);
    String path = "/v1/enterprises/" + neighbour + "/stream";
    Api.assertProblem("not-found", 404, world.api.get(STREAM, theirs));
    try (Events ours = follow("", admin);
        Events others = new Events(world.query().port(), path, theirs)) {
      world.gate.shut();
      for (int i = 0; i < 20; i++) { // they wait for one write, and share frames
        var _ = world.append(mine, reading("d1", "m", "marker-of-mine"));
        var _ = world.append(neighbour, reading("d1", "m", "marker-of-theirs"));
      }
      world.gate.open();
      for (int i = 0; i < 20; i++) {
        assertEquals("marker-of-mine", values(ours).getString("m"));
        assertEquals("marker-of-theirs", values(others).getString("m"));
      }
    }
  }

  private static JsonObject values(Events events) {
    Events.Event event = events.any();
    while (!event.name().equals("reading")) {
      event = events.any();
    }
    return event.data().getJsonObject("values");
  }

  /** An enterprise whose entries go into the same lane. */
  private EnterpriseId neighbour() {
    for (int i = 0; ; i++) {
      EnterpriseId id = new EnterpriseId("n-" + i);
      if (world.journal.lane(id) == world.journal.lane(mine)) {
        return world.enterprise(id.text());
      }
    }
  }

  @Test
  void aGrantIsFollowedAsFarAsItGoesAndNoLonger() throws IOException {
    String viewer = world.token(other, Role.VIEWER);
    world.device(mine, "d1");
    grant("0000000000000000000000a1", 0, Set.of("a"));
    try (Events events = follow("", viewer)) {
      assertEquals("0000000000000000000000a1", ofBegin(), "before anything was told");
      Api.assertProblem("forbidden", 403, world.api.get(STREAM + "?events=rejection", viewer));
      world.send(mine, two("d2", 1), rejection("d1"), two("d1", 2));
      assertEquals(new JsonObject().put("a", 2), values(events));
      assertEquals(
          200,
          world
              .api
              .delete("/v1/enterprises/mine/grants/0000000000000000000000a1", admin)
              .statusCode());
      Events.Event end = events.any();
      while (!end.name().equals("end")) {
        end = events.any();
      }
      assertEquals("leave-ended", end.data().getString("reason"));
      world.send(mine, two("d1", 3));
      assertEquals("closed", events.any().name(), "nothing comes behind the end");
    }
    List<String> outcomes = outcomes("enterprise:other");
    assertTrue(outcomes.contains("begin"), outcomes::toString);
    awaitOutcome("end leave-ended");
  }

  /** The grants of a stream's begin. */
  private @Nullable String ofBegin() {
    JsonArray lines = lines("enterprise:other");
    for (int i = 0; i < lines.size(); i++) {
      if (lines.getJsonObject(i).getString("outcome").equals("begin")) {
        return lines.getJsonObject(i).getString("grant");
      }
    }
    return null;
  }

  private void awaitOutcome(String outcome) {
    long until = System.nanoTime() + 30_000_000_000L;
    while (!outcomes("enterprise:other").contains(outcome)) {
      assertTrue(System.nanoTime() < until, () -> outcomes("enterprise:other").toString());
      Thread.onSpinWait();
    }
  }

  private List<String> outcomes(String actor) {
    JsonArray lines = lines(actor);
    List<String> outcomes = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      outcomes.add(lines.getJsonObject(i).getString("outcome"));
    }
    return outcomes;
  }

  private JsonArray lines(String actor) {
    return world.api.json(200, "/v1/audit?action=read&actor=" + actor, admin).getJsonArray("items");
  }

  @Test
  void aggregatesAreNoLeaveToFollow() {
    world.device(mine, "d1");
    String viewer = world.token(other, Role.VIEWER);
    grant("0000000000000000000000a2", 3600, Set.of());
    Api.assertProblem("not-granted", 403, world.api.get(STREAM, viewer));
    Api.assertProblem("not-granted", 403, world.api.get(STREAM + "?devices=d1", viewer));
    assertEquals(200, world.api.get(STREAM + "?events=state", viewer).statusCode());
    String reader =
        world.token(
            mine, Role.APPLICATION, "reads", new Bounds(null, Set.of(Scope.READ), Subtree.ALL));
    Api.assertProblem("forbidden", 403, world.api.get(STREAM, reader));
  }

  private void grant(String id, int leastSeconds, Set<String> metrics) {
    Party other = new Party(Party.Kind.ENTERPRISE, "other");
    Subtree d1 = new Subtree(null, null, Set.of(new DeviceId("d1")));
    world.grant(mine, id, other, d1, metrics, leastSeconds);
  }

  @Test
  void aRevokedTokensStreamEnds() throws IOException {
    String viewer = world.token(mine, Role.VIEWER);
    JsonArray tokens = world.api.json(200, "/v1/tokens", admin).getJsonArray("items");
    String id = "";
    for (int i = 0; i < tokens.size(); i++) {
      JsonObject token = tokens.getJsonObject(i);
      id = token.getString("name").startsWith("viewer") ? token.getString("id") : id;
    }
    try (Events events = follow("", viewer)) {
      assertEquals(200, world.api.delete("/v1/tokens/" + id, admin).statusCode());
      assertEquals("leave-ended", events.next("end").getString("reason"));
      assertEquals("closed", events.any().name());
    }
  }

  @Test
  void thinnedToTheNewestOfEachInterval() throws IOException {
    try (Events events = follow("?minInterval=2s&events=reading", admin)) {
      world.send(mine, numbered(0, 50));
      JsonObject values = events.next("reading").getJsonObject("values");
      assertEquals(49, values.getInteger("a"), "the newest wins");
    }
  }

  @Test
  void whoReadsNothingIsToldWhatItMissed() throws IOException {
    int messages = 10_000;
    try (Socket socket = rawClient();
        Events other = follow("?events=reading", admin)) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      assertEquals('H', in.read()); // it is followed from here on
      String text = "x".repeat(1000);
      for (int i = 0; i < messages; i += 100) {
        Entry[] some = new Entry[100];
        for (int j = 0; j < some.length; j++) {
          some[j] = World.reading("d1", NOW_MICROS + i + j, "m", new Value.Text(text));
        }
        world.send(mine, some);
      }
      // Until another was told of the last, so that nothing is taken while there is more to come.
      for (long heard = 0; heard < messages; ) {
        Events.Event event = other.any();
        heard += event.name().equals("missed") ? event.data().getLong("count") : 1;
      }
      long told = 0;
      long missed = 0;
      StringBuilder rest = new StringBuilder();
      while (told + missed < messages) {
        int next = in.read();
        assertTrue(next >= 0, "told " + told + ", missed " + missed);
        if (next != '\n') {
          rest.append((char) next);
          continue;
        }
        String line = rest.toString().trim();
        rest.setLength(0);
        told += line.equals("event: reading") ? 1 : 0;
        if (line.startsWith("data: {\"count\":")) {
          JsonObject data = new JsonObject(line.substring(6));
          missed += data.getLong("count");
          assertEquals(NOW.toEpochMilli(), data.getLong("from"));
        }
      }
      assertTrue(missed > 0, "it missed nothing");
      assertEquals(messages, told + missed);
    }
  }

  /** A client of HTTP/1.1 that has asked for readings. */
  private Socket rawClient() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8192); // else the kernel takes up to 32 MiB for it
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), world.query().port()));
    String request = "GET " + STREAM + "?events=reading HTTP/1.1\r\nHost: x\r\n";
    String head = request + "Authorization: Bearer " + admin + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    return socket;
  }

  @Test
  void whoHangsUpIsForgotten() throws IOException {
    Events events = follow("", admin); // HTTP/2
    try (Socket socket = rawClient()) {
      assertEquals('H', socket.getInputStream().read());
      assertEquals(2, streams());
    }
    events.close();
    while (streams() > 0) {
      Thread.onSpinWait();
    }
  }

  private long streams() {
    return world
        .api
        .get("/metrics", null)
        .body()
        .lines()
        .filter(line -> line.startsWith("qiantang_live_streams "))
        .mapToLong(line -> Math.round(Double.parseDouble(line.split(" ", 2)[1])))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aTokenHasSoManyStreams() throws IOException {
    List<Events> open = new ArrayList<>();
    try {
      for (int i = 0; i < Live.STREAMS_PER_TOKEN_MAX; i++) {
        open.add(follow("?events=reading", admin));
      }
      HttpResponse<String> refused = world.api.get(STREAM, admin);
      Api.assertProblem("too-many-streams", 429, refused);
      assertEquals(
          "\"live-streams\";q=100;qu=\"concurrent-requests\"",
          Api.header(refused, "RateLimit-Policy"));
      assertEquals("\"live-streams\";r=0;t=5", Api.header(refused, "RateLimit"));
      assertEquals("5", Api.header(refused, "Retry-After"));
    } finally {
      for (Events each : open) {
        each.close();
      }
    }
  }

  @Test
  void whatIsWrongWithAWishIsSaid() {
    String many = "d,".repeat(Live.DEVICES_MAX) + "d";
    for (String query :
        List.of(
            "?devices=" + many,
            "?devices=no%20id",
            "?devices=",
            "?metrics=",
            "?events=reading,all",
            "?minInterval=7s",
            "?minInterval=2h",
            "?interval=1s")) {
      Api.assertProblem("invalid-request", 400, world.api.get(STREAM + query, admin));
    }
    Api.assertProblem(
        "invalid-request", 400, world.api.get(STREAM, admin, "Last-Event-ID", "nonsense"));
  }

  @Test
  void aHeadOpensNothing() {
    assertEquals(200, world.api.send("HEAD", STREAM, admin, null).statusCode());
    while (streams() > 0) { // it is let go when it was answered
      Thread.onSpinWait();
    }
  }

  private Events follow(String query, String token, String... headers) {
    return new Events(world.query().port(), STREAM + query, token, headers);
  }

  private static Entry two(String device, int value) {
    return World.message(
        device,
        World.reading(
            device,
            NOW_MICROS,
            new MetricValue("a", new Value.Int(value)),
            new MetricValue("b", new Value.Int(value))));
  }

  private static Entry reading(String device, String metric, String text) {
    return World.reading(device, NOW_MICROS, metric, new Value.Text(text));
  }

  /** Messages of two readings each. */
  private static Entry[] numbered(int from, int count) {
    List<Entry> entries = new ArrayList<>();
    for (int i = from; i < from + count; i += 2) {
      entries.add(
          World.message(
              "d1",
              World.reading("d1", NOW_MICROS + i, new MetricValue("a", new Value.Int(i))),
              World.reading("d1", NOW_MICROS + i + 1, new MetricValue("a", new Value.Int(i + 1)))));
    }
    return entries.toArray(Entry[]::new);
  }

  private static Entry rejection(String device) {
    return new Entry.Rejection(
        new DeviceId(device),
        null,
        Reason.MALFORMED,
        "no JSON",
        "v1/t",
        1,
        2,
        new byte[] {'{', '}'},
        null,
        NOW_MICROS);
  }
}
