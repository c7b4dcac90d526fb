package qiantang.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Publishes as fast as the server acknowledges: each connection keeps its window of QoS 1 messages
 * full (a closed loop, so it measures capacity and not the latency of a load below it). One event
 * loop, ready-made packets of which only packet id and event time change: the client costs as
 * little as it can, because it shares the cores with what it measures.
 */
final class LoadClient implements AutoCloseable {
  private static final int PUBACK = 0x40;
  private static final int CONNACK = 0x20;
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final int TIME_DIGITS = 13;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final List<Channel> channels = new ArrayList<>();
  private final SingleWriterRecorder latencyMicros = new SingleWriterRecorder(3_600_000_000L, 3);
  private final LongAdder acknowledged = new LongAdder();
  private final int window;
  private final byte[] publish;
  private final int packetIdAt;
  private final int timeAt;
  private final long firstTimeMillis;
  private volatile @Nullable String failure;
  private volatile boolean sending;

  /**
   * A client that is not connected yet.
   *
   * @param window messages in flight a connection
   * @param payloadBytes size of the JSON payload, at least 60
   * @param firstTimeMillis event time of each device's first message; each next is 1 ms later
   */
  LoadClient(int window, int payloadBytes, long firstTimeMillis) {
    this.window = window;
    this.firstTimeMillis = firstTimeMillis;
    String head = "{\"ts\":0000000000000,\"values\":{\"temperature\":42.17,\"note\":\"";
    String payload = head + "x".repeat(payloadBytes - head.length() - 3) + "\"}}";
    byte[] topic = TOPIC.getBytes(US_ASCII);
    int remaining = 2 + topic.length + 2 + payload.length();
    byte[] packet = new byte[remaining + 3];
    int at = 0;
    packet[at++] = 0x32; // PUBLISH, QoS 1
    if (remaining > 127) {
      packet[at++] = (byte) ((remaining & 0x7f) | 0x80);
    }
    packet[at++] = (byte) (remaining > 127 ? remaining >> 7 : remaining);
    packet[at++] = (byte) (topic.length >> 8);
    packet[at++] = (byte) topic.length;
    System.arraycopy(topic, 0, packet, at, topic.length);
    at += topic.length;
    packetIdAt = at;
    at += 2;
    timeAt = at + "{\"ts\":".length();
    System.arraycopy(payload.getBytes(US_ASCII), 0, packet, at, payload.length());
    publish = Arrays.copyOf(packet, at + payload.length());
  }

  /** Connects and logs in one connection per token; returns when all are in. */
  void connect(InetSocketAddress server, List<String> tokens) throws InterruptedException {
    CountDownLatch loggedIn = new CountDownLatch(tokens.size());
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class);
    for (String token : tokens) {
      Bootstrap one =
          bootstrap
              .clone()
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel.pipeline().addLast(new Connection(token, loggedIn));
                    }
                  });
      channels.add(one.connect(server).sync().channel());
    }
    while (!loggedIn.await(1, TimeUnit.SECONDS)) {
      check();
    }
    check();
  }

  /** Fills all windows and keeps them full until {@link #pause}. */
  void send() {
    sending = true;
    for (Channel channel : channels) {
      channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(true));
    }
  }

  /** Sends nothing new; what is in flight is still acknowledged. */
  void pause() {
    sending = false;
  }

  /** Acknowledgements received so far. */
  long acknowledged() {
    return acknowledged.sum();
  }

  /** Send to PUBACK in microseconds since the last call. */
  Histogram takeLatencyMicros() {
    return latencyMicros.getIntervalHistogram();
  }

  /** Throws if a connection was refused or lost. */
  void check() {
    String text = failure;
    if (text != null) {
      throw new IllegalStateException("cannot load the server: " + text);
    }
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** One connection; runs on the event loop. */
  private final class Connection extends ChannelInboundHandlerAdapter {
    private final String token;
    private final CountDownLatch loggedIn;
    private final long[] sentNanos = new long[window + 1];
    private long sent;
    private int expected = 2; // of the packet being read: CONNACK and PUBACK are 4 bytes
    private int header;
    private int seen;
    private int packetId;
    private boolean started;

    Connection(String token, CountDownLatch loggedIn) {
      this.token = token;
      this.loggedIn = loggedIn;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      byte[] user = token.getBytes(UTF_8);
      byte[] client = Integer.toHexString(token.hashCode()).getBytes(US_ASCII);
      int remaining = 10 + 2 + client.length + 2 + user.length;
      ByteBuf out = context.alloc().buffer(remaining + 2);
      out.writeByte(0x10).writeByte(remaining);
      out.writeShort(4).writeBytes("MQTT".getBytes(US_ASCII));
      out.writeByte(4).writeByte(0x82).writeShort(60);
      out.writeShort(client.length).writeBytes(client);
      out.writeShort(user.length).writeBytes(user);
      var _ = context.writeAndFlush(out, context.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      int acks = 0;
      while (in.isReadable()) {
        int b = in.readUnsignedByte();
        switch (seen++) {
          case 0 -> header = b;
          case 1 -> expected = 2 + b;
          case 2 -> packetId = b << 8;
          default -> packetId |= b;
        }
        if (seen >= 2 && seen == expected) {
          seen = 0;
          acks += packet(header, packetId);
        }
      }
      in.release();
      if (acks > 0) {
        acknowledged.add(acks);
        if (sending) {
          publish(context, acks);
        }
      }
    }

    private int packet(int type, int id) {
      if (type == PUBACK) {
        latencyMicros.recordValue((System.nanoTime() - sentNanos[id]) / 1000);
        return 1;
      }
      if (type == CONNACK && id == 0) {
        loggedIn.countDown();
      } else {
        fail("answered 0x" + Integer.toHexString(type) + " with " + id);
      }
      return 0;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (!started) {
        started = true;
        publish(context, window);
      }
    }

    private void publish(ChannelHandlerContext context, int count) {
      ByteBuf out = context.alloc().buffer(count * publish.length);
      long now = System.nanoTime();
      for (int i = 0; i < count; i++) {
        int id = (int) (sent % window) + 1; // acknowledged in order, so the oldest id is free
        int from = out.writerIndex();
        out.writeBytes(publish);
        out.setShort(from + packetIdAt, id);
        writeTime(out, from + timeAt, firstTimeMillis + sent);
        sentNanos[id] = now;
        sent++;
      }
      var _ = context.writeAndFlush(out, context.voidPromise());
    }

    private static void writeTime(ByteBuf out, int at, long timeMillis) {
      long rest = timeMillis;
      for (int digit = TIME_DIGITS - 1; digit >= 0; digit--) {
        out.setByte(at + digit, (int) ('0' + rest % 10));
        rest /= 10;
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (!group.isShuttingDown()) {
        fail("closed a connection after " + sent + " messages");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(cause.toString());
    }

    private void fail(String text) {
      failure = text;
    }
  }
}
