package qiantang.sim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A system in one class that keeps the contract: MQTT in, HTTP out, everything in memory. Tests
 * make it misbehave.
 */
final class FakeSystem implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PAGE_SAMPLES = 40;
  private static final String ENTERPRISE = "acme";
  private static final String OTHER_ENTERPRISE = "weft";
  private static final List<String> ENTERPRISES = List.of(ENTERPRISE, OTHER_ENTERPRISE);

  /** Client ids that logged in: their sessions are kept. */
  private final Set<String> sessions = ConcurrentHashMap.newKeySet();

  private final SocketServer mqtt = new SocketServer();
  private final HttpServer http =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

  private final Map<String, String> deviceOfToken = new HashMap<>();
  private final Map<String, String> deviceOfName = new HashMap<>();

  /** By enterprise and device, then by metric and event time in microseconds. */
  private final Map<String, Map<String, TreeMap<Long, JsonNode>>> series = new HashMap<>();

  private final List<ObjectNode> rejections = new ArrayList<>();
  private final AtomicLong messages = new AtomicLong();
  private final List<Boolean> dups = new ArrayList<>();

  /** Event times in milliseconds that are refused with reason clock. */
  volatile Predicate<Long> refused = millis -> false;

  /** Refusals that are not written down. */
  volatile boolean forgetRejections;

  /**
   * Every so many messages the connection breaks, half of the time after the message was stored.
   */
  volatile int breakEvery = Integer.MAX_VALUE;

  /** Messages are stored and never acknowledged. */
  volatile boolean silent;

  /** Event times in milliseconds whose readings become another enterprise's. */
  volatile Predicate<Long> moved = millis -> false;

  /** Takes what is broken for what it might have been, and stores it. */
  volatile boolean lenient;

  /** Every token opens everything. */
  volatile boolean open;

  /** What each enterprise may use of a node, by the API's names. */
  volatile Map<String, Long> quotas = Map.of();

  /** The status with which a device's series is refused; 0 where it is answered. */
  volatile ToIntFunction<String> refusing = device -> 0;

  /** Changes raw answers before they go out. */
  volatile UnaryOperator<ObjectNode> corruptor = answer -> answer;

  /** Changes aggregates before they go out. */
  volatile UnaryOperator<ObjectNode> summaryCorruptor = answer -> answer;

  FakeSystem() throws IOException {
    http.createContext("/v1/enterprises/", this::handle);
    http.start();
    mqtt.start(this::serve);
  }

  String[] options() {
    return new String[] {
      "--http",
      "http://127.0.0.1:" + http.getAddress().getPort(),
      "--mqtt",
      "127.0.0.1:" + mqtt.address().getPort(),
      "--enterprise",
      ENTERPRISE,
      "--token",
      admin(ENTERPRISE)
    };
  }

  /** What a demo writes down about itself, with two enterprises. */
  String demo() {
    ObjectNode demo = JsonNodeFactory.instance.objectNode();
    demo.put("http", "http://127.0.0.1:" + http.getAddress().getPort());
    demo.put("mqtt", "127.0.0.1:" + mqtt.address().getPort());
    ArrayNode enterprises = demo.putArray("enterprises");
    ENTERPRISES.forEach(id -> enterprises.addObject().put("id", id).put("admin", admin(id)));
    return demo.toString();
  }

  private static String admin(String enterprise) {
    return enterprise + ".admin";
  }

  InetSocketAddress mqttAddress() {
    return mqtt.address();
  }

  /** A token for a device that exists. */
  synchronized String login(String device) {
    String token = ENTERPRISE + ".secret-of-" + device;
    deviceOfToken.put(token, device);
    return token;
  }

  /** How many came in, whatever became of them. */
  long messages() {
    return messages.get();
  }

  synchronized List<String> devicesSeen() {
    return series.keySet().stream().map(key -> key.split("/", 2)[1]).sorted().toList();
  }

  synchronized long resentMessages() {
    return dups.stream().filter(dup -> dup).count();
  }

  @Override
  public void close() throws IOException {
    mqtt.close();
    http.stop(0);
  }

  private void serve(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    boolean v5 = false;
    String publisher = "";
    FakeEdgeNode node = new FakeEdgeNode();
    while (true) {
      int head = in.readUnsignedByte();
      byte[] body = in.readNBytes(length(in));
      DataInputStream packet = new DataInputStream(new java.io.ByteArrayInputStream(body));
      switch (head >> 4) {
        case 1 -> {
          packet.skipNBytes(6);
          v5 = packet.readUnsignedByte() == 5;
          int flags = packet.readUnsignedByte();
          packet.skipNBytes(2);
          packet.skipNBytes(v5 ? length(packet) : 0);
          String client = packet.readUTF();
          if ((flags & 4) != 0) {
            packet.skipNBytes(v5 ? length(packet) : 0);
            packet.readUTF();
            packet.skipNBytes(packet.readUnsignedShort());
          }
          String known = loggedIn(packet.readUTF());
          int code = known == null ? (v5 ? 0x87 : 5) : 0;
          byte present = (byte) (code == 0 && !sessions.add(client) ? 1 : 0);
          out.write(
              v5
                  ? new byte[] {0x20, 3, present, (byte) code, 0}
                  : new byte[] {0x20, 2, present, (byte) code});
          publisher = known == null ? "" : known;
          node = new FakeEdgeNode();
        }
        case 3 -> {
          if (!published(publisher, node, v5, head, packet, out)) {
            return;
          }
        }
        case 8 -> {
          byte[] id = packet.readNBytes(2);
          out.write(
              v5
                  ? new byte[] {(byte) 0x90, 4, id[0], id[1], 0, 1}
                  : new byte[] {(byte) 0x90, 3, id[0], id[1], 1});
        }
        case 12 -> out.write(new byte[] {(byte) 0xD0, 0});
        case 14 -> {
          return;
        }
        default -> throw new IOException("packet type " + (head >> 4));
      }
    }
  }

  private boolean published(
      String publisher,
      FakeEdgeNode node,
      boolean v5,
      int head,
      DataInputStream packet,
      OutputStream out)
      throws IOException {
    String topic = packet.readUTF();
    boolean unanswered = (head & 6) == 0;
    int id = unanswered ? 0 : packet.readUnsignedShort();
    packet.skipNBytes(v5 ? length(packet) : 0);
    byte[] payload = packet.readAllBytes();
    if (unanswered) {
      node.takes(topic, payload);
      return true;
    }
    long number = messages.incrementAndGet();
    boolean breaks = number % breakEvery == 0;
    if (breaks && number / breakEvery % 2 == 0) {
      return false;
    }
    int code = store(publisher, node, topic, payload, (head & 8) != 0);
    if (breaks) {
      return false;
    }
    if (silent) {
      return true;
    }
    byte high = (byte) (id >> 8);
    out.write(
        v5
            ? new byte[] {0x40, 3, high, (byte) id, (byte) code}
            : new byte[] {0x40, 2, high, (byte) id});
    return true;
  }

  /** What is no payload or topic is refused as a whole. */
  private synchronized int store(
      String publisher, FakeEdgeNode node, String topic, byte[] payload, boolean dup) {
    dups.add(dup);
    try {
      if (topic.startsWith("spBv1.0/")) {
        JsonNode reading = node.reading(payload);
        String name = topic.replaceFirst("^spBv1.0/([^/]*)/[A-Z]*/", "$1/");
        String device = deviceOfName.getOrDefault(name, publisher);
        return topic.length() > 200
            ? refuse(publisher, "topic", 0x90)
            : storeReading(publisher, device, reading);
      }
      JsonNode json = JSON.readTree(lenient ? FakeEdgeNode.mended(payload) : payload);
      return topic.endsWith("/telemetry") || lenient
          ? store(publisher, topic.substring(0, topic.indexOf("/telemetry") + 10), json)
          : refuse(publisher, "topic", 0x90);
    } catch (IOException e) {
      return refuse(publisher, "malformed", 0x99);
    }
  }

  private int refuse(String publisher, String reason, int code) {
    if (!forgetRejections) {
      ObjectNode rejection = JsonNodeFactory.instance.objectNode().put("publisher", publisher);
      rejections.add(rejection.putNull("device").put("reason", reason).put("count", 1));
    }
    return code;
  }

  private int store(String publisher, String topic, JsonNode json) {
    if (topic.equals("v1/devices/me/telemetry")) {
      return storeReading(publisher, publisher, json);
    }
    int worst = 0;
    for (Map.Entry<String, JsonNode> device : json.properties()) {
      for (JsonNode reading : device.getValue()) {
        worst = Math.max(worst, storeReading(publisher, device.getKey(), reading));
      }
    }
    return worst;
  }

  private int storeReading(String publisher, String device, JsonNode reading) {
    BigDecimal millis = reading.path("ts").decimalValue();
    if (refused.test(millis.longValue())) {
      if (!forgetRejections) {
        ObjectNode rejection = JsonNodeFactory.instance.objectNode().put("publisher", publisher);
        rejection.put("device", device).put("reason", "clock").put("count", 1);
        rejections.add(rejection.put("eventTime", millis));
      }
      return 0x83;
    }
    String owner = moved.test(millis.longValue()) ? OTHER_ENTERPRISE : ENTERPRISE;
    for (Map.Entry<String, JsonNode> value : reading.path("values").properties()) {
      series
          .computeIfAbsent(owner + "/" + device, d -> new LinkedHashMap<>())
          .computeIfAbsent(value.getKey(), m -> new TreeMap<>())
          .put(millis.movePointRight(3).longValue(), value.getValue());
    }
    return 0;
  }

  private synchronized @Nullable String loggedIn(String token) {
    return deviceOfToken.get(token);
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    String enterprise = path[3];
    String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    boolean known =
        ENTERPRISES.stream().anyMatch(id -> authorization.equals("Bearer " + admin(id)));
    int status = 200;
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    if (!known) {
      status = 401;
      answer.put("detail", "send a token of an admin");
    } else if (!open && !authorization.equals("Bearer " + admin(enterprise))) {
      status = 404;
      answer.put("detail", "there is no such enterprise for you");
    } else if (exchange.getRequestMethod().equals("POST")) {
      status = 201;
      answer = make(body);
    } else if (path[4].equals("quotas")) {
      quotas.forEach(answer::put);
    } else if (path[4].equals("rejections")) {
      answer = rejections();
    } else if (refusing.applyAsInt(path[5]) != 0) {
      status = refusing.applyAsInt(path[5]);
      answer.put("detail", "it is not shown");
    } else {
      Map<String, String> query = query(exchange);
      answer =
          query.containsKey("aggregate")
              ? summaryCorruptor.apply(summary(enterprise + "/" + path[5], query))
              : corruptor.apply(series(enterprise + "/" + path[5], query));
    }
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized ObjectNode make(JsonNode body) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode items = answer.putArray("items");
    for (JsonNode device : body.path("devices")) {
      String id = device.path("id").asText();
      deviceOfName.put(device.path("name").asText(id), id);
      items.addObject().put("id", id).put("token", login(id));
    }
    return answer;
  }

  private synchronized ObjectNode rejections() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putArray("items").addAll(rejections);
    return answer.putNull("next");
  }

  /** Small pages, cut between two instants, so that every test follows cursors. */
  private synchronized ObjectNode series(String key, Map<String, String> query) {
    long from = Long.parseLong(query.getOrDefault("cursor", query.get("from") + "000"));
    long to = Long.parseLong(query.getOrDefault("to", "")) * 1_000;
    Map<String, TreeMap<Long, JsonNode>> metrics = series.getOrDefault(key, Map.of());
    TreeMap<Long, Integer> samplesAt = new TreeMap<>();
    metrics
        .values()
        .forEach(
            all -> all.subMap(from, to).keySet().forEach(t -> samplesAt.merge(t, 1, Integer::sum)));
    int count = 0;
    Long next = null;
    for (Map.Entry<Long, Integer> instant : samplesAt.entrySet()) {
      if (count >= PAGE_SAMPLES) {
        next = instant.getKey();
        break;
      }
      count += instant.getValue();
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("device", device(key));
    ArrayNode all = answer.putArray("series");
    for (var metric : metrics.entrySet()) {
      ObjectNode one = JsonNodeFactory.instance.objectNode().put("metric", metric.getKey());
      ArrayNode times = one.putArray("times");
      ArrayNode values = one.putArray("values");
      metric
          .getValue()
          .subMap(from, next == null ? to : next)
          .forEach(
              (time, value) -> {
                times.add(BigDecimal.valueOf(time, 3).stripTrailingZeros());
                values.add(value);
              });
      if (!times.isEmpty()) {
        all.add(one);
      }
    }
    answer.putObject("completeness").put("complete", next == null);
    return next == null ? answer.putNull("next") : answer.put("next", "" + next);
  }

  private synchronized ObjectNode summary(String key, Map<String, String> query) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("device", device(key));
    answer.set("series", FakeSummary.of(series.getOrDefault(key, Map.of()), query));
    answer.putObject("completeness").put("complete", true);
    return answer.putNull("next");
  }

  private static String device(String key) {
    return key.substring(key.indexOf('/') + 1);
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new HashMap<>();
    for (String pair : exchange.getRequestURI().getQuery().split("&", -1)) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], parts[1]);
    }
    return query;
  }

  private static int length(DataInputStream in) throws IOException {
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      int digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      if (digit < 0x80) {
        return length;
      }
    }
  }
}
