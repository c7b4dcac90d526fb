package qiantang.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Good clients of several kinds, each with one message in flight and one sent each tenth of a
 * second, and strangers that come, harm and go. What was acknowledged is counted by kind. One event
 * loop.
 */
final class SoakClients implements AutoCloseable {
  /** What a client does; each sends a metric of its own, so that what is stored can be counted. */
  enum Kind {
    QOS_0("n0", 0),
    QOS_1("n1", 1),
    QOS_2("n2", 2),
    /** Speaks for {@link #SUB_DEVICES} devices in each message. */
    GATEWAY("g", 1),
    /** Connects, sends one message and disconnects, again and again. */
    GUEST("v", 1);

    final String metric;
    private final int qos;

    Kind(String metric, int qos) {
      this.metric = metric;
      this.qos = qos;
    }

    int samplesPerMessage() {
      return this == GATEWAY ? SUB_DEVICES : 1;
    }
  }

  private static final int SUB_DEVICES = 5;
  private static final Duration TICK = Duration.ofMillis(100);
  private static final int TICKS_OF_A_GUEST = 5; // a connect and a disconnect each half second
  private static final int STRANGERS_A_TICK = 2;
  private static final int STRANGER_SECONDS_MAX = 5;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final int CONNACK = 0x20;
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBCOMP = 0x70;
  private static final int ACK_BYTES = 4;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Bootstrap bootstrap = new Bootstrap().group(group).channel(NioSocketChannel.class);
  private final InetSocketAddress server;
  private final String stranger;
  private final List<Client> clients = new ArrayList<>();
  private final Map<Kind, LongAdder> acknowledged = new EnumMap<>(Kind.class);
  private final LongAdder cuts = new LongAdder();
  private volatile boolean isSending = true;
  private int ticks;

  /**
   * Clients that begin at once.
   *
   * @param stranger token of the device that sends what is refused
   */
  SoakClients(InetSocketAddress server, Map<Kind, List<String>> tokens, String stranger) {
    this.server = server;
    this.stranger = stranger;
    for (Kind kind : Kind.values()) {
      acknowledged.put(kind, new LongAdder());
      for (String token : tokens.getOrDefault(kind, List.of())) {
        clients.add(new Client(kind, token, clients.size()));
      }
    }
    var _ = loop.scheduleAtFixedRate(this::tick, 0, TICK.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tick() {
    if (isSending) {
      ticks++;
      clients.forEach(Client::tick);
      for (int i = 0; i < STRANGERS_A_TICK; i++) {
        harm(ticks * STRANGERS_A_TICK + i);
      }
    }
  }

  /** Messages of a kind that were acknowledged. */
  long acknowledged(Kind kind) {
    LongAdder count = acknowledged.get(kind);
    return count == null ? 0 : count.sum();
  }

  /** Connections of good clients that the server has ended. */
  long cuts() {
    return cuts.sum();
  }

  /** Nothing new is sent. */
  void pause() {
    isSending = false;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void harm(int number) {
    var _ =
        bootstrap
            .clone()
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelActive(ChannelHandlerContext context) {
                    var _ = context.writeAndFlush(harmful(context.alloc().buffer(), number));
                    var _ =
                        context
                            .executor()
                            .schedule(() -> leave(context), STRANGER_SECONDS_MAX, TimeUnit.SECONDS);
                  }

                  @Override
                  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    leave(context);
                  }
                })
            .connect(server);
  }

  private static void leave(ChannelHandlerContext context) {
    var _ = context.close();
  }

  private ByteBuf harmful(ByteBuf out, int number) {
    String id = "stranger-" + number % 50;
    return switch (number % 6) {
      case 0 -> out.writeBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      case 1 -> out.writeLong(number * 0x9e3779b97f4a7c15L).writeLong(~number);
      case 2 -> ConnectPacket.write(out, id, "soak." + "w".repeat(43), 0);
      case 3 -> out.writeShort(0x1060).writeShort(4).writeBytes("MQ".getBytes(US_ASCII));
      case 4 -> {
        ConnectPacket.write(out, id, stranger, 0);
        yield publish(out, "v1/devices/me/telemetry", "{\"broken\":", 1);
      }
      default -> {
        ConnectPacket.write(out, id, stranger, 0);
        yield out.writeByte(0x30).writeInt(0xffffff7f).writeShort(2).writeShort(0x6162);
      }
    };
  }

  private static ByteBuf publish(ByteBuf out, String topic, String payload, int qos) {
    byte[] name = topic.getBytes(UTF_8);
    byte[] body = payload.getBytes(UTF_8);
    int remaining = 2 + name.length + (qos > 0 ? 2 : 0) + body.length;
    out.writeByte(0x30 | (qos << 1));
    for (int rest = remaining; ; rest >>= 7) {
      if (rest < 0x80) {
        out.writeByte(rest);
        break;
      }
      out.writeByte((rest & 0x7f) | 0x80);
    }
    out.writeShort(name.length).writeBytes(name);
    if (qos > 0) {
      out.writeShort(1); // one in flight
    }
    return out.writeBytes(body);
  }

  /** One good client, over all its connections. Event loop only. */
  private final class Client {
    private final Kind kind;
    private final String token;
    private final int number;
    private @Nullable Link link;
    private long lastTimeMillis;

    Client(Kind kind, String token, int number) {
      this.kind = kind;
      this.token = token;
      this.number = number;
    }

    void tick() {
      Link open = link;
      if (open == null) {
        Link fresh = new Link(this);
        link = fresh;
        bootstrap.clone().handler(fresh).connect(server).addListener(fresh::connected);
      } else if (kind != Kind.GUEST || (ticks + number) % TICKS_OF_A_GUEST == 0) {
        open.tick();
      }
    }

    /** Event times never repeat, so that each sample is counted once. */
    String payload() {
      lastTimeMillis = Math.max(System.currentTimeMillis(), lastTimeMillis + 1);
      String reading =
          "{\"ts\":%d,\"values\":{\"%s\":%d}}".formatted(lastTimeMillis, kind.metric, number);
      if (kind != Kind.GATEWAY) {
        return reading;
      }
      StringBuilder all = new StringBuilder("{");
      for (int i = 0; i < SUB_DEVICES; i++) {
        all.append(i == 0 ? "" : ",").append("\"sub-%d-%d\":[%s]".formatted(number, i, reading));
      }
      return all.append("}").toString();
    }
  }

  /** One connection of a good client. Event loop only. */
  private final class Link extends ChannelInboundHandlerAdapter {
    private final Client client;
    private @Nullable Channel channel;
    private boolean isWaiting = true; // for an answer
    private boolean isLeaving;

    Link(Client client) {
      this.client = client;
    }

    void connected(io.netty.util.concurrent.Future<?> connecting) {
      if (!connecting.isSuccess()) {
        gone();
      }
    }

    void tick() {
      if (!isWaiting && channel != null) {
        Kind kind = client.kind;
        isWaiting = kind.qos > 0;
        String topic = kind == Kind.GATEWAY ? "v1/gateway/telemetry" : "v1/devices/me/telemetry";
        write(publish(channel.alloc().buffer(), topic, client.payload(), kind.qos));
        if (kind.qos == 0) {
          count();
        }
      }
    }

    private void count() {
      LongAdder count = acknowledged.get(client.kind);
      if (count != null) {
        count.increment();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
      ByteBuf out = context.alloc().buffer();
      write(ConnectPacket.write(out, "soak-" + client.number, client.token, KEEP_ALIVE_SECONDS));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      while (in.readableBytes() >= ACK_BYTES) {
        int type = in.readUnsignedByte();
        in.skipBytes(ACK_BYTES - 1);
        answered(type);
      }
      in.release();
    }

    private void answered(int type) {
      switch (type) {
        case CONNACK -> isWaiting = false;
        case PUBREC -> write(ack(0x62));
        case PUBACK, PUBCOMP -> {
          isWaiting = false;
          count();
          if (client.kind == Kind.GUEST && channel != null) {
            isLeaving = true;
            write(channel.alloc().buffer().writeShort(0xe000));
            var _ = channel.close();
          }
        }
        default -> throw new IllegalStateException("answered 0x" + Integer.toHexString(type));
      }
    }

    private ByteBuf ack(int type) {
      Channel open = channel;
      if (open == null) {
        throw new AssertionError("BUG: an answer without its connection");
      }
      return open.alloc().buffer().writeByte(type).writeByte(2).writeShort(1);
    }

    private void write(ByteBuf out) {
      if (channel != null) {
        var _ = channel.writeAndFlush(out, channel.voidPromise());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }

    private void gone() {
      if (!isLeaving && !group.isShuttingDown()) {
        cuts.increment();
      }
      if (client.link == this) {
        client.link = null;
      }
    }
  }
}
