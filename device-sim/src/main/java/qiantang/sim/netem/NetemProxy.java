package qiantang.sim.netem;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Mix;
import qiantang.sim.wire.Transport;

/** The proxy: listens on a free port of loopback. Any thread may change and close it. */
public final class NetemProxy implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
  private static final int BACKLOG = 4_096;
  private static final long CLOSE_SECONDS_MAX = 5;

  private final EventLoopGroup group;
  private final Transport transport;
  private final InetSocketAddress target;
  private final Map<Long, Link> open = new HashMap<>();
  private @Nullable Channel listener;
  private volatile Impairment impairment;
  private volatile long accepted;
  private final LongAdder resets = new LongAdder();
  private final LongAdder blackholed = new LongAdder();
  private long impairments;

  private NetemProxy(
      EventLoopGroup group, Transport transport, InetSocketAddress target, Impairment impairment) {
    this.group = group;
    this.transport = transport;
    this.target = target;
    this.impairment = impairment;
  }

  /**
   * Begins to listen.
   *
   * @throws IOException if no port of loopback can be had
   */
  public static NetemProxy start(InetSocketAddress target, Impairment impairment)
      throws IOException {
    Transport transport = Transport.best();
    NetemProxy proxy = new NetemProxy(transport.loops(1, "netem"), transport, target, impairment);
    var bound = proxy.bind().awaitUninterruptibly();
    if (!bound.isSuccess()) {
      proxy.close();
      throw new IOException("cannot listen on loopback", bound.cause());
    }
    proxy.listener = bound.channel();
    proxy.impair(impairment);
    return proxy;
  }

  private ChannelFuture bind() {
    return new ServerBootstrap()
        .group(group)
        .channel(transport.serverSocket())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel client) {
                accepted(client);
              }
            })
        .bind(InetAddress.getLoopbackAddress(), 0);
  }

  /** Where to connect instead of the target. */
  public InetSocketAddress address() {
    if (listener == null) {
      throw new AssertionError("BUG: asked before it listened");
    }
    return (InetSocketAddress) listener.localAddress();
  }

  /** Connections that came so far; the next one's number. */
  public long accepted() {
    return accepted;
  }

  /** Connections that were cut with RST so far. */
  public long resets() {
    return resets.sum();
  }

  /** Connections whose bytes vanished so far. */
  public long blackholed() {
    return blackholed.sum();
  }

  /**
   * Does this instead from now on, to open connections too. One whose bytes vanished and need not
   * any more is reset, for nobody knows how far it was.
   */
  public void impair(Impairment change) {
    group
        .next()
        .execute(
            () -> {
              impairment = change;
              impairments++;
              List.copyOf(open.values()).forEach(Link::meetFate); // who is reset leaves the map
              resetLater(change, impairments, 1);
            });
  }

  private void accepted(Channel client) {
    long number = accepted;
    accepted = number + 1; // one thread writes
    var connected =
        new Bootstrap()
            .group(client.eventLoop())
            .channel(transport.socket())
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(target);
    var _ =
        connected.addListener(
            done -> {
              if (!done.isSuccess()) {
                var _ = client.close();
                return;
              }
              if (!client.isActive()) {
                var _ = connected.channel().close(); // gone before we got through
                return;
              }
              Link link = new Link(number, this::impairment, client, connected.channel(), this);
              open.put(number, link);
              // As long as the client believes in it: a server may give a silent one up before.
              var _ = client.closeFuture().addListener(_ -> open.remove(number));
              link.open();
            });
  }

  private Impairment impairment() {
    return impairment;
  }

  void countReset() {
    resets.increment();
  }

  void countBlackholed() {
    blackholed.increment();
  }

  /** The n-th reset falls on the open connection that (seed, n) puts first. */
  private void resetLater(Impairment by, long since, long n) {
    if (by.resetsPerSecond() <= 0) {
      return;
    }
    var _ =
        group
            .next()
            .schedule(
                () -> {
                  if (since != impairments) {
                    return;
                  }
                  resetOne(Mix.bits(by.seed(), -n));
                  resetLater(by, since, n + 1);
                },
                (long) (1e9 / by.resetsPerSecond()),
                TimeUnit.NANOSECONDS);
  }

  private void resetOne(long seed) {
    Link first = null;
    for (Link link : open.values()) {
      if (first == null || Mix.bits(seed, link.number()) < Mix.bits(seed, first.number())) {
        first = link;
      }
    }
    if (first != null) {
      first.reset();
    }
  }

  /** Closes all connections and waits for the thread to end. */
  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
