package qiantang.sim.netem;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Both halves of one connection through the proxy. Loop. */
final class Link {
  private final long number;
  private final Supplier<Impairment> impairment;
  private final Channel client;
  private final Channel server;
  private final Direction toServer;
  private final Direction toClient;
  private final NetemProxy proxy;
  private boolean blackholed;
  private int fates;

  Link(
      long number,
      Supplier<Impairment> impairment,
      Channel client,
      Channel server,
      NetemProxy proxy) {
    this.proxy = proxy;
    this.number = number;
    this.impairment = impairment;
    this.client = client;
    this.server = server;
    toServer = new Direction(number, true, impairment, client, server);
    toClient = new Direction(number, false, impairment, server, client);
  }

  /** Begins to carry bytes. */
  void open() {
    client.pipeline().addLast(toServer, new WhenWritable(toClient));
    server.pipeline().addLast(toClient, new WhenWritable(toServer));
    meetFate();
    client.config().setAutoRead(true);
    server.config().setAutoRead(true);
  }

  long number() {
    return number;
  }

  /** What the impairment of now has for this connection; an earlier fate not met yet is void. */
  void meetFate() {
    fates++;
    Fate fate = impairment.get().fate(number);
    if (blackholed && !(fate instanceof Fate.Blackhole)) {
      cut();
      return;
    }
    switch (fate) {
      case Fate.Unharmed _ -> {}
      case Fate.Blackhole _ -> fallSilent();
      case Fate.HalfOpen(Duration after) -> later(after, this::leaveHalfOpen);
      case Fate.Reset(Duration after) -> later(after, this::reset);
    }
  }

  private void fallSilent() {
    if (!blackholed) {
      blackholed = true;
      proxy.countBlackholed();
    }
    toServer.fallSilent();
    toClient.fallSilent();
  }

  /** RST to both ends: what is under way is lost, as it is in a network. */
  void reset() {
    proxy.countReset();
    cut();
  }

  private void cut() {
    toServer.fallSilent();
    toClient.fallSilent();
    for (Channel end : new Channel[] {client, server}) {
      if (end.isOpen()) {
        end.config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = end.close();
      }
    }
  }

  /** The client hears an end, the server nothing at all. */
  private void leaveHalfOpen() {
    toServer.fallSilent();
    toClient.fallSilent();
    var _ = client.close();
  }

  private void later(Duration after, Runnable action) {
    int fate = fates;
    var _ =
        client
            .eventLoop()
            .schedule(
                () -> {
                  if (fate == fates && client.isActive()) {
                    action.run();
                  }
                },
                after.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  /** A socket that takes bytes again is given what waits for it. */
  private static final class WhenWritable extends ChannelInboundHandlerAdapter {
    private final Direction incoming;

    WhenWritable(Direction incoming) {
      this.incoming = incoming;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) {
        incoming.deliver();
      }
    }
  }
}
