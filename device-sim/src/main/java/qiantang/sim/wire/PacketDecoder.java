package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bytes to packets, however the bytes are cut. Loop thread. */
final class PacketDecoder extends ByteToMessageDecoder {
  /** A publisher is sent only small packets; more means that we lost our place in the bytes. */
  private static final int BODY_BYTES_MAX = 256 * 1024;

  private static final int LENGTH_BYTES_MAX = 4;

  private static final int CONNACK = 2;
  private static final int PUBLISH = 3;
  private static final int PUBACK = 4;
  private static final int PUBREC = 5;
  private static final int PUBCOMP = 7;
  private static final int SUBACK = 9;
  private static final int PINGRESP = 13;
  private static final int DISCONNECT = 14;

  private static final int PROPERTY_KEEP_ALIVE = 0x13;
  private static final int PROPERTY_REASON = 0x1F;
  private static final int PROPERTY_RECEIVE_MAX = 0x21;
  private static final int PROPERTY_MAXIMUM_QOS = 0x24;
  private static final int RECEIVE_MAX_DEFAULT = 65_535;

  private final MqttVersion version;

  PacketDecoder(MqttVersion version) {
    this.version = version;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    int start = in.readerIndex();
    if (in.readableBytes() < 2) {
      return;
    }
    int head = in.readUnsignedByte();
    int type = head >>> 4;
    int length = 0;
    for (int i = 0; ; i++) {
      if (i == LENGTH_BYTES_MAX) {
        // [MQTT-2.2.3] a remaining length has at most four bytes.
        throw new CorruptedFrameException("a remaining length of more than four bytes");
      }
      if (!in.isReadable()) {
        in.readerIndex(start);
        return;
      }
      int digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << (7 * i);
      if ((digit & 0x80) == 0) {
        break;
      }
    }
    if (length > BODY_BYTES_MAX) {
      throw new CorruptedFrameException("a packet of " + length + " bytes for a publisher");
    }
    if (in.readableBytes() < length) {
      in.readerIndex(start);
      return;
    }
    try {
      out.add(packet(head, in.readSlice(length)));
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptedFrameException("packet type " + type + " is shorter than its fields", e);
    }
  }

  private ServerPacket packet(int head, ByteBuf body) {
    int type = head >>> 4;
    return switch (type) {
      case CONNACK -> connAck(body);
      case PUBLISH -> message((head >> 1) & 3, body);
      case SUBACK -> subAck(body);
      case PUBACK -> {
        Answer answer = answer(body);
        yield new ServerPacket.PubAck(answer.packetId, answer.code, answer.reason);
      }
      case PUBREC -> {
        Answer answer = answer(body);
        yield new ServerPacket.PubRec(answer.packetId, answer.code, answer.reason);
      }
      case PUBCOMP -> {
        Answer answer = answer(body);
        yield new ServerPacket.PubComp(answer.packetId, answer.code, answer.reason);
      }
      case PINGRESP -> new ServerPacket.PingResp();
      case DISCONNECT -> disconnect(body);
      default -> new ServerPacket.Other(type);
    };
  }

  private ServerPacket connAck(ByteBuf body) {
    boolean sessionPresent = (body.readUnsignedByte() & 1) != 0;
    int code = body.readUnsignedByte();
    Properties properties = properties(body);
    return new ServerPacket.ConnAck(
        sessionPresent,
        code,
        properties.receiveMax,
        properties.keepAliveSeconds,
        properties.maximumQos);
  }

  /** What PUBACK, PUBREC and PUBCOMP have in them. */
  private record Answer(int packetId, int code, String reason) {}

  private Answer answer(ByteBuf body) {
    int packetId = body.readUnsignedShort();
    // [MQTT-5 3.4.2.1], 3.5.2.1 and 3.7.2.1: without a reason code the code is 0.
    int code = body.isReadable() ? body.readUnsignedByte() : 0;
    return new Answer(packetId, code, properties(body).reason);
  }

  private ServerPacket message(int qos, ByteBuf body) {
    if (qos > 1) {
      throw new CorruptedFrameException("a message with QoS " + qos + "; asked for was QoS 1");
    }
    String topic = text(body);
    int packetId = qos == 0 ? 0 : body.readUnsignedShort();
    var _ = properties(body);
    byte[] payload = new byte[body.readableBytes()];
    body.readBytes(payload);
    return new ServerPacket.Message(topic, packetId, payload);
  }

  private ServerPacket subAck(ByteBuf body) {
    int packetId = body.readUnsignedShort();
    var _ = properties(body);
    return new ServerPacket.SubAck(packetId, body.readUnsignedByte());
  }

  private ServerPacket disconnect(ByteBuf body) {
    int code = body.isReadable() ? body.readUnsignedByte() : 0;
    return new ServerPacket.Disconnect(code, properties(body).reason);
  }

  /** The few properties that matter to a publisher. */
  private static final class Properties {
    int receiveMax = RECEIVE_MAX_DEFAULT;
    int keepAliveSeconds = -1;
    int maximumQos = 2;
    String reason = "";
  }

  private Properties properties(ByteBuf body) {
    Properties properties = new Properties();
    if (version != MqttVersion.V5 || !body.isReadable()) {
      return properties;
    }
    ByteBuf in = body.readSlice(variableInt(body));
    while (in.isReadable()) {
      int id = in.readUnsignedByte();
      switch (id) {
        case PROPERTY_KEEP_ALIVE -> properties.keepAliveSeconds = in.readUnsignedShort();
        case PROPERTY_RECEIVE_MAX -> properties.receiveMax = in.readUnsignedShort();
        case PROPERTY_MAXIMUM_QOS -> properties.maximumQos = in.readUnsignedByte();
        case PROPERTY_REASON -> properties.reason = text(in);
        default -> skip(id, in);
      }
    }
    return properties;
  }

  /** [MQTT-5 2.2.2.2] the type of a property follows from its id. */
  private static void skip(int id, ByteBuf in) {
    switch (id) {
      case 0x01, 0x17, 0x19, 0x25, 0x28, 0x29, 0x2A -> in.skipBytes(1);
      case 0x22, 0x23 -> in.skipBytes(2);
      case 0x02, 0x11, 0x18, 0x27 -> in.skipBytes(4);
      case 0x0B -> variableInt(in);
      case 0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C -> in.skipBytes(in.readUnsignedShort());
      case 0x26 -> {
        in.skipBytes(in.readUnsignedShort());
        in.skipBytes(in.readUnsignedShort());
      }
      default -> throw new CorruptedFrameException("unknown property " + id);
    }
  }

  private static int variableInt(ByteBuf in) {
    int value = 0;
    for (int i = 0; i < LENGTH_BYTES_MAX; i++) {
      int digit = in.readUnsignedByte();
      value |= (digit & 0x7F) << (7 * i);
      if ((digit & 0x80) == 0) {
        return value;
      }
    }
    throw new CorruptedFrameException("a variable integer of more than four bytes");
  }

  private static String text(ByteBuf in) {
    return in.readCharSequence(in.readUnsignedShort(), StandardCharsets.UTF_8).toString();
  }
}
