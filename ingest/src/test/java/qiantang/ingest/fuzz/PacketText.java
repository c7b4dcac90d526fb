package qiantang.ingest.fuzz;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.Packet;

/** A packet in words, all that it says; so that two may be compared. */
final class PacketText {
  private PacketText() {}

  static String of(Packet packet) {
    return switch (packet) {
      case Packet.Connect it ->
          "CONNECT %s %s %s %d %s %s %s %d %d %d %s %s\n"
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
          "OVERSIZED %s %d %d %s %d\n"
              .formatted(it.topic(), it.qos(), it.packetId(), hex(it.head()), it.payloadLength());
      case Packet.Subscribe it ->
          "SUBSCRIBE " + it.packetId() + it.hasSubscriptionId() + it.filters() + "\n";
      case Packet.Unsubscribe it -> "UNSUBSCRIBE " + it.packetId() + it.filters() + "\n";
      case Packet.PubAck it -> "PUBACK " + it.packetId() + " " + it.code() + "\n";
      case Packet.Acknowledgement it -> "ACK " + it.packetId() + "\n";
      case Packet.PubRel it -> "PUBREL " + it.packetId() + "\n";
      case Packet.PingReq _ -> "PINGREQ\n";
      case Packet.Disconnect it ->
          "DISCONNECT " + it.reasonCode() + " " + it.sessionExpirySeconds() + "\n";
      case Packet.Broken it -> "BROKEN " + it.code() + " " + it.isPublish() + " " + it.detail();
      case Packet.BrokenConnect it ->
          "BROKEN " + it.code() + " of " + it.userName() + " " + it.detail();
    };
  }

  static String publish(
      String topic, int qos, boolean dup, boolean retain, int id, boolean isText, String payload) {
    return "PUBLISH " + topic + " " + qos + dup + retain + " " + id + isText + " " + payload + "\n";
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
