package qiantang.bench;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Publishes as fast as the server acknowledges: each connection keeps its window of QoS 1 messages
 * full (a closed loop, so it measures capacity and not the latency of a load below it). One event
 * loop and ready-made packets, because it shares the cores with what it measures.
 */
final class LoadClient implements AutoCloseable {
  private static final int PUBACK = 0x40;
  private static final int CONNACK = 0x20;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final int CONNECT_BYTES = 128;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());

  // A message a packet costs a system call each on both sides, so many go together every 5 ms; of
  // few each goes when it is due, as that wait would be most of their latency.
  private static final Duration TICK = Duration.ofMillis(5);
  private static final Duration TICK_OF_FEW = Duration.ofMillis(1);
  private static final int FEW_PER_SECOND = 5000;

  private final List<Channel> channels = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>(); // event loop only
  private final SingleWriterRecorder latencyMicros = new SingleWriterRecorder(3_600_000_000L, 3);
  private final LongAdder acknowledged = new LongAdder();
  private final int window;
  private final LoadMessage message;
  private final long firstTimeMillis;
  private final int perSecond;
  private long beginNanos; // event loop only, as the two below
  private long planned;
  private int turn;
  private @Nullable Future<?> ticking;
  private volatile @Nullable String failure;
  private volatile boolean sending;

  /**
   * A client that is not connected yet.
   *
   * @param window messages in flight a connection
   * @param message what each sends again and again
   * @param firstTimeMillis event time of each device's first message; each next is 1 ms later
   * @param perSecond messages a second of all connections together; 0 for as many as are
   *     acknowledged
   */
  LoadClient(int window, LoadMessage message, long firstTimeMillis, int perSecond) {
    this.window = window;
    this.perSecond = perSecond;
    this.firstTimeMillis = firstTimeMillis;
    this.message = message;
  }

  /** Connects and logs in one connection per token; returns when all are in. */
  void connect(InetSocketAddress server, List<String> tokens) throws InterruptedException {
    CountDownLatch loggedIn = new CountDownLatch(tokens.size());
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class);
    for (int i = 0; i < tokens.size(); i++) {
      Connection connection = new Connection(tokens.get(i), i, loggedIn);
      Bootstrap one =
          bootstrap
              .clone()
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel.pipeline().addLast(connection);
                    }
                  });
      channels.add(one.connect(server).sync().channel());
    }
    while (!loggedIn.await(1, TimeUnit.SECONDS)) {
      check();
    }
    check();
  }

  /** Begins to send, until {@link #pause}. */
  void send() {
    sending = true;
    group
        .next()
        .execute(
            () -> {
              if (perSecond == 0) {
                connections.forEach(connection -> connection.publish(window, System.nanoTime(), 0));
              } else {
                beginNanos = System.nanoTime();
                planned = 0;
                stopTicking();
                Duration tick = perSecond <= FEW_PER_SECOND ? TICK_OF_FEW : TICK;
                ticking =
                    group
                        .next()
                        .scheduleAtFixedRate(
                            this::sendWhatIsDue, 0, tick.toNanos(), TimeUnit.NANOSECONDS);
              }
            });
  }

  private void stopTicking() {
    Future<?> running = ticking;
    if (running != null) {
      running.cancel(false);
    }
  }

  /** Runs on the event loop: whatever is due goes out, each connection a share in its turn. */
  private void sendWhatIsDue() {
    long due = (long) ((System.nanoTime() - beginNanos) / 1e9 * perSecond) - planned;
    // A whole share at once spares a system call a message; more than a window is never free.
    int share = Math.clamp(due / connections.size() + 1, 1, window);
    for (int tried = 0; sending && due > 0 && tried < connections.size(); tried++) {
      Connection connection = connections.get(turn);
      turn = (turn + 1) % connections.size();
      int count = (int) Math.min(Math.min(share, due), connection.free());
      if (count > 0) {
        long step = 1_000_000_000L / perSecond;
        connection.publish(count, beginNanos + (long) (planned * 1e9 / perSecond), step);
        planned += count;
        due -= count;
      }
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
    private final int number;
    private final CountDownLatch loggedIn;
    private final long[] sentNanos = new long[window + 1];
    private long sent;
    private int expected = 2; // of the packet being read: CONNACK and PUBACK are 4 bytes
    private int header;
    private int seen;
    private int packetId;
    private long acked;
    private @Nullable ChannelHandlerContext context;

    Connection(String token, int number, CountDownLatch loggedIn) {
      this.token = token;
      this.number = number;
      this.loggedIn = loggedIn;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
      context = active;
      connections.add(this);
      String clientId = Integer.toHexString(token.hashCode());
      ByteBuf out = active.alloc().buffer(CONNECT_BYTES);
      ConnectPacket.write(out, clientId, token, KEEP_ALIVE_SECONDS);
      var _ = active.writeAndFlush(out, active.voidPromise());
    }

    int free() {
      return (int) (window - (sent - acked));
    }

    @Override
    public void channelRead(ChannelHandlerContext active, Object message) {
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
        acked += acks;
        if (sending && perSecond == 0) {
          publish(acks, System.nanoTime(), 0);
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

    /** The first was due at {@code plannedNanos}, each next {@code stepNanos} later. */
    private void publish(int count, long plannedNanos, long stepNanos) {
      ChannelHandlerContext active = context;
      if (active == null) {
        throw new AssertionError("BUG: a connection that is not active");
      }
      ByteBuf out = active.alloc().buffer(count * message.packet().length);
      for (int i = 0; i < count; i++) {
        int id = (int) (sent % window) + 1; // acknowledged in order, so the oldest id is free
        message.write(out, number, id, firstTimeMillis + sent);
        sentNanos[id] = plannedNanos + i * stepNanos;
        sent++;
      }
      var _ = active.writeAndFlush(out, active.voidPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
      if (!group.isShuttingDown()) {
        fail("closed a connection after " + sent + " messages");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
      fail(cause.toString());
    }

    private void fail(String text) {
      if (failure == null) { // what follows from it says less
        failure = text;
      }
    }
  }
}
