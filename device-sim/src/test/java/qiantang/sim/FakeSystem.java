package qiantang.sim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
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
  private static final String ADMIN = "acme.admin";

  private final ServerSocket mqtt = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  private final HttpServer http =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

  private final Map<String, String> deviceOfToken = new HashMap<>();
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

  /** Changes answers before they go out. */
  volatile UnaryOperator<ObjectNode> corruptor = answer -> answer;

  FakeSystem() throws IOException {
    http.createContext("/v1/enterprises/" + ENTERPRISE, this::handle);
    http.start();
    Thread.ofVirtual().start(this::accept);
  }

  String[] options() {
    return new String[] {
      "--http",
      "http://127.0.0.1:" + http.getAddress().getPort(),
      "--mqtt",
      "127.0.0.1:" + mqtt.getLocalPort(),
      "--enterprise",
      ENTERPRISE,
      "--token",
      ADMIN
    };
  }

  InetSocketAddress mqttAddress() {
    return new InetSocketAddress(mqtt.getInetAddress(), mqtt.getLocalPort());
  }

  /** A token for a device that exists. */
  synchronized String login(String device) {
    String token = ENTERPRISE + ".secret-of-" + device;
    deviceOfToken.put(token, device);
    return token;
  }

  synchronized List<String> devicesSeen() {
    return series.keySet().stream().sorted().toList();
  }

  synchronized long resentMessages() {
    return dups.stream().filter(dup -> dup).count();
  }

  @Override
  public void close() throws IOException {
    mqtt.close();
    http.stop(0);
  }

  private void accept() {
    while (!mqtt.isClosed()) {
      try {
        Socket socket = mqtt.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      boolean v5 = false;
      String publisher = "";
      while (true) {
        int head = in.readUnsignedByte();
        byte[] body = in.readNBytes(length(in));
        DataInputStream packet = new DataInputStream(new java.io.ByteArrayInputStream(body));
        switch (head >> 4) {
          case 1 -> {
            packet.skipNBytes(6);
            v5 = packet.readUnsignedByte() == 5;
            packet.skipNBytes(3);
            packet.skipNBytes(v5 ? length(packet) : 0);
            packet.readUTF();
            String known = device(packet.readUTF());
            int code = known == null ? (v5 ? 0x87 : 5) : 0;
            out.write(
                v5
                    ? new byte[] {0x20, 3, 0, (byte) code, 0}
                    : new byte[] {0x20, 2, 0, (byte) code});
            publisher = known == null ? "" : known;
          }
          case 3 -> {
            if (!published(publisher, v5, head, packet, out)) {
              return;
            }
          }
          case 12 -> out.write(new byte[] {(byte) 0xD0, 0});
          case 14 -> {
            return;
          }
          default -> throw new IOException("packet type " + (head >> 4));
        }
      }
    } catch (EOFException e) {
      // the client went away
    } catch (IOException e) {
      if (!mqtt.isClosed() && !String.valueOf(e.getMessage()).contains("onnection reset")) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private boolean published(
      String publisher, boolean v5, int head, DataInputStream packet, OutputStream out)
      throws IOException {
    String topic = packet.readUTF();
    int id = packet.readUnsignedShort();
    packet.skipNBytes(v5 ? length(packet) : 0);
    long number = messages.incrementAndGet();
    boolean breaks = number % breakEvery == 0;
    if (breaks && number / breakEvery % 2 == 0) {
      return false;
    }
    int code = store(publisher, topic, JSON.readTree(packet.readAllBytes()), (head & 8) != 0);
    if (breaks) {
      return false;
    }
    byte high = (byte) (id >> 8);
    out.write(
        v5
            ? new byte[] {0x40, 3, high, (byte) id, (byte) code}
            : new byte[] {0x40, 2, high, (byte) id});
    return true;
  }

  private synchronized int store(String publisher, String topic, JsonNode json, boolean dup) {
    dups.add(dup);
    if (topic.equals("v1/devices/me/telemetry")) {
      return store(publisher, publisher, json);
    }
    int worst = 0;
    for (Map.Entry<String, JsonNode> device : json.properties()) {
      for (JsonNode reading : device.getValue()) {
        worst = Math.max(worst, store(publisher, device.getKey(), reading));
      }
    }
    return worst;
  }

  private int store(String publisher, String device, JsonNode reading) {
    BigDecimal millis = reading.path("ts").decimalValue();
    if (refused.test(millis.longValue())) {
      if (!forgetRejections) {
        ObjectNode rejection = JsonNodeFactory.instance.objectNode().put("publisher", publisher);
        rejection.put("device", device).put("reason", "clock").put("count", 1);
        rejections.add(rejection.put("eventTime", millis));
      }
      return 0x83;
    }
    for (Map.Entry<String, JsonNode> value : reading.path("values").properties()) {
      series
          .computeIfAbsent(device, d -> new LinkedHashMap<>())
          .computeIfAbsent(value.getKey(), m -> new TreeMap<>())
          .put(millis.movePointRight(3).longValue(), value.getValue());
    }
    return 0;
  }

  private synchronized @Nullable String device(String token) {
    return deviceOfToken.get(token);
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    boolean admin =
        ("Bearer " + ADMIN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    int status = 200;
    ObjectNode answer;
    if (!admin) {
      status = 401;
      answer = JsonNodeFactory.instance.objectNode().put("detail", "send a token of an admin");
    } else if (exchange.getRequestMethod().equals("POST")) {
      status = 201;
      answer = make(body);
    } else if (path[4].equals("rejections")) {
      answer = rejections();
    } else {
      answer = corruptor.apply(series(path[5], query(exchange)));
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
      items.addObject().put("id", id).put("token", login(id));
    }
    return answer;
  }

  private synchronized ObjectNode rejections() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putArray("items").addAll(rejections);
    return answer.putNull("next");
  }

  /** Small pages, cut within a series, so that every test follows cursors. */
  private synchronized ObjectNode series(String device, Map<String, String> query) {
    long from = Long.parseLong(query.getOrDefault("from", "")) * 1_000;
    long to = Long.parseLong(query.getOrDefault("to", "")) * 1_000;
    long skip = Long.parseLong(query.getOrDefault("cursor", "0"));
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("device", device);
    ArrayNode all = answer.putArray("series");
    long index = 0;
    for (var metric : series.getOrDefault(device, Map.of()).entrySet()) {
      ObjectNode one = JsonNodeFactory.instance.objectNode().put("metric", metric.getKey());
      ArrayNode times = one.putArray("times");
      ArrayNode values = one.putArray("values");
      for (var sample : metric.getValue().subMap(from, to).entrySet()) {
        if (index >= skip && index < skip + PAGE_SAMPLES) {
          times.add(BigDecimal.valueOf(sample.getKey(), 3).stripTrailingZeros());
          values.add(sample.getValue());
        }
        index++;
      }
      if (!times.isEmpty()) {
        all.add(one);
      }
    }
    boolean more = index > skip + PAGE_SAMPLES;
    answer.putObject("completeness").put("complete", !more);
    return more ? answer.put("next", "" + (skip + PAGE_SAMPLES)) : answer.putNull("next");
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
