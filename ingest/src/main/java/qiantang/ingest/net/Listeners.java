package qiantang.ingest.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import qiantang.store.journal.ByteBudget;

/** The event loops and the sockets that are listened on. Epoll where there is one, else NIO. */
public final class Listeners implements AutoCloseable {
  // A storm of 10,000 gateways behind one switch that comes back connects within a second; the
  // kernel's own bound (somaxconn) is 4,096 by default.
  private static final int BACKLOG = 4096;

  // A window of 20 messages of 150 bytes in one read; Netty's adaptive guess would keep more.
  private static final int RECEIVE_BYTES = 4096;

  // Answers are 4 bytes: who does not take 8 KiB of them is not read any more.
  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(4096, 8192);

  // The goodbyes have been written when the loops are to end; what they have left is closing.
  private static final long END_MILLIS_MAX = 500;

  private final ByteBudget room;
  private final EventLoopGroup acceptor;
  private final EventLoopGroup loops;
  private final Class<? extends ServerChannel> serverChannel;
  private final List<Channel> sockets = new ArrayList<>();

  /**
   * Event loops without a socket yet.
   *
   * @param room for large packets that are not whole yet
   */
  public Listeners(int loopCount, ByteBudget room) {
    this.room = room;
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("mqtt-accept"), io);
    loops = new MultiThreadIoEventLoopGroup(loopCount, new DefaultThreadFactory("mqtt-loop"), io);
    serverChannel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
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
   * Listens for plain MQTT on each of the addresses.
   *
   * @param port 0 for a free one, the same on all addresses
   * @param sessions makes the handler of one connection
   * @return the port
   */
  public int listen(
      List<InetAddress> addresses, int port, Function<Channel, ChannelInboundHandler> sessions) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(acceptor, loops)
            .channel(serverChannel)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    // TLS and WebSocket come before the codec, on listeners of their own.
                    channel.pipeline().addLast("packets", new PacketDecoder(room));
                    channel.pipeline().addLast("session", sessions.apply(channel));
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

  /** Takes no new connections; those there are go on. */
  public void stopAccepting() {
    sockets.forEach(socket -> socket.close().awaitUninterruptibly());
    sockets.clear();
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
