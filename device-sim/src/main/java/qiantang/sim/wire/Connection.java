package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;

/** One open MQTT connection. Loop thread only. */
public final class Connection {
  private static final int PUBLISH_BYTES_BESIDE_PAYLOAD = 64;

  private final Channel channel;
  private final MqttVersion version;
  private String closeCause = "the server closed the connection";

  Connection(Channel channel, MqttVersion version) {
    this.channel = channel;
    this.version = version;
  }

  /** Writes a PUBLISH with QoS 1; it goes out with the next {@link #flush}. */
  public void publish(byte[] topic, int packetId, boolean dup, byte[] payload) {
    ByteBuf out = channel.alloc().ioBuffer(PUBLISH_BYTES_BESIDE_PAYLOAD + payload.length);
    PacketEncoder.publish(out, version, topic, packetId, dup, payload);
    var _ = channel.write(out, channel.voidPromise());
  }

  public void ping() {
    ByteBuf out = channel.alloc().ioBuffer(2);
    PacketEncoder.pingReq(out);
    var _ = channel.writeAndFlush(out, channel.voidPromise());
  }

  public void flush() {
    channel.flush();
  }

  /** Breaks the connection off, as after a fault. */
  public void abort(String cause) {
    closeCause = cause;
    var _ = channel.close();
  }

  /** Says goodbye, then closes. */
  public void disconnect() {
    closeCause = "we disconnected";
    ByteBuf out = channel.alloc().ioBuffer(2);
    PacketEncoder.disconnect(out);
    var _ = channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  String closeCause() {
    return closeCause;
  }
}
