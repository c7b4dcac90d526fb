package qiantang.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** Clients of the live stream, which note how long ago what they hear was acknowledged. */
final class StreamClients implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 64 * 1024;
  private static final Pattern NUMBER = Pattern.compile("\"n\":([0-9]+)");
  private static final long LOOK_MILLIS = 50;

  // Of 1,000 requests that a server has under way; a fleet of clients comes by and by.
  private static final int UNANSWERED_MAX = 200;

  private static final long FOLLOWING_SECONDS_MAX = 300;

  // One loop: it shares the cores with what it measures.
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final SingleWriterRecorder latencyMicros = new SingleWriterRecorder(3_600_000_000L, 3);
  private final LongAdder following = new LongAdder();
  private final LongAdder readings = new LongAdder();
  private final LongAdder missed = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final int port;
  private final StreamPublishers publishers;
  private int wanted;
  private volatile boolean isClosing;

  StreamClients(int port, StreamPublishers publishers) {
    this.port = port;
    this.publishers = publishers;
  }

  /** Connects one more. */
  void follow(String token, String enterprise, String device, String events)
      throws InterruptedException {
    while (wanted - following.sum() >= UNANSWERED_MAX && lost.sum() == 0) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    wanted++;
    String request =
        "GET /v1/enterprises/%s/stream?devices=%s&events=%s HTTP/1.1\r\nHost: bench\r\n"
            .formatted(enterprise, device, events);
    String head = request + "Authorization: Bearer " + token + "\r\n\r\n";
    var _ =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(new LineBasedFrameDecoder(LINE_BYTES_MAX))
                        .addLast(new StringDecoder(US_ASCII))
                        .addLast(new Client());
                  }
                })
            .connect(InetAddress.getLoopbackAddress(), port)
            .sync()
            .channel()
            .writeAndFlush(Unpooled.copiedBuffer(head, US_ASCII));
  }

  /** Returns when all are answered. */
  void awaitAll() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FOLLOWING_SECONDS_MAX);
    while (following.sum() < wanted) {
      if (lost.sum() > 0 || System.nanoTime() > end) {
        throw new IllegalStateException(
            "cannot follow: %d of %d do, %d were refused"
                .formatted(following.sum(), wanted, lost.sum()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  /** PUBACK to event in microseconds since the last call; 0 where the event came first. */
  Histogram takeLatencyMicros() {
    return latencyMicros.getIntervalHistogram();
  }

  long readings() {
    return readings.sum();
  }

  /** Events that told of what was missed. */
  long missed() {
    return missed.sum();
  }

  /** Streams that ended. */
  long lost() {
    return lost.sum();
  }

  @Override
  public void close() {
    isClosing = true;
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** One client; event loop. */
  private final class Client extends SimpleChannelInboundHandler<String> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
      if (line.startsWith("HTTP/1.1 ")) {
        if (line.startsWith("HTTP/1.1 200")) {
          following.increment();
        } else {
          lost.increment();
        }
      } else if (line.startsWith("data: ")) {
        Matcher number = NUMBER.matcher(line);
        if (number.find()) {
          heard(Integer.parseInt(number.group(1)));
        }
      } else if (line.equals("event: missed")) {
        missed.increment();
      }
    }

    private void heard(int message) {
      readings.increment();
      long acked = publishers.ackedNanos(message);
      long nanos = acked == 0 ? 0 : System.nanoTime() - acked;
      latencyMicros.recordValue(Math.max(0, nanos) / 1000);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (!isClosing) {
        lost.increment();
      }
    }
  }
}
