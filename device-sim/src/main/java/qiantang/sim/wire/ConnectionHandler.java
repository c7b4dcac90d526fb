package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the events of a channel into those of a connection. Loop thread. */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
  private static final int CONNECT_BYTES_GUESS = 192;

  private final InetSocketAddress server;
  private final boolean overTls;
  private final Login login;
  private final Consumer<WireEvent> listener;
  private final SendBuffer sending;
  private @Nullable Connection connection;
  private Tls.Trouble neverOpened =
      new Tls.Trouble("the server closed the connection in the TLS handshake", false);

  /**
   * A handler of one channel.
   *
   * @param overTls whether MQTT begins after a handshake
   */
  ConnectionHandler(
      InetSocketAddress server,
      boolean overTls,
      Login login,
      Consumer<WireEvent> listener,
      SendBuffer sending) {
    this.server = server;
    this.overTls = overTls;
    this.sending = sending;
    this.login = login;
    this.listener = listener;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (!overTls) {
      open(context);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        open(context);
      } else {
        neverOpened = Tls.trouble(server, handshake.cause());
        var _ = context.close();
      }
    }
  }

  private void open(ChannelHandlerContext context) {
    ByteBuf out = context.alloc().ioBuffer(CONNECT_BYTES_GUESS);
    PacketEncoder.connect(out, login);
    var _ = context.writeAndFlush(out, context.voidPromise());
    Connection opened = new Connection(context.channel(), server, login.version(), sending);
    connection = opened;
    listener.accept(new WireEvent.Opened(opened));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    tell(new WireEvent.Received((ServerPacket) message));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    tell(new WireEvent.ReceivedAll());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      tell(new WireEvent.Writable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (connection != null) {
      tell(new WireEvent.Closed(connection.closeCause(), connection.endsForGood()));
      connection = null;
    } else if (overTls) {
      listener.accept(new WireEvent.Closed(neverOpened.text(), neverOpened.lasting()));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (connection != null) {
      broken(connection, cause);
    } else {
      var _ = context.close(); // the handshake has told why
    }
  }

  private void broken(Connection open, Throwable cause) {
    Tls.Trouble trouble = overTls ? Tls.lateTrouble(server, cause) : null;
    if (trouble == null) {
      open.abort(String.valueOf(cause.getMessage()));
    } else {
      open.abortForGood(trouble.text());
    }
  }

  private void tell(WireEvent event) {
    if (connection != null && !connection.isAbandoned()) {
      listener.accept(event);
    }
  }
}
