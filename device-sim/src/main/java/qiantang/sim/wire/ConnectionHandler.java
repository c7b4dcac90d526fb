package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** Turns the events of a channel into those of a connection. Loop thread. */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
  private static final int CONNECT_BYTES_GUESS = 192;

  private final Login login;
  private final ConnectionListener listener;
  private @Nullable Connection connection;

  ConnectionHandler(Login login, ConnectionListener listener) {
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
    listener.opened(opened);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    listener.received((ServerPacket) message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    listener.receivedAll();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (connection != null) {
      String cause = connection.closeCause();
      connection = null;
      listener.closed(cause);
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
