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
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

  /** Does this instead from now on, to open connections too. */
  public void impair(Impairment change) {
    group
        .next()
        .execute(
            () -> {
              impairment = change;
              impairments++;
              open.values().forEach(Link::meetFate);
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
              Link link = new Link(number, () -> impairment, client, connected.channel());
              open.put(number, link);
              var _ = connected.channel().closeFuture().addListener(_ -> open.remove(number));
              link.open();
            });
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
