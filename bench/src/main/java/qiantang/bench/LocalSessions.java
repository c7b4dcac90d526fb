package qiantang.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import qiantang.ingest.auth.Logins;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.mqtt.Budgets;
import qiantang.ingest.mqtt.Discovery;
import qiantang.ingest.mqtt.MqttSession;
import qiantang.ingest.mqtt.Node;
import qiantang.ingest.mqtt.SessionLoop;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.StartId;

/**
 * Logs so many devices in over Netty's local transport, in one process, and prints the heap that
 * one idle session takes: what is alive with the sessions less what is alive with as many bare
 * channels, and the server's bare channel, which is half of a bare pair.
 */
final class LocalSessions {
  private static final LocalAddress BARE = new LocalAddress("bare");
  private static final LocalAddress MQTT = new LocalAddress("mqtt");

  // As our listeners have it; Netty's adaptive one is 70 bytes more of each channel.
  private static final FixedRecvByteBufAllocator READS = new FixedRecvByteBufAllocator(4096);

  private static final int UNDER_WAY_MAX = 2000;
  private static final int COLLECTIONS_MAX = 20;

  // Two readings in a row that differ by less than 0.1 % are one.
  private static final double SETTLED = 0.001;
  private static final int CONNACK = 0x20;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          Runtime.getRuntime().availableProcessors(), LocalIoHandler.newFactory());
  private final List<Channel> clients = new ArrayList<>();
  private final AtomicLong open = new AtomicLong();
  private final Semaphore free = new Semaphore(UNDER_WAY_MAX);

  private LocalSessions() {}

  /**
   * Arguments: number of sessions, number of enterprises. Prints {@code sessions=N heap_bytes=B}.
   */
  public static void main(String[] arguments) throws Exception {
    int count = Integer.parseInt(arguments[0]);
    List<String> tokens = MemoryIngest.drawTokens(count, Integer.parseInt(arguments[1]));
    LocalSessions sessions = new LocalSessions();
    sessions.run(tokens);
    System.exit(0);
  }

  private void run(List<String> tokens) throws InterruptedException {
    MemoryRegistry registry = new MemoryRegistry();
    MemoryIngest.register(registry, tokens);
    listen(BARE, new Bare());
    listen(MQTT, server(registry));
    long before = aliveBytes();
    connectAll(BARE, tokens);
    double pair = (double) (aliveBytes() - before) / tokens.size();
    List<ChannelFuture> closing = clients.stream().map(Channel::close).toList();
    closing.forEach(ChannelFuture::syncUninterruptibly);
    clients.clear();
    before = aliveBytes();
    connectAll(MQTT, tokens);
    double whole = (double) (aliveBytes() - before) / tokens.size();
    System.out.printf(
        "sessions=%d heap_bytes=%.0f channel_bytes=%.0f%n", open.get(), whole - pair / 2, pair / 2);
  }

  private ChannelInitializer<Channel> server(MemoryRegistry registry) {
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    Timers timers =
        (delay, task) -> {
          var _ = scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        };
    Ticker ticker = System::nanoTime;
    InstantSource clock = InstantSource.system();
    IngestMeter meter = new IngestMeter();
    Budgets budgets = new Budgets(Runtime.getRuntime().maxMemory() / 4);
    Node node =
        new Node(
            clock,
            ticker,
            new Logins(registry, clock, ticker, null, true),
            budgets,
            new Discovery(registry, scheduler, timers, meter),
            meter);
    Journal journal =
        new Journal(
            new MemoryJournal(clock, Executors.newSingleThreadExecutor(), false),
            new StartId(UUID.randomUUID()),
            "bench",
            clock,
            ticker,
            timers,
            new JournalMeter(ticker, meter::frameStored),
            () -> {});
    journal.open().toCompletableFuture().join();
    node.write(journal);
    List<SessionLoop> all = new ArrayList<>();
    List<EventLoop> threads = new ArrayList<>();
    loops.forEach(
        executor -> {
          EventLoop loop = (EventLoop) executor;
          SessionLoop sessions = new SessionLoop(node, loop, timersOf(loop));
          all.add(sessions);
          threads.add(loop);
          long tick = SessionLoop.TICK.toNanos();
          var _ = loop.scheduleAtFixedRate(sessions::tick, tick, tick, TimeUnit.NANOSECONDS);
        });
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        SessionLoop loop = all.get(threads.indexOf(channel.eventLoop()));
        channel.pipeline().addLast("session", new MqttSession(loop));
      }
    };
  }

  private static Timers timersOf(EventLoop loop) {
    return (delay, task) -> {
      var _ = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    };
  }

  private void listen(LocalAddress address, ChannelHandler handler) {
    var _ =
        new ServerBootstrap()
            .group(loops)
            .channel(LocalServerChannel.class)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, READS)
            .childHandler(handler)
            .bind(address)
            .syncUninterruptibly();
  }

  private void connectAll(LocalAddress address, List<String> tokens) throws InterruptedException {
    boolean isBare = address.equals(BARE);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(LocalChannel.class)
            .option(ChannelOption.RECVBUF_ALLOCATOR, READS)
            .handler(isBare ? new Bare() : new Client());
    for (int i = 0; i < tokens.size(); i++) {
      free.acquire();
      ByteBuf first = isBare ? Unpooled.EMPTY_BUFFER : connect(tokens.get(i), i);
      // The transport's own addresses are drawn and meet again among some ten thousands.
      LocalAddress own = new LocalAddress(address.id() + "-" + i);
      ChannelFuture connecting = bootstrap.connect(address, own);
      clients.add(connecting.channel());
      var _ = connecting.addListener(done -> connected(connecting, isBare, first));
      if (i % 50_000 == 0) {
        System.err.printf("%,d of %,d connected%n", i, tokens.size());
      }
    }
    free.acquire(UNDER_WAY_MAX);
    free.release(UNDER_WAY_MAX);
  }

  private void connected(ChannelFuture connecting, boolean isBare, ByteBuf first) {
    if (!connecting.isSuccess()) {
      System.err.println("cannot connect: " + connecting.cause());
      free.release();
      return;
    }
    if (isBare) {
      free.release();
    } else {
      var _ = connecting.channel().writeAndFlush(first);
    }
  }

  private static ByteBuf connect(String token, int number) {
    return ConnectPacket.write(Unpooled.buffer(), "device-%08d".formatted(number), token, 0);
  }

  /**
   * What is alive now. Closing a million channels leaves tasks on the loops, and each collection
   * lets cleaners and weak keys drop more that only the next one frees: a fixed pause was too short
   * on a busy machine. So it collects until nothing changes any more.
   */
  private long aliveBytes() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < COLLECTIONS_MAX; i++) {
      loops.forEach(loop -> loop.submit(() -> {}).syncUninterruptibly()); // what was queued is done
      ManagementFactory.getMemoryMXBean().gc();
      long before = used;
      used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      if (Math.abs(used - before) <= used * SETTLED) {
        return used;
      }
    }
    System.err.println("the heap has not settled in " + COLLECTIONS_MAX + " collections");
    return used;
  }

  /** What stands at both ends of a bare pair. */
  @Sharable
  private static final class Bare extends ChannelInboundHandlerAdapter {}

  /** What stands at the client's end of a session. */
  @Sharable
  private final class Client extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      if (in.readableBytes() == 4 && in.getByte(0) == CONNACK && in.getByte(3) == 0) {
        open.incrementAndGet();
      } else {
        System.err.println("a login was answered " + in.readableBytes() + " bytes");
      }
      in.release();
      free.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      open.decrementAndGet();
    }
  }
}
