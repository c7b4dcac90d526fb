package qiantang.ingest.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.admission.Admission;
import qiantang.ingest.net.admission.AdmissionMeter;
import qiantang.ingest.net.admission.Balancers;
import qiantang.ingest.net.admission.FirstBytes;
import qiantang.ingest.net.admission.Gate;
import qiantang.ingest.net.admission.ProxyHeader;
import qiantang.ingest.net.admission.Source;
import qiantang.ingest.net.admission.Spoken;
import qiantang.ingest.net.tls.Handshakes;
import qiantang.ingest.net.tls.Tls;
import qiantang.ingest.net.ws.Origins;
import qiantang.ingest.net.ws.WebSocketFrames;
import qiantang.ingest.net.ws.WebSocketHandshake;
import qiantang.store.journal.Timers;

/** The event loops and the sockets that are listened on. Epoll where there is one, else NIO. */
public final class Listeners implements AutoCloseable {
  // A storm of 10,000 gateways behind one switch that comes back connects within a second, and we
  // accept faster than that. The kernel takes at most somaxconn, 4,096 by default: raise both
  // net.core.somaxconn and net.ipv4.tcp_max_syn_backlog where more come back at once.
  private static final int BACKLOG = 4096;

  // A window of 20 messages of 150 bytes in one read; Netty's adaptive guess would keep more.
  private static final int RECEIVE_BYTES = 4096;

  // Answers are 4 bytes: who does not take 8 KiB of them is not read any more.
  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(4096, 8192);

  // The goodbyes have been written when the loops are to end; what they have left is closing.
  private static final long END_MILLIS_MAX = 500;

  /**
   * Netty's usual second of tasks is what a storm's thousands of accepts and ends would take, while
   * those who publish on wait.
   */
  private static final Duration TASKS = Duration.ofMillis(5);

  private static final String TLS_HANDLER = "tls";

  /** What lies between TCP and MQTT. */
  public enum Layers {
    /** Nothing. */
    PLAIN("tcp", false, false),
    TLS("tls", true, false),
    WEB_SOCKET("ws", false, true),
    WEB_SOCKET_OVER_TLS("wss", true, true);

    private final String word;
    private final boolean hasTls;
    private final boolean hasWebSocket;

    Layers(String word, boolean hasTls, boolean hasWebSocket) {
      this.word = word;
      this.hasTls = hasTls;
      this.hasWebSocket = hasWebSocket;
    }

    /** Those of a connection that has logged in. */
    public static Layers of(ChannelPipeline pipeline) {
      boolean hasTls = pipeline.get(TLS_HANDLER) != null;
      boolean hasWebSocket = pipeline.get(WebSocketFrames.class) != null;
      if (hasTls) {
        return hasWebSocket ? WEB_SOCKET_OVER_TLS : TLS;
      }
      return hasWebSocket ? WEB_SOCKET : PLAIN;
    }

    /** The word in records. */
    public String word() {
      return word;
    }
  }

  private final boolean isProxied;
  private final @Nullable Tls tls;
  private final AdmissionMeter meter;
  private final Balancers balancers;
  private final EventLoopGroup acceptor;
  private final EventLoopGroup loops;
  private final Class<? extends ServerChannel> serverChannel;
  private final Map<EventLoop, Admission> admissions = new HashMap<>();
  private final List<Channel> sockets = new ArrayList<>();
  private volatile Origins origins;

  // They hold nothing of a connection.
  private final FirstBytes tlsFirst;
  private final FirstBytes httpFirst;
  private final FirstBytes mqttFirst;
  private final Handshakes handshakes;

  /**
   * Event loops without a socket yet.
   *
   * @param tls null where no layer needs it
   * @param allowed who comes in, as {@link #allow} may change it
   */
  public Listeners(
      int loopCount,
      Transports transports,
      @Nullable Tls tls,
      Allowed allowed,
      AdmissionMeter meter) {
    this.tls = tls;
    this.meter = meter;
    isProxied = transports.isProxied();
    tlsFirst = new FirstBytes(Spoken.TLS, meter);
    httpFirst = new FirstBytes(Spoken.HTTP, meter);
    mqttFirst = new FirstBytes(Spoken.MQTT, meter);
    handshakes = new Handshakes(meter::handshake, Source::text, System::nanoTime);
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("mqtt-accept"), io);
    loops = loops(loopCount, io);
    serverChannel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    balancers = new Balancers(allowed.balancers(), meter, System::nanoTime);
    origins = allowed.origins();
    Admission.Limits limits = Admission.Limits.of(allowed.connectsPerSecond(), loopCount);
    for (EventLoop loop : loops()) {
      admissions.put(loop, admission(limits, loop));
    }
  }

  /** Loops that look at their sockets again after {@link #TASKS} whatever there is to do. */
  private static EventLoopGroup loops(int count, IoHandlerFactory io) {
    return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("mqtt-loop"), io) {
      @Override
      protected IoEventLoop newChild(
          Executor executor, IoHandlerFactory ioHandlers, Object... arguments) {
        return new SingleThreadIoEventLoop(
            this,
            executor,
            ioHandlers,
            Integer.MAX_VALUE,
            RejectedExecutionHandlers.reject(),
            TASKS.toMillis());
      }
    };
  }

  /** From now on these come in; connections there are go on. */
  public void allow(Allowed allowed) {
    balancers.allow(allowed.balancers());
    origins = allowed.origins();
    Admission.Limits limits = Admission.Limits.of(allowed.connectsPerSecond(), admissions.size());
    admissions.forEach((loop, admission) -> loop.execute(() -> admission.change(limits)));
  }

  private Admission admission(Admission.Limits limits, EventLoop loop) {
    Timers timers =
        (delay, task) -> {
          var _ = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        };
    return new Admission(limits, meter, System::nanoTime, timers, new SplittableRandom());
  }

  /** The loops that sessions run on. */
  public List<EventLoop> loops() {
    List<EventLoop> all = new ArrayList<>();
    for (EventExecutor loop : loops) {
      all.add((EventLoop) loop);
    }
    return all;
  }

  /**
   * Listens for MQTT over these layers on each of the addresses.
   *
   * @param port 0 for a free one, the same on all addresses
   * @param sessions makes the handler of one connection
   * @return the port
   */
  public int listen(
      List<InetAddress> addresses,
      int port,
      Layers layers,
      Function<Channel, ChannelInboundHandler> sessions) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(acceptor, loops)
            .channel(serverChannel)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false) // until it is let in
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    addGate(channel, layers, sessions);
                  }
                });
    int bound = port;
    for (InetAddress address : addresses) {
      Channel socket =
          bootstrap.bind(new InetSocketAddress(address, bound)).syncUninterruptibly().channel();
      sockets.add(socket);
      bound = ((InetSocketAddress) socket.localAddress()).getPort();
    }
    return bound;
  }

  /** All that a connection is before it is let in. */
  private void addGate(
      Channel channel, Layers layers, Function<Channel, ChannelInboundHandler> sessions) {
    Admission admission = admissions.get(channel.eventLoop());
    if (admission == null) {
      throw new AssertionError("BUG: a channel on a loop of somebody else");
    }
    if (isProxied) {
      ProxyHeader.addTo(channel.pipeline(), meter, balancers);
    }
    channel
        .pipeline()
        .addLast("gate", new Gate(admission, inside -> add(inside, layers, sessions)));
  }

  private void add(
      ChannelPipeline pipeline, Layers layers, Function<Channel, ChannelInboundHandler> sessions) {
    if (layers.hasTls) {
      if (tls == null) {
        throw new AssertionError("BUG: TLS without its files");
      }
      pipeline.addLast("tls-first", tlsFirst);
      pipeline.addLast(TLS_HANDLER, tls.handler(pipeline.channel().alloc()));
      pipeline.addLast("tls-handshake", handshakes);
    }
    if (layers.hasWebSocket) {
      pipeline.addLast("http-first", httpFirst);
      WebSocketHandshake.addTo(pipeline, () -> origins, meter::webSocket);
    }
    pipeline.addLast("mqtt-first", mqttFirst);
    pipeline.addLast("session", sessions.apply(pipeline.channel()));
  }

  /** Takes no new connections, and closes those that wait to be let in; the others go on. */
  public void stopAccepting() {
    sockets.forEach(socket -> socket.close().awaitUninterruptibly());
    sockets.clear();
    admissions.forEach((loop, admission) -> loop.execute(admission::close));
  }

  /** Ends the loops; connections still open are cut. */
  @Override
  public void close() {
    stopAccepting();
    var _ = acceptor.shutdownGracefully(0, END_MILLIS_MAX, TimeUnit.MILLISECONDS);
    loops
        .shutdownGracefully(0, END_MILLIS_MAX, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(END_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }
}
