package qiantang.ingest.fuzz;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.Packet;

/** A packet in words, all that it says, and U+0000, which no text of MQTT has. */
final class PacketText {
  private PacketText() {}

  static String of(Packet packet) {
    return switch (packet) {
      case Packet.Connect it ->
          "CONNECT %s %s %s %d %s %s %s %d %d %d %s %s\0"
              .formatted(
                  it.version(),
                  it.cleanStart(),
                  it.clientId(),
                  it.keepAliveSeconds(),
                  it.userName(),
                  hex(it.password()),
                  will(it.will()),
                  it.sessionExpirySeconds(),
                  it.receiveMaximum(),
                  it.maximumPacketBytes(),
                  it.wantsProblemInformation(),
                  it.authenticationMethod());
      case Packet.Publish it ->
          publish(
              it.topic(),
              it.qos(),
              it.duplicate(),
              it.retain(),
              it.packetId(),
              it.isText(),
              HexFormat.of()
                  .formatHex(
                      it.bytes(), it.payloadOffset(), it.payloadOffset() + it.payloadLength()));
      case Packet.OversizedPublish it ->
          "OVERSIZED %s %d %d %s %d\0"
              .formatted(it.topic(), it.qos(), it.packetId(), hex(it.head()), it.payloadLength());
      case Packet.Subscribe it ->
          "SUBSCRIBE " + it.packetId() + it.hasSubscriptionId() + it.filters() + "\0";
      case Packet.Unsubscribe it -> "UNSUBSCRIBE " + it.packetId() + it.filters() + "\0";
      case Packet.PubAck it -> "PUBACK " + it.packetId() + " " + it.code() + "\0";
      case Packet.Acknowledgement it -> "ACK " + it.packetId() + "\0";
      case Packet.PubRel it -> "PUBREL " + it.packetId() + "\0";
      case Packet.PingReq _ -> "PINGREQ\0";
      case Packet.Disconnect it ->
          "DISCONNECT " + it.reasonCode() + " " + it.sessionExpirySeconds() + "\0";
      case Packet.Broken it -> "BROKEN " + it.code() + " " + it.isPublish() + " " + it.detail();
      case Packet.BrokenConnect it ->
          "BROKEN " + it.code() + " of " + it.userName() + " " + it.detail();
    };
  }

  static String publish(
      String topic, int qos, boolean dup, boolean retain, int id, boolean isText, String payload) {
    return "PUBLISH " + topic + " " + qos + dup + retain + " " + id + isText + " " + payload + "\0";
  }

  static String will(Packet.@Nullable Will will) {
    return will == null
        ? "-"
        : will.topic() + " " + hex(will.payload()) + " " + will.qos() + will.retain();
  }

  static String hex(byte @Nullable [] bytes) {
    return bytes == null ? "-" : HexFormat.of().formatHex(bytes);
  }
}
