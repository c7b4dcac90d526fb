package qiantang.ingest.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketDecoder;

/** The same stream by Netty's decoder, in the words of {@link PacketText}. */
final class NettyPackets {
  /**
   * What ours refuses and Netty's may take, by the beginning of our detail, and by which clause.
   */
  private static final Map<String, String> WE_REFUSE =
      Map.ofEntries(
          Map.entry("a first packet that is not CONNECT", "MQTT-3.1.0-1"),
          Map.entry("a second CONNECT", "MQTT-3.1.0-2"),
          Map.entry("a CONNECT with flags", "MQTT-2.1.3-1"),
          Map.entry("a CONNECT with", "MQTT-3.1.2-3; surplus bytes: MQTT-3.1.3-1"),
          Map.entry("a client id of", "section 4.13: a limit of ours"),
          Map.entry("a CONNECT of", "section 4.13: a limit of ours"),
          Map.entry("a packet of", "MQTT-2.1.3-1 flags; types 0 and sizes, section 2.1.2"),
          Map.entry("a packet with surplus bytes", "section 2.1.4: the length is the packet's"),
          Map.entry("a packet that ends within a field", "section 2.1.4: as above"),
          Map.entry("a packet that only a server sends", "section 2.1.2, table 2-1"),
          Map.entry("an AUTH", "MQTT-4.12.0-1: no method was agreed on"),
          Map.entry("a text that is not UTF-8", "MQTT-1.5.4-1"),
          Map.entry("a text with U+0000", "MQTT-1.5.4-2"),
          Map.entry("packet id 0", "MQTT-2.2.1-3"),
          Map.entry("a PUBLISH of QoS 0 with DUP", "MQTT-3.3.1-2"),
          Map.entry("an empty topic name", "MQTT-4.7.3-1"),
          Map.entry("a topic name with a wildcard", "MQTT-3.3.2-2"),
          Map.entry("topic alias", "MQTT-3.3.2-8, MQTT-3.3.2-9, section 3.3.2.3.4"),
          Map.entry("property ", "section 2.2.2.2: where each may stand, how often, its values"),
          Map.entry("authentication data without", "section 3.1.2.11.10"),
          Map.entry("a will of QoS 3", "MQTT-3.1.2-12"),
          Map.entry("will flags without a will", "MQTT-3.1.2-11, MQTT-3.1.2-13"),
          Map.entry("a password without a user name", "3.1.1: MQTT-3.1.2-22"),
          Map.entry("a payload that is said to be UTF-8", "section 3.1.3.2.3"),
          Map.entry("only MQTT 3.1.1 and 5.0", "MQTT-3.1.2-2"),
          Map.entry("a subscription with", "MQTT-3.8.3-5, section 3.8.3.1"),
          Map.entry("a SUBSCRIBE without a filter", "MQTT-3.8.3-2"),
          Map.entry("an UNSUBSCRIBE without a filter", "MQTT-3.10.3-2"),
          Map.entry("a DISCONNECT with code", "MQTT-3.14.2-1"),
          Map.entry("a variable byte integer", "MQTT-1.5.5-1"),
          Map.entry("a remaining length of more", "section 2.1.4"));

  /**
   * What Netty's refuses and ours takes, by the beginning of its message, and why ours is right.
   */
  private static final Map<String, String> NETTY_REFUSES =
      Map.of(
          "message length exceeds", "3.1.1 has no way to say it: we step over a PUBLISH and tell");

  private NettyPackets() {}

  /** A difference that is none of the documented ones; null where there is none. */
  static @Nullable String difference(byte[] stream, List<String> ours) {
    List<String> theirs = theirs(stream);
    for (int i = 0; i < ours.size(); i++) {
      String our = ours.get(i);
      @Nullable String their = i < theirs.size() ? theirs.get(i) : null;
      if (our.isEmpty()) {
        return their == null || isRefusal(their) ? null : "ours nothing, Netty " + their;
      }
      if (our.startsWith("BROKEN ")) {
        boolean isBoth = their != null && isRefusal(their);
        return isBoth || isListed(our) ? null : "ours " + our + ", Netty " + their;
      }
      if (their == null) {
        return "ours " + our + ", Netty waits";
      }
      if (isRefusal(their)) {
        return NETTY_REFUSES.keySet().stream().anyMatch(their::contains)
            ? null
            : "ours " + our + ", Netty " + their;
      }
      if (!our.equals(their)) {
        return "ours " + our + ", Netty " + their;
      }
    }
    boolean isMore = theirs.size() > ours.size() && !isRefusal(theirs.get(ours.size()));
    return isMore ? "Netty has more: " + theirs.get(ours.size()) : null;
  }

  private static boolean isRefusal(String text) {
    return text.startsWith("REFUSED ");
  }

  private static boolean isListed(String our) {
    for (String detail : WE_REFUSE.keySet()) {
      if (our.contains(" " + detail)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> theirs(byte[] stream) {
    EmbeddedChannel channel =
        new EmbeddedChannel(new MqttDecoder(PacketDecoder.PACKET_BYTES_MAX, 65_535));
    List<String> packets = new ArrayList<>();
    Map<Integer, String> aliases = new HashMap<>();
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(stream));
      for (@Nullable Object in = channel.readInbound(); in != null; in = channel.readInbound()) {
        packets.add(text((MqttMessage) in, aliases));
        ReferenceCountUtil.release(in);
      }
    } finally {
      var _ = channel.finishAndReleaseAll();
    }
    return packets;
  }

  private static String text(MqttMessage message, Map<Integer, String> aliases) {
    if (message.decoderResult().isFailure()) {
      return "REFUSED " + message.decoderResult().cause();
    }
    String text =
        switch (message) {
          case MqttConnectMessage it -> connect(it);
          case MqttPublishMessage it -> publish(it, aliases);
          case MqttSubscribeMessage it -> subscribe(it);
          case MqttUnsubscribeMessage it ->
              "UNSUBSCRIBE " + it.variableHeader().messageId() + it.payload().topics();
          default -> other(message);
        };
    return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
  }

  private static String other(MqttMessage message) {
    Object header = message.variableHeader();
    int code = header instanceof MqttPubReplyMessageVariableHeader it ? it.reasonCode() & 0xff : 0;
    int id = header instanceof MqttMessageIdVariableHeader it ? it.messageId() : 0;
    return switch (message.fixedHeader().messageType()) {
      case PUBACK -> "PUBACK " + id + " " + code;
      case PUBREC, PUBCOMP -> "ACK " + id;
      case PUBREL -> "PUBREL " + id;
      case PINGREQ -> "PINGREQ";
      case DISCONNECT ->
          header instanceof MqttReasonCodeAndPropertiesVariableHeader it
              ? "DISCONNECT "
                  + (it.reasonCode() & 0xff)
                  + " "
                  + (number(it.properties(), MqttProperties.SESSION_EXPIRY_INTERVAL, 0)
                      & 0xffff_ffffL)
              : "DISCONNECT 0 0";
      default -> message.toString();
    };
  }

  private static String connect(MqttConnectMessage it) {
    var header = it.variableHeader();
    var payload = it.payload();
    MqttProperties properties = header.properties();
    Packet.@Nullable Will will =
        header.isWillFlag()
            ? new Packet.Will(
                payload.willTopic(),
                payload.willMessageInBytes(),
                header.willQos(),
                header.isWillRetain())
            : null;
    MqttProperties.@Nullable MqttProperty<?> size =
        properties.getProperty(MqttProperties.MAXIMUM_PACKET_SIZE);
    MqttProperties.@Nullable MqttProperty<?> method =
        properties.getProperty(MqttProperties.AUTHENTICATION_METHOD);
    return PacketText.of(
        new Packet.Connect(
            header.version() == 5 ? MqttVersion.V5 : MqttVersion.V3_1_1,
            header.isCleanSession(),
            payload.clientIdentifier(),
            header.keepAliveTimeSeconds(),
            payload.userName(),
            payload.passwordInBytes(),
            will,
            number(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, 0) & 0xffff_ffffL,
            number(properties, MqttProperties.RECEIVE_MAXIMUM, 65_535),
            size == null ? Long.MAX_VALUE : (int) (Integer) size.value() & 0xffff_ffffL,
            number(properties, MqttProperties.REQUEST_PROBLEM_INFORMATION, 1) == 1,
            method == null ? null : (String) method.value()));
  }

  private static String publish(MqttPublishMessage it, Map<Integer, String> aliases) {
    MqttProperties properties = it.variableHeader().properties();
    String topic = it.variableHeader().topicName();
    int alias = number(properties, MqttProperties.TOPIC_ALIAS, 0);
    if (topic.isEmpty()) {
      topic = aliases.getOrDefault(alias, "");
    } else if (alias != 0) {
      aliases.put(alias, topic);
    }
    int qos = it.fixedHeader().qosLevel().value();
    return PacketText.publish(
        topic,
        qos,
        it.fixedHeader().isDup(),
        it.fixedHeader().isRetain(),
        qos == 0 ? 0 : it.variableHeader().packetId(),
        number(properties, MqttProperties.PAYLOAD_FORMAT_INDICATOR, 0) == 1,
        ByteBufUtil.hexDump(it.content()));
  }

  private static String subscribe(MqttSubscribeMessage it) {
    List<Packet.Filter> filters =
        it.payload().topicSubscriptions().stream()
            .map(
                one ->
                    new Packet.Filter(
                        new String(one.topicFilter().getBytes(UTF_8), UTF_8),
                        one.option().qos().value(),
                        one.option().isNoLocal(),
                        one.option().isRetainAsPublished(),
                        one.option().retainHandling().value()))
            .toList();
    boolean hasId =
        it.idAndPropertiesVariableHeader()
                .properties()
                .getProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER)
            != null;
    return "SUBSCRIBE " + it.variableHeader().messageId() + hasId + filters;
  }

  private static int number(MqttProperties properties, int id, int otherwise) {
    MqttProperties.@Nullable MqttProperty<?> property = properties.getProperty(id);
    return property == null ? otherwise : (Integer) property.value();
  }
}
