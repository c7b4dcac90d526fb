package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;

/** One open MQTT connection. Loop thread only. */
public final class Connection {
  private static final int SUBSCRIBE_BYTES_GUESS = 128;

  private final Channel channel;
  private final InetSocketAddress server;
  private final MqttVersion version;
  private final SendBuffer sending;
  private boolean abandoned;
  private boolean lasting;
  private String closeCause = "the server closed the connection";

  Connection(Channel channel, InetSocketAddress server, MqttVersion version, SendBuffer sending) {
    this.channel = channel;
    this.server = server;
    this.version = version;
    this.sending = sending;
  }

  /**
   * Writes a PUBLISH; it goes out with the next {@link #flush}, which must come before anything of
   * another connection.
   *
   * @param packetId not looked at with QoS 0
   */
  public void publish(String topic, int qos, int packetId, boolean dup, byte[] payload) {
    int topicBytes = ByteBufUtil.utf8Bytes(topic);
    ByteBuf out = sending.room(channel, PacketEncoder.publishBytesMax(topicBytes, payload.length));
    PacketEncoder.publish(out, version, topic, topicBytes, qos, packetId, dup, payload);
  }

  /** Writes a PUBREL; it goes out with a {@link #flush}, which may come whenever it likes. */
  public void release(int packetId) {
    ByteBuf out = channel.alloc().ioBuffer(PacketEncoder.PUBREL_BYTES_MAX);
    PacketEncoder.pubRel(out, packetId);
    var _ = channel.write(out, channel.voidPromise());
  }

  /** Likewise for a message that is not in flight, so that the server can let go of it. */
  public void releaseUnknown(int packetId) {
    ByteBuf out = channel.alloc().ioBuffer(PacketEncoder.PUBREL_BYTES_MAX);
    PacketEncoder.pubRelUnknown(out, version, packetId);
    var _ = channel.write(out, channel.voidPromise());
  }

  /** Whether the socket takes more, so that what is written need not wait in our memory. */
  public boolean isWritable() {
    return channel.isWritable();
  }

  /** Writes a PUBLISH with QoS 0, as {@link #publish} does. */
  public void announce(String topic, byte[] payload) {
    int topicBytes = ByteBufUtil.utf8Bytes(topic);
    ByteBuf out = sending.room(channel, PacketEncoder.publishBytesMax(topicBytes, payload.length));
    PacketEncoder.announce(out, version, topic, topicBytes, payload);
  }

  /** Asks for the messages of a topic; the packet id must be no other's. */
  public void subscribe(int packetId, String filter) {
    ByteBuf out = channel.alloc().ioBuffer(SUBSCRIBE_BYTES_GUESS);
    PacketEncoder.subscribe(out, version, packetId, filter);
    var _ = channel.writeAndFlush(out, channel.voidPromise());
  }

  /** Acknowledges a message of the server's. */
  public void acknowledge(int packetId) {
    ByteBuf out = channel.alloc().ioBuffer(4);
    PacketEncoder.pubAck(out, packetId);
    var _ = channel.writeAndFlush(out, channel.voidPromise());
  }

  public void ping() {
    ByteBuf out = channel.alloc().ioBuffer(2);
    PacketEncoder.pingReq(out);
    var _ = channel.writeAndFlush(out, channel.voidPromise());
  }

  public void flush() {
    sending.flush(channel);
  }

  /** Whether what the server sends is read; unread it fills the buffers of both machines. */
  public void read(boolean reading) {
    channel.config().setAutoRead(reading);
  }

  /** Breaks the connection off, as after a fault: over TLS too without a word of goodbye. */
  public void abort(String cause) {
    closeCause = cause;
    // From the first handler on the way out nobody is left who would write.
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first != null) { // null where the other end was faster
      var _ = first.close();
    }
  }

  /** Likewise, of a server that will break off the next one too. */
  void abortForGood(String cause) {
    lasting = true;
    abort(cause);
  }

  /**
   * Leaves the connection open and dead, as a machine without power does: nothing is written, read
   * or told any more. It is closed with its loop.
   */
  public void abandon() {
    abandoned = true;
    read(false);
  }

  /** Host and port of the other end. */
  public String server() {
    return Addresses.text(server);
  }

  /** Says goodbye and closes; nothing is told any more. */
  public void leave() {
    abandoned = true;
    disconnect();
  }

  boolean isAbandoned() {
    return abandoned;
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

  /** Whether another connection would end the same way. */
  boolean endsForGood() {
    return lasting;
  }
}
