package qiantang.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Clients that do nothing but log in and stay: a process of its own, because each has a file. For
 * each line on standard input all are cut, by a reset, and connect at once; the line written then
 * is their {@link Homecoming}. Each tries again a second after it was refused, as devices do. One
 * event loop, so that they leave the cores to the server.
 */
final class StormClients {
  /** Clients wait 30 s for a CONNACK: Paho's, ThingsBoard's and Sparkplug's default. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Nobody waits longer for all of them. */
  static final Duration STORM_MAX = Duration.ofSeconds(60);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int LOOKS_PER_REPORT = 20;

  // They are silent between storms, which is not what is measured.
  private static final int KEEP_ALIVE_SECONDS = 3600;
  private static final String HOST = "127.0.0.1"; // as the certificate has it
  private static final int FIRST_ADDRESS = 2;
  private static final int ADDRESSES = 8;
  private static final int CONNACK = 0x20;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Bootstrap bootstrap =
      new Bootstrap()
          .group(group)
          .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
          .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) PATIENCE.toMillis())
          .option(ChannelOption.SO_LINGER, 0); // closing is a reset, as of a link that is gone
  private final InetSocketAddress server;
  private final @Nullable SslContext tls;
  private final List<Client> clients = new ArrayList<>();

  // Of this storm; event loop only.
  private CompletableFuture<Homecoming> home = new CompletableFuture<>();
  private long beganNanos;
  private int back;
  private long refused;
  private long timedOut;
  private long lost;
  private long halfMillis;
  private int looks;

  private StormClients(int port, List<String> tokens, @Nullable SslContext tls) throws IOException {
    server = new InetSocketAddress(InetAddress.ofLiteral(HOST), port);
    this.tls = tls;
    for (int i = 0; i < tokens.size(); i++) {
      InetAddress from = InetAddress.ofLiteral("127.0.0." + (FIRST_ADDRESS + i % ADDRESSES));
      clients.add(new Client(new InetSocketAddress(from, 0), tokens.get(i)));
    }
  }

  /** Arguments: port, file with one token a line, and for TLS the file of the authority. */
  public static void main(String[] arguments) throws Exception {
    List<String> tokens = Files.readAllLines(Path.of(arguments[1]));
    StormClients clients =
        new StormClients(
            Integer.parseInt(arguments[0]),
            tokens,
            arguments.length > 2 ? trusting(new File(arguments[2])) : null);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    while (in.readLine() != null) {
      System.out.println(clients.storm());
    }
    System.exit(0);
  }

  private static SslContext trusting(File authority) throws IOException {
    return SslContextBuilder.forClient()
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .trustManager(authority)
        .build();
  }

  private Homecoming storm() {
    CompletableFuture<Homecoming> ended = new CompletableFuture<>();
    loop.execute(
        () -> {
          home = ended;
          beganNanos = System.nanoTime();
          back = 0;
          refused = 0;
          timedOut = 0;
          lost = 0;
          halfMillis = 0;
          clients.forEach(Client::cut);
          clients.forEach(Client::connect);
          look();
        });
    return ended.join();
  }

  /** Gives up who has waited too long, and all of it in the end. */
  private void look() {
    long now = System.nanoTime();
    clients.forEach(client -> client.look(now));
    if (looks++ % LOOKS_PER_REPORT == 0) {
      System.err.printf("%,d of %,d connected%n", back, clients.size());
    }
    if (back == clients.size() || now - beganNanos > STORM_MAX.toNanos()) {
      home.complete(
          new Homecoming(
              back, refused, timedOut, lost, halfMillis, (now - beganNanos) / 1_000_000));
    } else {
      var _ = loop.schedule(this::look, LOOK.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void isBack() {
    back++;
    long millis = (System.nanoTime() - beganNanos) / 1_000_000;
    if (back * 2L >= clients.size() && halfMillis == 0) {
      halfMillis = millis;
    }
    if (back == clients.size()) {
      home.complete(new Homecoming(back, refused, timedOut, lost, halfMillis, millis));
    }
  }

  /** One device. Event loop only. */
  private final class Client {
    private final InetSocketAddress from;
    private final String token;
    private @Nullable Try current;

    Client(InetSocketAddress from, String token) {
      this.from = from;
      this.token = token;
    }

    void cut() {
      Try old = current;
      current = null;
      if (old != null) {
        old.close();
      }
    }

    void connect() {
      if (current == null) {
        Try next = new Try(this);
        current = next;
        next.begin();
      }
    }

    void look(long nowNanos) {
      Try tried = current;
      if (tried != null && tried.isOverdue(nowNanos)) {
        timedOut++;
        again(tried);
      }
    }

    /** It ended, or has taken too long: the next one follows, unless there is one already. */
    void again(Try ended) {
      if (current == ended) {
        current = null;
        ended.close();
        var _ = loop.schedule(this::connect, RETRY.toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  /** One connection of a device, from its SYN on. Event loop only. */
  private final class Try extends ChannelInboundHandlerAdapter {
    private final Client client;
    private final long sinceNanos = System.nanoTime();
    private @Nullable Channel channel;
    private boolean isLoggedIn;

    Try(Client client) {
      this.client = client;
    }

    void begin() {
      channel =
          bootstrap
              .clone()
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                      if (tls != null) {
                        fresh
                            .pipeline()
                            .addLast(tls.newHandler(fresh.alloc(), HOST, server.getPort()));
                      }
                      fresh.pipeline().addLast(Try.this);
                    }
                  })
              .connect(server, client.from)
              .addListener(
                  done -> {
                    if (!done.isSuccess()) {
                      ended();
                    }
                  })
              .channel();
    }

    boolean isOverdue(long nowNanos) {
      return !isLoggedIn && nowNanos - sinceNanos > PATIENCE.toNanos();
    }

    void close() {
      if (channel != null) {
        var _ = channel.close();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (tls == null) {
        logIn(context);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
        logIn(context);
      }
    }

    private void logIn(ChannelHandlerContext context) {
      ByteBuf out = context.alloc().buffer(128);
      String id = Integer.toHexString(client.token.hashCode());
      ConnectPacket.write(out, id, client.token, KEEP_ALIVE_SECONDS);
      var _ = context.writeAndFlush(out, context.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      boolean isGranted =
          in.readableBytes() == 4 && in.getUnsignedByte(0) == CONNACK && in.getByte(3) == 0;
      in.release();
      if (isGranted && !isLoggedIn && client.current == this) {
        isLoggedIn = true;
        isBack();
      } else {
        ended();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      ended();
    }

    /** Refused or cut by the server; what we closed ourselves is nobody's current try. */
    private void ended() {
      if (client.current != this) {
        return;
      }
      if (isLoggedIn) {
        lost++;
        back--;
      } else {
        refused++;
      }
      client.again(this);
    }
  }
}
