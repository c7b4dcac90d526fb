package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the events of a channel into those of a connection. Loop thread. */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
  private static final int CONNECT_BYTES_GUESS = 192;

  private final Login login;
  private final Consumer<WireEvent> listener;
  private final SendBuffer sending;
  private @Nullable Connection connection;

  ConnectionHandler(Login login, Consumer<WireEvent> listener, SendBuffer sending) {
    this.sending = sending;
    this.login = login;
    this.listener = listener;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ByteBuf out = context.alloc().ioBuffer(CONNECT_BYTES_GUESS);
    PacketEncoder.connect(out, login);
    var _ = context.writeAndFlush(out, context.voidPromise());
    Connection opened = new Connection(context.channel(), login.version(), sending);
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
  public void channelInactive(ChannelHandlerContext context) {
    if (connection != null) {
      tell(new WireEvent.Closed(connection.closeCause()));
      connection = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (connection != null) {
      connection.abort(String.valueOf(cause.getMessage()));
    } else {
      var _ = context.close();
    }
  }

  private void tell(WireEvent event) {
    if (connection == null || !connection.isAbandoned()) {
      listener.accept(event);
    }
  }
}
