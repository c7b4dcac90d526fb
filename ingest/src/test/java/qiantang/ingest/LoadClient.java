package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;

/**
 * Keeps a number of QoS 1 messages in flight on each of many connections and prints, every second,
 * how many were acknowledged and how long that took. To look at where the time goes, not to judge
 * it: client and server share the machine. {@code LoadClient PORT TOKEN CONNECTIONS IN_FLIGHT}.
 */
public final class LoadClient {
  private static final int BUCKETS = 2000; // of a millisecond

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLongArray latencies = new AtomicLongArray(BUCKETS);
  private final byte[] publish;
  private final int inFlight;

  private LoadClient(int inFlight) {
    this.inFlight = inFlight;
    String payload =
        "{\"temperature\":21.57,\"pressure\":101.325,\"speed\":1480,\"running\":true,"
            + "\"program\":\"P-7781\",\"cycle\":92133}";
    publish = ClientPackets.publish(MqttVersion.V3_1_1, 0x32, "v2/t", 1, payload.getBytes(UTF_8));
  }

  /** Runs until it is ended. */
  public static void main(String[] args) throws InterruptedException {
    int port = Integer.parseInt(args[0]);
    int connections = Integer.parseInt(args[2]);
    LoadClient load = new LoadClient(Integer.parseInt(args[3]));
    var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Bootstrap bootstrap = new Bootstrap().group(group).channel(EpollSocketChannel.class);
    for (int i = 0; i < connections; i++) {
      String clientId = "load-" + i;
      bootstrap.handler(
          new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
              channel.pipeline().addLast(load.new Connection(clientId, args[1]));
            }
          });
      bootstrap.connect("127.0.0.1", port).sync();
    }
    long last = 0;
    while (true) {
      synchronized (load) {
        load.wait(Duration.ofSeconds(1).toMillis());
      }
      long now = load.acknowledged.get();
      System.out.println((now - last) + " acknowledged/s, " + load.percentiles());
      last = now;
    }
  }

  private String percentiles() {
    long[] counts = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      counts[i] = latencies.getAndSet(i, 0);
    }
    long all = Arrays.stream(counts).sum();
    return "p50 " + rank(counts, all / 2) + " ms, p99 " + rank(counts, all - all / 100) + " ms";
  }

  private static int rank(long[] counts, long rank) {
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i];
      if (sum >= rank) {
        return i;
      }
    }
    return counts.length;
  }

  private final class Connection extends ChannelInboundHandlerAdapter {
    private final String clientId;
    private final String token;
    private final long[] sentNanos = new long[1025];
    private int nextId = 1;
    private boolean isConnected;
    private final ByteBuf rest = Unpooled.buffer();

    Connection(String clientId, String token) {
      this.clientId = clientId;
      this.token = token;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      byte[] connect = ClientPackets.connect(MqttVersion.V3_1_1, clientId, token, 20);
      var _ = ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(connect));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf in = (ByteBuf) message;
      rest.writeBytes(in);
      in.release();
      @Nullable ByteBuf out = null;
      while (rest.readableBytes() >= 4) {
        int packet = rest.readInt();
        if (!isConnected) {
          isConnected = true;
          out = ctx.alloc().buffer();
          for (int i = 0; i < inFlight; i++) {
            write(out);
          }
          continue;
        }
        long nanos = System.nanoTime() - sentNanos[packet & 0xffff];
        latencies.incrementAndGet((int) Math.min(BUCKETS - 1, nanos / 1_000_000));
        acknowledged.incrementAndGet();
        out = out == null ? ctx.alloc().buffer() : out;
        write(out);
      }
      rest.discardReadBytes();
      if (out != null) {
        var _ = ctx.writeAndFlush(out);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      System.out.println(clientId + " lost its connection");
    }

    private void write(ByteBuf out) {
      int start = out.writerIndex();
      out.writeBytes(publish);
      out.setShort(start + 2 + 2 + 4, nextId); // header, length of topic, topic
      sentNanos[nextId] = System.nanoTime();
      nextId = nextId == 1024 ? 1 : nextId + 1;
    }
  }
}
