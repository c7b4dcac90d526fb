package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.disconnect;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.ClientPackets.subscribe;
import static qiantang.ingest.net.ClientPackets.unsubscribe;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import qiantang.store.journal.ByteBudget;

class PacketDecoderTest {
  private static final String TOPIC = "v1/devices/me/telemetry";

  @Test
  void readsWhatClientsSend() {
    for (MqttVersion version : MqttVersion.values()) {
      byte[] stream =
          bytes()
              .put(connect(version, "c-1", "acme.secret", 60))
              .put(publish(version, TOPIC, 1, "{\"a\":1}"))
              .put(publish(version, TOPIC, 0, ""))
              .put(subscribe(version, 2, "v1/gateway/rpc", 1))
              .put(unsubscribe(version, 3, "v1/gateway/rpc"))
              .put(ping())
              .put(packet(0x40, "0007"))
              .put(packet(0x62, "0008"))
              .put(disconnect())
              .toBytes();
      List<String> whole = decode(stream, stream.length);
      assertEquals(
          List.of(
              "Connect[" + version + ", c-1]",
              "publish " + TOPIC + " 1 {\"a\":1}",
              "publish " + TOPIC + " 0 ",
              "Subscribe[packetId=2, filters=[Filter[text=v1/gateway/rpc, qos=1, noLocal=false,"
                  + " retainAsPublished=false, retainHandling=0]],"
                  + " hasSubscriptionId=false]",
              "Unsubscribe[packetId=3, filters=[v1/gateway/rpc]]",
              "PingReq[]",
              "PubAck[packetId=7, code=0]",
              "PubRel[packetId=8]",
              "Disconnect[reasonCode=0, sessionExpirySeconds=0]"),
          whole);
    }
  }

  @Test
  void aStreamSplitAnywhereGivesTheSamePackets() {
    for (MqttVersion version : MqttVersion.values()) {
      byte[] stream =
          bytes()
              .put(connect(version, "c-1", "acme.secret", 60))
              .put(publish(version, TOPIC, 1, "{\"a\":" + "1".repeat(300) + "}"))
              .put(ping())
              .put(publish(version, "v2/t", 2, "{}"))
              .toBytes();
      List<String> whole = decode(stream, stream.length);
      assertEquals(4, whole.size());
      for (int split = 1; split < stream.length; split++) {
        assertEquals(whole, decode(stream, split));
      }
      assertEquals(whole, decodeInSteps(stream, 1));
    }
  }

  @Test
  void anOversizedPublishOf311IsSteppedOver() {
    byte[] payload = new byte[300_000];
    Arrays.fill(payload, (byte) 'x');
    byte[] stream =
        bytes()
            .put(connect(V3_1_1, "c", "u", 0))
            .put(publish(V3_1_1, 0x32, TOPIC, 9, payload))
            .put(ping())
            .toBytes();
    String head = "x".repeat(PacketDecoder.HEAD_BYTES);
    List<String> expected =
        List.of("Connect[V3_1_1, c]", "oversized " + TOPIC + " 9 300000 " + head, "PingReq[]");
    assertEquals(expected, decode(stream, stream.length));
    assertEquals(expected, decodeInSteps(stream, 1));
    assertEquals(expected, decodeInSteps(stream, 4096));
  }

  @Test
  void anOversizedPublishOf5EndsTheConnectionAtItsHeader() {
    byte[] stream = bytes().put(connect(V5, "c", "u", 0)).put(hex("32 80 80 10")).toBytes();
    assertEquals(List.of("Connect[V5, c]", "broken PACKET_TOO_LARGE"), decodeInSteps(stream, 1));
  }

  @Test
  void thePacketOfTheLargestSizeIsTaken() {
    int overhead = 1 + 3 + 2 + TOPIC.length() + 2;
    byte[] largest = new byte[PacketDecoder.PACKET_BYTES_MAX - overhead];
    byte[] stream =
        bytes()
            .put(connect(V3_1_1, "c", "u", 0))
            .put(publish(V3_1_1, 0x32, TOPIC, 1, largest))
            .put(publish(V3_1_1, 0x32, TOPIC, 2, new byte[largest.length + 1]))
            .toBytes();
    List<String> packets = decode(stream, stream.length);
    assertEquals("publish", packets.get(1).substring(0, 7));
    assertEquals("oversized", packets.get(2).substring(0, 9));
  }

  @Test
  void largePacketsThatAreNotWholeShareTheirRoom() {
    ByteBudget room = new ByteBudget(300_000);
    byte[] large = publish(V5, 0x32, TOPIC, 1, new byte[200_000]);
    EmbeddedChannel first = new EmbeddedChannel(new PacketDecoder(room));
    first.writeInbound(Unpooled.wrappedBuffer(connect(V5, "a", "u", 0)));
    first.writeInbound(Unpooled.wrappedBuffer(large, 0, 150_000));
    EmbeddedChannel second = new EmbeddedChannel(new PacketDecoder(room));
    second.writeInbound(Unpooled.wrappedBuffer(connect(V5, "b", "u", 0)));
    second.writeInbound(Unpooled.wrappedBuffer(large, 0, 5000));
    second.writeInbound(Unpooled.wrappedBuffer(large, 5000, large.length - 5000));
    assertEquals(List.of("Connect[V5, b]"), packets(second));
    var _ = first.close();
    second.runPendingTasks();
    assertEquals(1, packets(second).size());
    second.writeInbound(Unpooled.wrappedBuffer(ping()));
    assertEquals(0, room.takenBytes());
  }

  @Test
  void nothingIsHeardBehindABrokenPacket() {
    byte[] stream = bytes().put(hex("C000")).put(connect(V5, "c", "u", 0)).toBytes();
    assertEquals(List.of("broken PROTOCOL_ERROR"), decode(stream, stream.length));
  }

  @Test
  void hostileFirstPacketsAreBroken() {
    String name = "0004 4D515454";
    first("PROTOCOL_ERROR", "C0 00"); // row 1: not CONNECT
    first("PROTOCOL_ERROR", "40 02 0001");
    first("PROTOCOL_ERROR", "00 00"); // row 3: type 0
    first("PROTOCOL_ERROR", "47 45 54 20 2F"); // row 40: GET /
    first("MALFORMED_PACKET", "16 03 01 02 00"); // row 40: TLS looks like a CONNECT with flags
    first("MALFORMED_PACKET", "10 FF FF FF FF 01"); // row 4: five bytes of length
    first("PACKET_TOO_LARGE", "10 FF FF FF 7F"); // row 5: 256 MB before the login
    first("PACKET_TOO_LARGE", "10 FD FF 0F"); // 256 KiB and one byte
    first("MALFORMED_PACKET", "11 0D " + name + "04 02 003C 0001 63"); // flags of CONNECT
    first("UNSUPPORTED_VERSION", "10 0D " + name + "06 02 003C 0001 63"); // row 32
    first("UNSUPPORTED_VERSION", "10 0E 0005 4D51545458 04 02 003C 0001 63"); // MQTTX
    first("UNSUPPORTED_VERSION", "10 0F 0006 4D5149736470 03 02 003C 0001 63"); // MQTT 3.1
    first("MALFORMED_PACKET", "10 0D " + name + "04 03 003C 0001 63"); // reserved flag
    first("MALFORMED_PACKET", "10 0D " + name + "04 42 003C 0001 63"); // row 33
    first("MALFORMED_PACKET", "10 0D " + name + "04 1E 003C 0001 63"); // will of QoS 3
    first("MALFORMED_PACKET", "10 0D " + name + "04 0A 003C 0001 63"); // will QoS, no will
    first("MALFORMED_PACKET", "10 0E " + name + "04 02 003C 0001 63 00"); // surplus
    first("MALFORMED_PACKET", "10 0D " + name + "04 02 003C 0005 63"); // ends in a field
    first("MALFORMED_PACKET", "10 0F " + name + "04 02 003C 0003 EDA080"); // row 11: surrogate
    first("MALFORMED_PACKET", "10 0E " + name + "04 02 003C 0002 C080"); // overlong
    first("MALFORMED_PACKET", "10 0D " + name + "04 02 003C 0001 00"); // U+0000
    String connect5 = name + "05 02 003C ";
    first("PROTOCOL_ERROR", "10 11 " + connect5 + "03 21 0000 0001 63"); // row 20
    first("PROTOCOL_ERROR", "10 13 " + connect5 + "05 27 00000000 0001 63");
    first("PROTOCOL_ERROR", "10 14 " + connect5 + "06 21 0005 21 0005 0001 63"); // row 21: twice
    first("PROTOCOL_ERROR", "10 10 " + connect5 + "02 24 01 0001 63"); // a server's property
    first("PROTOCOL_ERROR", "10 10 " + connect5 + "02 17 02 0001 63"); // a flag of 2
    first("MALFORMED_PACKET", "10 12 " + connect5 + "FF FF FF FF 01 0001 63"); // row 7
    first("MALFORMED_PACKET", "10 0E " + connect5 + "7F 0001 63"); // properties beyond the packet
    first("PROTOCOL_ERROR", "10 12 " + connect5 + "04 16 0001 00 0001 63"); // data, no method
    String will5 = name + "05 06 003C 00 0001 63 ";
    first("PROTOCOL_ERROR", "10 15 " + will5 + "03 21 0005 0001 74 0000"); // row 23
  }

  @Test
  void aBrokenConnectSaysWhoseItIsWhereTheUserNameCanBeRead() {
    String c = "0004 4D515454 04";
    String user = "0001 75"; // "u"
    first("V3_1_1 MALFORMED_PACKET u", "10 10 " + c + "82 003C 0001 00" + user); // U+0000
    first("V3_1_1 MALFORMED_PACKET u", "10 11 " + c + "82 003C 0002 C080" + user);
    first("V3_1_1 MALFORMED_PACKET u", "10 10 " + c + "83 003C 0001 63" + user); // reserved flag
    first("V3_1_1 MALFORMED_PACKET u", "10 15 " + c + "86 003C 0001 63 0001 23 0000" + user); // #
    first("V3_1_1 PROTOCOL_ERROR u", "10 14 " + c + "86 003C 0001 63 0000 0000" + user);
    first("V3_1_1 MALFORMED_PACKET u", "10 11 " + c + "82 003C 0001 63" + user + "00"); // surplus
    first("V3_1_1 MALFORMED_PACKET u", "10 12 " + c + "C2 003C 0001 63" + user + "0001"); // cut
    first("broken MALFORMED_PACKET", "10 10 " + c + "82 003C 0001 63 0002 75"); // cut in the user
    first("broken MALFORMED_PACKET", "10 10 " + c + "82 003C 0001 63 0001 00");
    String v5 = "0004 4D515454 05";
    first("V5 PROTOCOL_ERROR u", "10 14 " + v5 + "82 003C 03 21 0000 0001 63" + user); // row 20
    first("V5 MALFORMED_PACKET u", "10 11 " + v5 + "82 003C 00 0001 00" + user);
    first(
        "V5 PROTOCOL_ERROR u", // row 23
        "10 1A " + v5 + "86 003C 00 0001 63 03 210005 0001 74 0000" + user);
  }

  @Test
  void aConnectTooLargeToBeKeptSaysWhoseItIsAllTheSame() {
    String big = "x".repeat(60_000);
    for (MqttVersion version : MqttVersion.values()) {
      expect(
          List.of("BrokenConnect " + version + " CLIENT_ID_INVALID acme.secret"),
          connect(version, big, "acme.secret", 60));
      expect(
          List.of("BrokenConnect " + version + " PACKET_TOO_LARGE acme.secret"),
          withWill(version, big, "acme.secret"));
      expect(List.of("broken PACKET_TOO_LARGE"), connect(version, "c", big, 60));
      expect(List.of("broken CLIENT_ID_INVALID"), connect(version, big, "", 60));
    }
    expect(List.of("broken PACKET_TOO_LARGE"), packet(0x10, new byte[60_000]));
    // 20,000 = 0x20 + 0x1C << 7 + 0x01 << 14 bytes of properties, which nobody looks at.
    expect(
        List.of("BrokenConnect V5 PACKET_TOO_LARGE acme.secret"),
        withProperties("A0 9C 01", "acme.secret"));
    expect(List.of("broken MALFORMED_PACKET"), withProperties("A0 9C 81 80", "acme.secret"));
    byte[] cut = connect(V3_1_1, big, "acme.secret", 60);
    cut[cut.length - "acme.secret".length() - 1]++; // longer than the packet
    expect(List.of("broken MALFORMED_PACKET"), cut);
    byte[] largest = connect(V3_1_1, "x".repeat(PacketDecoder.CONNECT_BYTES_MAX - 17), "u", 60);
    assertEquals(PacketDecoder.CONNECT_BYTES_MAX + 1, largest.length);
    expect(List.of("BrokenConnect V3_1_1 CLIENT_ID_INVALID u"), largest);
  }

  private static byte[] withProperties(String length, String userName) {
    ClientPackets body = bytes().putText("MQTT").put(5).put(0x82).putShort(60);
    body.put(hex(length)).put(new byte[20_000]).putText("c").putText(userName);
    return packet(0x10, body.toBytes());
  }

  private static byte[] withWill(MqttVersion version, String payload, String userName) {
    boolean isV5 = version == V5;
    ClientPackets body = bytes().putText("MQTT").put(isV5 ? 5 : 4).put(0x86).putShort(60);
    body.put(hex(isV5 ? "05 11 0000003C" : "")).putText("c").put(hex(isV5 ? "02 0101" : ""));
    return packet(0x10, body.putText("t").putText(payload).putText(userName).toBytes());
  }

  @Test
  void hostilePacketsAreBroken() {
    both("PROTOCOL_ERROR", "10 0D 0004 4D515454 04 02 003C 0001 63"); // row 2: a second CONNECT
    both("MALFORMED_PACKET", "00 00"); // row 3
    both("PROTOCOL_ERROR", "F0 00"); // row 3: AUTH
    both("PROTOCOL_ERROR", "20 02 0000"); // row 25: CONNACK
    both("PROTOCOL_ERROR", "90 03 0001 00"); // SUBACK
    both("PROTOCOL_ERROR", "B0 02 0001"); // UNSUBACK
    both("PROTOCOL_ERROR", "D0 00"); // PINGRESP
    both("MALFORMED_PACKET", "C1 00"); // flags
    both("MALFORMED_PACKET", "C0 02 C000"); // row 31: surplus bytes
    both("MALFORMED_PACKET", "E1 00");
    both("MALFORMED_PACKET", "80 06 0001 0001 61 00"); // row 15: flags of SUBSCRIBE
    both("MALFORMED_PACKET", "60 02 0001"); // row 15: flags of PUBREL
    both("MALFORMED_PACKET", "A0 05 0001 0001 61");
    both("PROTOCOL_ERROR", "40 02 0000"); // packet id 0
    both("MALFORMED_PACKET", "40 01 00");
    only(V3_1_1, "PROTOCOL_ERROR", "82 02 0001"); // row 16: no filter
    only(V5, "PROTOCOL_ERROR", "82 03 0001 00");
    only(V3_1_1, "PROTOCOL_ERROR", "A2 02 0001");
    only(V5, "PROTOCOL_ERROR", "A2 03 0001 00");
    only(V3_1_1, "PROTOCOL_ERROR", "82 06 0000 0001 61 00"); // packet id 0
    only(V3_1_1, "MALFORMED_PACKET", "82 06 0001 0001 61 03"); // QoS 3
    only(V3_1_1, "MALFORMED_PACKET", "82 06 0001 0001 61 04"); // options of 5
    only(V5, "MALFORMED_PACKET", "82 07 0001 00 0001 61 40"); // reserved options
    only(V5, "PROTOCOL_ERROR", "82 07 0001 00 0001 61 30"); // retain handling 3
    only(V5, "PROTOCOL_ERROR", "82 09 0001 02 0B00 0001 61 00"); // subscription id 0
    only(V3_1_1, "MALFORMED_PACKET", "E0 01 00"); // a reason in 3.1.1
    only(V5, "PROTOCOL_ERROR", "E0 04 00 02 2305"); // an alias in DISCONNECT
  }

  @Test
  void hostilePublishesAreBroken() {
    both("MALFORMED_PACKET", "36 07 0001 61 0001 00 00"); // row 12: QoS 3
    both("MALFORMED_PACKET", "38 05 0001 61 00 00"); // row 13: DUP with QoS 0
    both("PROTOCOL_ERROR", "32 06 0001 61 0000 00"); // row 14: packet id 0
    both("PROTOCOL_ERROR", "30 03 0000 00"); // row 9: no topic
    both("MALFORMED_PACKET", "30 04 0001 2B 00"); // row 10: +
    both("MALFORMED_PACKET", "30 06 0003 612F23 00"); // row 10: #
    both("MALFORMED_PACKET", "30 06 0003 EDA080 00"); // row 11
    both("MALFORMED_PACKET", "30 05 0002 C080 00");
    both("MALFORMED_PACKET", "30 04 0001 00 00");
    both("MALFORMED_PACKET", "30 02 0009"); // ends in the topic
    both("MALFORMED_PACKET", "32 03 0001 61"); // ends before the packet id
    only(V5, "TOPIC_ALIAS_INVALID", "30 07 0001 61 03 230011"); // row 20
    only(V5, "TOPIC_ALIAS_INVALID", "30 06 0000 03 230000");
    only(V5, "PROTOCOL_ERROR", "30 06 0000 03 230001"); // stands for nothing
    only(V5, "MALFORMED_PACKET", "30 09 0001 61 05 08 0002 612B"); // a response topic
    only(V5, "PROTOCOL_ERROR", "30 08 0001 61 04 0100 0100"); // row 21: twice
    only(V5, "PROTOCOL_ERROR", "30 06 0001 61 02 0B01"); // a subscription id from a client
    only(V5, "PROTOCOL_ERROR", "30 06 0001 61 02 0102"); // payload format 2
    only(V5, "MALFORMED_PACKET", "30 09 0001 61 FF FF FF FF 01 00"); // row 7
    only(V5, "MALFORMED_PACKET", "30 04 0001 61 05"); // properties beyond the packet
    only(V5, "MALFORMED_PACKET", "30 03 0001 61"); // no properties
  }

  @Test
  void anAliasStandsForTheTopicThatWasGivenWithIt() {
    ClientPackets stream = bytes().put(connect(V5, "c", "u", 0));
    stream.put(hex("30 0C 0003 612F62 03 230001 7B7D 20"));
    stream.put(hex("30 08 0000 03 230001 7B7D"));
    stream.put(hex("30 08 0001 63 03 230001 31")); // another one from now on
    stream.put(hex("30 07 0000 03 230001 32"));
    stream.put(hex("30 07 0001 64 03 230010")); // the greatest
    stream.put(hex("30 07 0000 03 230001 33"));
    expect(
        List.of(
            "Connect[V5, c]",
            "publish a/b 0 {} ",
            "publish a/b 0 {}",
            "publish c 0 1",
            "publish c 0 2",
            "publish d 0 ",
            "publish c 0 3"),
        stream.toBytes());
  }

  @Test
  void aliasesAreBoundedInBytes() {
    ClientPackets stream = bytes().put(connect(V5, "c", "u", 0));
    for (int alias = 1; alias <= 3; alias++) {
      byte[] body = bytes().putText("t".repeat(1500)).put(3).put(0x23).putShort(alias).toBytes();
      stream.put(packet(0x30, body));
    }
    List<String> packets = decode(stream.toBytes(), stream.toBytes().length);
    assertEquals(4, packets.size());
    assertTrue(packets.getLast().contains("QUOTA_EXCEEDED"), packets.getLast());
  }

  @Test
  void propertiesOf128BytesAndMoreStayOutOfThePayload() { // netty#17105
    byte[] properties =
        bytes()
            .put(0x26)
            .putText("k".repeat(60))
            .putText("v".repeat(80))
            .put(0x01)
            .put(1)
            .toBytes();
    byte[] body =
        bytes()
            .putText("v2/t")
            .putShort(1)
            .put((properties.length & 0x7f) | 0x80)
            .put(properties.length >> 7)
            .put(properties)
            .put("{}".getBytes(UTF_8))
            .toBytes();
    byte[] stream = bytes().put(connect(V5, "c", "u", 0)).put(packet(0x32, body)).toBytes();
    assertEquals(List.of("Connect[V5, c]", "publish v2/t 1 {}"), decode(stream, stream.length));
  }

  @Test
  void connectCarriesWhatASessionNeeds() {
    String properties = "11 0000003C 21 0014 27 00000400 17 00 26 0001 61 0001 62";
    byte[] body =
        bytes()
            .putText("MQTT")
            .put(5)
            .put(0xCE)
            .putShort(30)
            .put(hex("16" + properties))
            .putText("c")
            .put(0) // will properties
            .putText("will/topic")
            .putText("gone")
            .putText("user")
            .putText("password")
            .toBytes();
    EmbeddedChannel channel = new EmbeddedChannel(new PacketDecoder(new ByteBudget(1 << 20)));
    channel.writeInbound(Unpooled.wrappedBuffer(packet(0x10, body)));
    Packet.Connect connect = channel.readInbound();
    assertEquals(60, connect.sessionExpirySeconds());
    assertEquals(20, connect.receiveMaximum());
    assertEquals(1024, connect.maximumPacketBytes());
    assertFalse(connect.wantsProblemInformation());
    assertEquals("will/topic", Objects.requireNonNull(connect.will()).topic());
    assertEquals(1, connect.will().qos());
    assertEquals("gone", new String(connect.will().payload(), UTF_8));
    assertEquals("user", connect.userName());
    assertEquals("password", new String(connect.password(), UTF_8));
    assertNull(connect.authenticationMethod());
  }

  private static void first(String code, String stream) {
    String packet =
        code.startsWith("broken ")
            ? code
            : (code.contains(" ") ? "BrokenConnect " : "broken ") + code;
    expect(List.of(packet), hex(stream));
  }

  private static void both(String code, String packet) {
    only(V3_1_1, code, packet);
    only(V5, code, packet);
  }

  private static void only(MqttVersion version, String code, String packet) {
    byte[] stream = bytes().put(connect(version, "c", "u", 0)).put(hex(packet)).toBytes();
    expect(List.of("Connect[" + version + ", c]", "broken " + code), stream);
  }

  private static void expect(List<String> packets, byte[] stream) {
    assertEquals(packets, decode(stream, stream.length));
    assertEquals(packets, decodeInSteps(stream, 1));
  }

  private static List<String> decode(byte[] stream, int split) {
    EmbeddedChannel channel = new EmbeddedChannel(new PacketDecoder(new ByteBudget(1 << 20)));
    channel.writeInbound(Unpooled.copiedBuffer(stream, 0, split));
    if (split < stream.length) {
      channel.writeInbound(Unpooled.copiedBuffer(stream, split, stream.length - split));
    }
    return packets(channel);
  }

  private static List<String> decodeInSteps(byte[] stream, int step) {
    EmbeddedChannel channel = new EmbeddedChannel(new PacketDecoder(new ByteBudget(1 << 20)));
    for (int at = 0; at < stream.length; at += step) {
      int count = Math.min(step, stream.length - at);
      channel.writeInbound(Unpooled.copiedBuffer(stream, at, count));
    }
    return packets(channel);
  }

  private static List<String> packets(EmbeddedChannel channel) {
    List<String> packets = new ArrayList<>();
    for (Packet packet = channel.readInbound(); packet != null; packet = channel.readInbound()) {
      packets.add(describe(packet));
    }
    return packets;
  }

  private static String describe(Packet packet) {
    return switch (packet) {
      case Packet.Publish p ->
          "publish %s %d %s"
              .formatted(
                  p.topic(),
                  p.packetId(),
                  new String(p.bytes(), p.payloadOffset(), p.payloadLength(), UTF_8));
      case Packet.OversizedPublish p ->
          "oversized %s %d %d %s"
              .formatted(p.topic(), p.packetId(), p.payloadLength(), new String(p.head(), UTF_8));
      case Packet.Broken broken -> "broken " + broken.code();
      case Packet.BrokenConnect broken ->
          "BrokenConnect " + broken.version() + " " + broken.code() + " " + broken.userName();
      default -> packet.toString();
    };
  }
}
