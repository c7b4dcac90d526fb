package qiantang.sim.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PacketCodecTest {
  private static final String V5_BYTES =
      "2014"
          + "01"
          + "00"
          + "11" // CONNACK, session present, 17 bytes of properties
          + "210014"
          + "130078"
          + "12000161"
          + "2700040000"
          + "2401"
          + "4002"
          + "0007" // PUBACK without a reason code
          + "4003"
          + "0008"
          + "10" // no matching subscribers: success
          + "400b"
          + "0009"
          + "97"
          + "07"
          + "1f00046c617465" // quota exceeded, "late"
          + "9004"
          + "0001"
          + "00"
          + "80" // a subscription that is refused
          + "5002"
          + "000a" // PUBREC without a reason code
          + "500b"
          + "000b"
          + "97"
          + "07"
          + "1f00046c617465"
          + "7003"
          + "000c"
          + "92" // PUBCOMP, packet id not found
          + "d000"
          + "e002"
          + "8b"
          + "00"; // server shutting down

  private static final List<ServerPacket> V5_PACKETS =
      List.of(
          new ServerPacket.ConnAck(true, 0, 20, 120, 1),
          new ServerPacket.PubAck(7, 0, ""),
          new ServerPacket.PubAck(8, 0x10, ""),
          new ServerPacket.PubAck(9, 0x97, "late"),
          new ServerPacket.SubAck(1, 0x80),
          new ServerPacket.PubRec(10, 0, ""),
          new ServerPacket.PubRec(11, 0x97, "late"),
          new ServerPacket.PubComp(12, 0x92, ""),
          new ServerPacket.PingResp(),
          new ServerPacket.Disconnect(0x8b, ""));

  private static final String V3_BYTES =
      "20020000" + "40020102" + "50020103" + "70020103" + "d000" + "9003000101" + "b0020001";

  private static final List<ServerPacket> V3_PACKETS =
      List.of(
          new ServerPacket.ConnAck(false, 0, 65_535, -1, 2),
          new ServerPacket.PubAck(0x0102, 0, ""),
          new ServerPacket.PubRec(0x0103, 0, ""),
          new ServerPacket.PubComp(0x0103, 0, ""),
          new ServerPacket.PingResp(),
          new ServerPacket.SubAck(1, 1),
          new ServerPacket.Other(11));

  @Test
  void packetsOfBothVersionsAreDecodedWhereverTheBytesAreCut() {
    splitEverywhere(MqttVersion.V3_1_1, V3_BYTES, V3_PACKETS);
    splitEverywhere(MqttVersion.V5, V5_BYTES, V5_PACKETS);
  }

  @Test
  void packetsAreDecodedByteByByte() {
    assertEquals(V5_PACKETS, decode(MqttVersion.V5, parts(V5_BYTES, 1)));
    assertEquals(V3_PACKETS, decode(MqttVersion.V3_1_1, parts(V3_BYTES, 1)));
  }

  @Test
  void bytesThatAreNoPacketsBreakTheConnection() {
    for (String bytes : List.of("40ffffffff01", "400107", "4005000790" + "0230", "40ffff7f")) {
      DecoderException thrown =
          assertThrows(
              DecoderException.class,
              () -> decode(MqttVersion.V5, parts(bytes, bytes.length())),
              bytes);
      assertEquals(CorruptedFrameException.class, thrown.getClass());
    }
  }

  @Test
  void connectOfVersion3KeepsTheSession() {
    Login login = new Login(MqttVersion.V3_1_1, "c1", "acme.x", 60);
    assertEquals(
        "1016" + "00044d515454" + "04" + "80" + "003c" + "00026331" + "000661636d652e78",
        encode(out -> PacketEncoder.connect(out, login)));
  }

  /** As plain brokers want it, 3.1.2.8 and 3.1.2.9: a name and a password, or neither. */
  @Test
  void connectHasAPasswordOrNobodysName() {
    String head = "00044d515454" + "04";
    Login named = new Login(MqttVersion.V3_1_1, "c1", "me", new Password("pw"), 60, null);
    assertEquals(
        "1016" + head + "c0" + "003c" + "00026331" + "00026d65" + "00027077",
        encode(out -> PacketEncoder.connect(out, named)));
    Login nobody = new Login(MqttVersion.V3_1_1, "c1", "", 60);
    assertEquals(
        "100e" + head + "00" + "003c" + "00026331",
        encode(out -> PacketEncoder.connect(out, nobody)));
    assertFalse(named.toString().contains("pw"), named.toString());
  }

  @Test
  void connectOfVersion5AsksForSessionExpiry() {
    Login login = new Login(MqttVersion.V5, "c1", "acme.x", 60);
    assertEquals(
        "101c"
            + "00044d515454"
            + "05"
            + "80"
            + "003c"
            + "051100000e10"
            + "00026331"
            + "000661636d652e78",
        encode(out -> PacketEncoder.connect(out, login)));
  }

  @Test
  void anEdgeNodeLeavesAWillAndNoSession() {
    byte[] payload = "ab".getBytes(StandardCharsets.UTF_8);
    Login.Will will = new Login.Will("t", payload);
    assertEquals(
        "101d"
            + "00044d515454"
            + "04"
            + "8e"
            + "003c"
            + "00026331"
            + "000174"
            + "00026162"
            + "000661636d652e78",
        encode(
            out ->
                PacketEncoder.connect(
                    out, new Login(MqttVersion.V3_1_1, "c1", "acme.x", 60, will))));
    assertEquals(
        "1024"
            + "00044d515454"
            + "05"
            + "8e"
            + "003c"
            + "051100000000"
            + "00026331"
            + "00"
            + "000174"
            + "00026162"
            + "000661636d652e78",
        encode(
            out ->
                PacketEncoder.connect(out, new Login(MqttVersion.V5, "c1", "acme.x", 60, will))));
  }

  @Test
  void aNodeSubscribesAnnouncesAndAcknowledges() {
    byte[] payload = "ab".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        "8206" + "0001" + "000174" + "01",
        encode(o -> PacketEncoder.subscribe(o, MqttVersion.V3_1_1, 1, "t")));
    assertEquals(
        "8207" + "0001" + "00" + "000174" + "01",
        encode(o -> PacketEncoder.subscribe(o, MqttVersion.V5, 1, "t")));
    assertEquals(
        "3005" + "000174" + "6162",
        encode(o -> PacketEncoder.announce(o, MqttVersion.V3_1_1, "t", 1, payload)));
    assertEquals(
        "3006" + "000174" + "00" + "6162",
        encode(o -> PacketEncoder.announce(o, MqttVersion.V5, "t", 1, payload)));
    assertEquals("40020102", encode(o -> PacketEncoder.pubAck(o, 0x102)));
  }

  @Test
  void aCommandIsDecodedWithOrWithoutAPacketId() {
    for (String bytes : List.of("3005" + "000174" + "6162", "3207" + "000174" + "0102" + "6162")) {
      ServerPacket.Message message =
          (ServerPacket.Message) decode(MqttVersion.V3_1_1, parts(bytes, 1)).getFirst();
      assertEquals("t", message.topic());
      assertEquals(bytes.startsWith("30") ? 0 : 0x102, message.packetId());
      assertEquals("ab", new String(message.payload(), StandardCharsets.UTF_8));
    }
  }

  /** As the buffer has it that packets are appended to. */
  @Test
  void aPacketTakesNoMoreRoomThanItsBytesMax() {
    String topic = "x".repeat(60_000);
    int room = PacketEncoder.publishBytesMax(topic.length(), 10);
    ByteBuf exact = Unpooled.buffer(room, room);
    PacketEncoder.publish(exact, MqttVersion.V5, topic, topic.length(), 1, 1, false, new byte[10]);
    PacketEncoder.announce(exact.clear(), MqttVersion.V5, topic, topic.length(), new byte[10]);
    assertTrue(exact.release());
  }

  @Test
  void publishSetsDupOnlyForAResend() {
    byte[] payload = "ab".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        "3207" + "000174" + "0102" + "6162",
        encode(
            o -> PacketEncoder.publish(o, MqttVersion.V3_1_1, "t", 1, 1, 0x102, false, payload)));
    assertEquals(
        "3a08" + "000174" + "0102" + "00" + "6162",
        encode(o -> PacketEncoder.publish(o, MqttVersion.V5, "t", 1, 1, 0x102, true, payload)));
  }

  @Test
  void publishHasAPacketIdFromQos1On() {
    byte[] payload = "ab".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        "3005" + "000174" + "6162",
        encode(o -> PacketEncoder.publish(o, MqttVersion.V3_1_1, "t", 1, 0, 7, false, payload)));
    assertEquals(
        "3006" + "000174" + "00" + "6162",
        encode(o -> PacketEncoder.publish(o, MqttVersion.V5, "t", 1, 0, 7, false, payload)));
    assertEquals(
        "3c08" + "000174" + "0102" + "00" + "6162",
        encode(o -> PacketEncoder.publish(o, MqttVersion.V5, "t", 1, 2, 0x102, true, payload)));
  }

  @Test
  void pubRelHasAReasonOnlyForWhatIsNotKnownInVersion5() {
    assertEquals("62020102", encode(o -> PacketEncoder.pubRel(o, 0x102)));
    assertEquals(
        "62020102", encode(o -> PacketEncoder.pubRelUnknown(o, MqttVersion.V3_1_1, 0x102)));
    assertEquals("6203010292", encode(o -> PacketEncoder.pubRelUnknown(o, MqttVersion.V5, 0x102)));
  }

  @Test
  void lengthsOfTwoBytesAreWrittenLowSevenBitsFirst() {
    String bytes =
        encode(
            o -> PacketEncoder.publish(o, MqttVersion.V3_1_1, "t", 1, 1, 1, false, new byte[300]));
    assertEquals("32b102", bytes.substring(0, 6));
  }

  private static void splitEverywhere(MqttVersion version, String hex, List<ServerPacket> packets) {
    for (int cut = 0; cut <= hex.length(); cut += 2) {
      assertEquals(packets, decode(version, List.of(hex.substring(0, cut), hex.substring(cut))));
    }
  }

  private static List<String> parts(String hex, int bytes) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < hex.length(); i += 2 * bytes) {
      parts.add(hex.substring(i, Math.min(hex.length(), i + 2 * bytes)));
    }
    return parts;
  }

  private static List<ServerPacket> decode(MqttVersion version, List<String> parts) {
    EmbeddedChannel channel = new EmbeddedChannel(new PacketDecoder(version));
    try {
      for (String part : parts) {
        channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(part)));
      }
      List<ServerPacket> packets = new ArrayList<>();
      for (Object p = channel.readInbound(); p != null; p = channel.readInbound()) {
        packets.add((ServerPacket) p);
      }
      return packets;
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  private static String encode(Consumer<ByteBuf> encoder) {
    ByteBuf out = Unpooled.buffer();
    encoder.accept(out);
    return ByteBufUtil.hexDump(out);
  }
}
