package qiantang.ingest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;

/**
 * Logs in on many connections and then does nothing, to see what such a connection costs a node in
 * another process: its heap after {@code jcmd PID GC.run}, and {@code VmRSS}. {@code IdleClient
 * PORT TOKEN CONNECTIONS plain|tls}.
 */
public final class IdleClient {
  private static final int KEEP_ALIVE_SECONDS = 3600;

  private IdleClient() {}

  /** Stays until it is ended. */
  public static void main(String[] args) throws Exception {
    int connections = Integer.parseInt(args[2]);
    @Nullable SslContext tls =
        args[3].equals("tls")
            ? SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build()
            : null;
    var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    CountDownLatch loggedIn = new CountDownLatch(connections);
    Bootstrap bootstrap = new Bootstrap().group(group).channel(EpollSocketChannel.class);
    long began = System.nanoTime();
    for (int i = 0; i < connections; i++) {
      byte[] connect =
          ClientPackets.connect(MqttVersion.V3_1_1, "idle-" + i, args[1], KEEP_ALIVE_SECONDS);
      bootstrap.handler(
          new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
              if (tls != null) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc()));
              }
              channel.pipeline().addLast(new Connection(connect, loggedIn));
            }
          });
      bootstrap.connect("127.0.0.1", Integer.parseInt(args[0])).sync();
    }
    loggedIn.await();
    long millis = (System.nanoTime() - began) / 1_000_000;
    System.out.println(connections + " logged in after " + millis + " ms");
    Thread.currentThread().join();
  }

  private static final class Connection extends ChannelInboundHandlerAdapter {
    private final byte[] connect;
    private final CountDownLatch loggedIn;

    Connection(byte[] connect, CountDownLatch loggedIn) {
      this.connect = connect;
      this.loggedIn = loggedIn;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(connect));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
      loggedIn.countDown();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      System.out.println("a connection was closed");
    }
  }
}
