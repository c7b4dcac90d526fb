package qiantang.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static qiantang.ingest.RawClient.alive;
import static qiantang.ingest.RawClient.assertAnswer;
import static qiantang.ingest.RawClient.assertMatches;
import static qiantang.ingest.RawClient.readPacket;
import static qiantang.ingest.RawClient.readToEnd;
import static qiantang.ingest.RawClient.send;
import static qiantang.ingest.RawClient.sendAll;
import static qiantang.ingest.RawClient.sendForEver;
import static qiantang.ingest.RawClient.upgrade;
import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.connect5;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.ClientPackets.subscribe;
import static qiantang.ingest.net.ClientPackets.unsubscribe;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.Listeners.Layers;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TestAuthority;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/**
 * Inputs that brought other brokers down, or that nobody sends who means well, over real sockets
 * while 100 good clients publish: each is answered as it should be, and the good clients notice
 * nothing.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class HostileInputsIT {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final int GOOD = 100;
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  // No answer comes later: the CONNECT timeout of 10 s is the longest that anything waits for.
  private static final int ANSWER_MILLIS_MAX = 30_000;

  private final ExecutorService store = Executors.newSingleThreadExecutor();
  private final MemoryJournal tables = new MemoryJournal(Clock.systemUTC(), store, true);
  private final MemoryRegistry registry = new MemoryRegistry();
  private final List<Socket> open = new ArrayList<>();
  private final IngestMain node;
  private final String token;
  private final GoodClients good;
  private int clients;

  HostileInputsIT(@TempDir Path files) throws IOException {
    var _ =
        registry.createEnterprise(
            new Enterprise(ACME, "Acme", "", List.of(), Retention.DAYS_30, Instant.now()));
    token = LocalNode.token(registry, ACME, Role.DEVICE, "hostile").text();
    TestAuthority authority = new TestAuthority("authority");
    authority.issue("server").write(files.resolve("server.pem"), files.resolve("server-key.pem"));
    TlsFiles tls =
        new TlsFiles(
            files.resolve("server.pem"),
            files.resolve("server-key.pem"),
            null,
            null,
            ClientAuthentication.none);
    IngestConfig config =
        IngestConfig.of(List.of(HERE), 0, 0, "it", null).with(new Transports(0, 0, -1, tls, false));
    node = IngestMain.start(config, tables, null, registry);
    good = GoodClients.start(GOOD, node.mqttPort(), registry, ACME);
  }

  @AfterEach
  void stop() throws Exception {
    good.stop();
    for (Socket socket : open) {
      socket.close();
    }
    node.close();
    store.shutdownNow();
  }

  @TestFactory
  Stream<DynamicTest> eachIsAnsweredAndNobodyElseNotices() {
    Map<String, Executable> rows = new LinkedHashMap<>();
    beforeLogin(rows);
    packets(rows);
    topicsAndIds(rows);
    exchanges(rows);
    storms(rows);
    payloads(rows);
    others(rows);
    rows.put("the good clients noticed nothing", () -> good.check(tables, ACME));
    return rows.entrySet().stream().map(row -> dynamicTest(row.getKey(), row.getValue()));
  }

  private void beforeLogin(Map<String, Executable> rows) {
    rows.put("1 a first packet that is not CONNECT", () -> closed("", hex("40020001")));
    rows.put("5 256 MB declared before the login", () -> closed("", hex("10ffffff7f00044d51")));
    rows.put(
        "6 a CONNECT with 200 MB of properties",
        () -> closed("", hex("10ffffff5f00044d5154540502000affffff5f2600016100016126000161")));
    rows.put(
        "20 receive maximum 0, packet size 0",
        () -> {
          closed("20..00 82.*", connect5("c", token, "210000"));
          closed("20..00 82.*", connect5("c", token, "2700000000"));
        });
    rows.put(
        "21 a property twice, one of servers",
        () -> {
          closed("20..00 82.*", connect5("c", token, "2100052100 05"));
          closed("20..00 82.*", connect5("c", token, "240101"));
        });
    rows.put(
        "23 a will with a property that is none of its",
        () -> {
          byte[] will = bytes().put(hex("03 210005")).putText("t").putShort(0).toBytes();
          closed(
              "20..00 8[12].*",
              packet(0x10, head(5, 0x86).put(0).putText("c").put(will).putText(token).toBytes()));
        });
    rows.put(
        "28 client ids that are patterns",
        () -> {
          for (String id : List.of("#", "+", "%c", "a/+/b")) {
            closed("20..00 85.*", connect(V5, id, token, 20));
            closed("20 02 00 02", connect(V3_1_1, id, token, 20));
          }
        });
    rows.put(
        "29 no user name",
        () -> {
          closed("20..00 8[67].*", packet(0x10, head(5, 2).put(0).putText("c").toBytes()));
          closed("20 02 00 0[45]", packet(0x10, head(4, 2).putText("c").toBytes()));
        });
    rows.put(
        "32 a version and a name that nobody speaks",
        () -> {
          closed("20..00 84.*|20 02 00 01", packet(0x10, head(6, 2).put(0).putText("c").toBytes()));
          byte[] name = bytes().putText("MQTTX").put(hex("05 02 0014 00")).putText("c").toBytes();
          closed("20..00 84.*|20 02 00 01|", packet(0x10, name));
        });
    rows.put(
        "33 a password without a user name",
        () -> {
          closed("", packet(0x10, head(4, 0x42).putText("c").putText("p").toBytes()));
          closed(
              "20..00 8[67].*",
              packet(0x10, head(5, 0x42).put(0).putText("c").putText("p").toBytes()));
        });
    rows.put(
        "34 no client id and no clean session",
        () ->
            closed(
                "20 02 00 02", packet(0x10, head(4, 0x80).putShort(0).putText(token).toBytes())));
    rows.put(
        "40 HTTP, TLS, PROXY on the port of MQTT",
        () -> {
          closed("", "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
          closed("", hex("160301020001 0001fc0303"));
          byte[] proxy = hex("0d0a0d0a000d0a515549540a 2111ffff");
          closed("", bytes().put(proxy).put(new byte[65_535]).toBytes());
        });
  }

  private void packets(Map<String, Executable> rows) {
    rows.put(
        "2 a second CONNECT",
        () -> {
          ends(V5, "e0..82.*", connect(V5, "again", token, 20));
          ends(V3_1_1, "", connect(V3_1_1, "again", token, 20));
        });
    rows.put(
        "3 type 0; AUTH",
        () -> {
          ends(V5, "e0..8[12].*", hex("0000"));
          ends(V3_1_1, "", hex("f000"));
        });
    rows.put("4 a remaining length of 5 bytes", () -> ends(V5, "e0..81.*", hex("30ffffffff01")));
    rows.put("6 a PUBLISH of 200 MB", () -> ends(V5, "e0..95.*", hex("30ffffff5f00017400")));
    rows.put(
        "7 a property length of 5 bytes",
        () -> ends(V5, "e0..81.*", packet(0x30, "00 01 74 ffffffff01")));
    rows.put("9 an empty topic", () -> ends(V5, "e0..82.*", publish(V5, "", 1, "{}")));
    rows.put(
        "10 a topic with wildcards",
        () -> {
          ends(V5, "e0..(81|90).*", publish(V5, "a/+", 1, "{}"));
          ends(V3_1_1, "", publish(V3_1_1, "a/#", 1, "{}"));
        });
    rows.put(
        "11 texts that are not UTF-8, and U+0000",
        () -> {
          for (String text : List.of("0003 eda080", "0002 c0af", "0001 00")) {
            ends(V5, "e0..81.*", packet(0x30, text + "00"));
          }
        });
    rows.put("12 QoS 3", () -> ends(V5, "e0..81.*", packet(0x36, "0001 74 0001 00")));
    rows.put("13 DUP with QoS 0", () -> ends(V5, "e0..81.*", packet(0x38, "0001 74 00")));
    rows.put("14 packet id 0", () -> ends(V5, "e0..8[12].*", packet(0x32, "0001 74 0000 00")));
    rows.put(
        "15 SUBSCRIBE and PUBREL with wrong flags",
        () -> {
          ends(V5, "e0..81.*", packet(0x80, "0001 00 0001 74 00"));
          ends(V5, "e0..81.*", packet(0x60, "0001"));
        });
    rows.put(
        "16 SUBSCRIBE and UNSUBSCRIBE of nothing",
        () -> {
          ends(V5, "e0..82.*", packet(0x82, "0001 00"));
          ends(V5, "e0..82.*", packet(0xA2, "0001 00"));
        });
    rows.put(
        "25 packets that only a server sends",
        () -> {
          for (String packet : List.of("20020000", "9003000100", "d000")) {
            ends(V5, "e0..82.*", hex(packet));
          }
        });
    rows.put(
        "31 PINGREQ and DISCONNECT with surplus bytes",
        () -> {
          ends(V5, "e0..81.*", hex("c002c000"));
          ends(V3_1_1, "", hex("e002e000"));
        });
  }

  private void topicsAndIds(Map<String, Executable> rows) {
    rows.put(
        "17 malformed shared subscriptions",
        () -> {
          for (String filter : List.of("$share/", "$share/g", "$share//t", "$share/g+/t")) {
            answered(V5, "90 ..0001 00 8f", subscribe(V5, 1, filter, 0));
          }
          ends(V5, "e0..82.*", subscribe(V5, 1, "$share/g/t", 4));
        });
    rows.put(
        "18 tens of thousands of levels",
        () -> {
          String deep = "/".repeat(60_000);
          answered(V5, "40 .*0001 (90|97|87).*", publish(V5, deep, 1, "{}"));
          answered(V5, "90 ..0001 00 8[7f]", subscribe(V5, 1, deep, 0));
          answered(V3_1_1, "40 02 0001", publish(V3_1_1, deep, 1, "{}"));
        });
    rows.put(
        "19 topics of servers",
        () -> {
          for (String topic : List.of("$SYS/x", "$anything", "$share/g/t")) {
            answered(V5, "40 .*0001 (87|90).*", publish(V5, topic, 1, "{}"));
            answered(V3_1_1, "40 02 0001", publish(V3_1_1, topic, 1, "{}"));
          }
        });
    rows.put(
        "20 topic aliases 0 and beyond the limit",
        () -> {
          ends(V5, "e0..94.*", packet(0x32, "0001 74 0001 03 23 0000"));
          ends(V5, "e0..94.*", packet(0x32, "0001 74 0001 03 23 ffff"));
        });
  }

  private void exchanges(Map<String, Executable> rows) {
    rows.put(
        "22 more in flight than the receive maximum",
        () -> {
          ByteArrayOutputStream many = new ByteArrayOutputStream();
          for (int id = 1; id <= 300; id++) { // PUBREL never comes, so none of them is over
            many.writeBytes(publish(V5, 0x34, TOPIC, id, "{\"a\":1}".getBytes(UTF_8)));
          }
          ends(V5, ".*e0 ..93.*", many.toByteArray());
        });
    rows.put(
        "24 one message of QoS 2 again and again",
        () -> {
          try (Socket client = login(V5)) {
            byte[] first = publish(V5, 0x34, TOPIC, 7, "{\"a\":1}".getBytes(UTF_8));
            send(client, first);
            assertAnswer("50 02 0007", client);
            byte[] again = publish(V5, 0x3c, TOPIC, 7, "{\"a\":1}".getBytes(UTF_8));
            for (int i = 0; i < 2000; i++) {
              send(client, again);
            }
            for (int i = 0; i < 2000; i++) {
              assertAnswer("50 .* 0007.*", client);
            }
            alive(client);
          }
        });
    rows.put(
        "30 PUBREL and PUBACK of nothing",
        () -> {
          answered(V5, "70 ..0009 92.*", packet(0x62, "0009"));
          answered(V5, "d0 00", packet(0x40, "0009"), ping());
        });
  }

  private void storms(Map<String, Executable> rows) {
    rows.put(
        "39 a reader that never reads",
        () -> {
          Socket mute = login(V3_1_1);
          open.add(mute); // to the end: the others must not notice
          byte[] flood = new byte[0];
          for (int id = 1; id <= 200; id++) {
            byte[] one = publish(V3_1_1, TOPIC, id, "{\"a\":1}");
            int at = flood.length;
            flood = Arrays.copyOf(flood, at + one.length);
            System.arraycopy(one, 0, flood, at, one.length);
          }
          byte[] bytes = flood;
          var _ = Thread.ofVirtual().start(() -> sendForEver(mute, bytes));
        });
    rows.put(
        "41 a storm of one client id",
        () -> {
          List<Socket> storm = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            Socket client = new Socket(HERE, node.mqttPort());
            client.setSoTimeout(ANSWER_MILLIS_MAX);
            send(client, connect(V5, "same", token, 20));
            storm.add(client);
          }
          for (Socket client : storm) {
            assertAnswer("20 .. 00 00 .*", client);
          }
          long living = storm.stream().filter(RawClient::isLiving).count();
          while (living > 1) { // the last goodbyes are under way
            living = storm.stream().filter(RawClient::isLiving).count();
          }
          assertEquals(1, living, "sessions of one client id");
          for (Socket client : storm) {
            client.close();
          }
        });
    rows.put(
        "42 thousands of subscriptions and their ends",
        () -> {
          try (Socket client = login(V5)) {
            for (int i = 0; i < 2000; i++) {
              send(client, subscribe(V5, 1, "v1/devices/me/rpc/request/+", 1));
              send(client, unsubscribe(V5, 2, "v1/devices/me/rpc/request/+"));
              assertAnswer("90 .* 01", client);
              assertAnswer("b0 .* 00", client);
            }
          }
        });
  }

  private void payloads(Map<String, Executable> rows) {
    rows.put(
        "35 protobuf that is nested without end",
        () -> {
          byte[] groups = new byte[20_000];
          Arrays.fill(groups, (byte) 0x0b);
          answered(V5, "40 .*0001 99.*", publish(V5, 0x32, "spBv1.0/g/NBIRTH/n", 1, groups));
        });
    rows.put(
        "36 JSON nobody should parse",
        () -> {
          String key = "{\"" + "k".repeat(200_000) + "\":1}";
          for (String json :
              List.of(
                  "[".repeat(100_000),
                  "{\"a\":1,\"a\":2}",
                  "{\"a\":NaN}",
                  key,
                  "{\"a\":1E999999999}")) {
            answered(V5, "40 .*0001 99.*", publish(V5, TOPIC, 1, json));
            answered(V3_1_1, "40 02 0001", publish(V3_1_1, TOPIC, 1, json));
          }
        });
    rows.put(
        "37 event times of other units and centuries",
        () -> {
          for (String time :
              List.of("1", "-5", "1753000000", "2082844800000", "\"now\"", "1e300")) {
            String json = "{\"ts\":" + time + ",\"values\":{\"a\":1}}";
            answered(V5, "40 .*0001 99.*", publish(V5, TOPIC, 1, json));
          }
        });
    rows.put(
        "38 a compressed payload",
        () -> {
          byte[] bomb = bytes().put(hex("1f8b0800000000000003")).put(new byte[50_000]).toBytes();
          answered(V5, "40 .*0001 99.*", publish(V5, 0x32, TOPIC, 1, bomb));
        });
  }

  private void others(Map<String, Executable> rows) {
    rows.put(
        "8, 26, 27 halves that are never made whole",
        () -> {
          List<Socket> halves =
              List.of(
                  half(node.mqttPort(), hex("10 40 00044d515454 04 02 ffff 0001")),
                  half(node.port(Layers.TLS), hex("16 0301 4000 01 ffffff 0303")),
                  half(node.port(Layers.TLS), new byte[0]),
                  webSocket(hex("82 fe 1000 00000000 100000")),
                  webSocket(hex("81 82 00000000 6869")));
          for (Socket each : halves) {
            readToEnd(each);
            each.close();
          }
        });
  }

  private static ClientPackets head(int level, int flags) {
    return bytes().putText("MQTT").put(level).put(flags).putShort(20);
  }

  private Socket half(int port, byte[] bytes) throws IOException {
    Socket client = new Socket(HERE, port);
    client.setSoTimeout(ANSWER_MILLIS_MAX);
    send(client, bytes);
    return client;
  }

  private Socket webSocket(byte[] frame) throws IOException {
    Socket client = half(node.port(Layers.WEB_SOCKET), new byte[0]);
    upgrade(client);
    send(client, frame);
    return client;
  }

  private Socket login(MqttVersion version) throws IOException {
    Socket client = half(node.mqttPort(), connect(version, "h" + clients++, token, 0));
    byte[] connack = readPacket(client);
    assertEquals(0x20, connack[0]);
    assertEquals(0, connack[3]);
    return client;
  }

  /** Sends as the first thing of a connection; all that comes back, up to its end, matches. */
  private void closed(String answer, byte[]... sent) throws IOException {
    try (Socket client = half(node.mqttPort(), new byte[0])) {
      sendAll(client, sent);
      assertMatches(answer, readToEnd(client));
    }
  }

  /** Sends after a login; all that comes back, up to the end, matches. */
  private void ends(MqttVersion version, String answer, byte[]... sent) throws IOException {
    try (Socket client = login(version)) {
      sendAll(client, sent);
      assertMatches(answer, readToEnd(client));
    }
  }

  /** Sends after a login; the packet that comes back matches, and the session goes on. */
  private void answered(MqttVersion version, String answer, byte[]... sent) throws IOException {
    try (Socket client = login(version)) {
      sendAll(client, sent);
      assertAnswer(answer, client);
      alive(client);
    }
  }
}
