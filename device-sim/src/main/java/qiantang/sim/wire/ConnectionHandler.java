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
  private @Nullable Connection connection;

  ConnectionHandler(Login login, Consumer<WireEvent> listener) {
    this.login = login;
    this.listener = listener;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ByteBuf out = context.alloc().ioBuffer(CONNECT_BYTES_GUESS);
    PacketEncoder.connect(out, login);
    var _ = context.writeAndFlush(out, context.voidPromise());
    Connection opened = new Connection(context.channel(), login.version());
    connection = opened;
    listener.accept(new WireEvent.Opened(opened));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    listener.accept(new WireEvent.Received((ServerPacket) message));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    listener.accept(new WireEvent.ReceivedAll());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (connection != null) {
      String cause = connection.closeCause();
      connection = null;
      listener.accept(new WireEvent.Closed(cause));
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
}
