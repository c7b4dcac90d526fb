package qiantang.sim.netem;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One direction of one connection: takes bytes in and gives them out later, in order. Loop. */
final class Direction extends ChannelInboundHandlerAdapter {
  /** Bytes under way; with more, the sender waits, as it would for a window of TCP. */
  private static final int WAITING_BYTES_MAX = 1 << 20;

  /** A band is busy with a piece for a fiftieth of a second at most, else it would go in gulps. */
  private static final int PIECES_PER_SECOND = 50;

  private record Piece(long dueNanos, ByteBuf bytes) {}

  private final long connection;
  private final boolean toServer;
  private final Supplier<Impairment> impairment;
  private final Channel from;
  private final Channel to;
  private final ArrayDeque<Piece> underWay = new ArrayDeque<>();

  private long waitingBytes;
  private long pieces;
  private long bandFreeNanos = System.nanoTime();
  private long lastDueNanos = System.nanoTime();
  private boolean scheduled;
  private boolean silent;
  private boolean ended;

  Direction(
      long connection,
      boolean toServer,
      Supplier<Impairment> impairment,
      Channel from,
      Channel to) {
    this.connection = connection;
    this.toServer = toServer;
    this.impairment = impairment;
    this.from = from;
    this.to = to;
  }

  /** From here on bytes vanish, and so does the end of the connection. */
  void fallSilent() {
    silent = true;
    drop();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (silent) {
      bytes.release();
      return;
    }
    Impairment now = impairment.get();
    long nanos = System.nanoTime();
    int most =
        now.bytesPerSecond() == 0
            ? bytes.readableBytes()
            : Math.clamp(now.bytesPerSecond() / PIECES_PER_SECOND, 1, Integer.MAX_VALUE);
    while (bytes.isReadable()) {
      ByteBuf piece = bytes.readRetainedSlice(Math.min(most, bytes.readableBytes()));
      bandFreeNanos = Math.max(bandFreeNanos, nanos) + now.bandNanos(piece.readableBytes());
      long due = bandFreeNanos + now.delayNanos(connection, toServer, pieces++);
      lastDueNanos = Math.max(lastDueNanos, due); // who came later never overtakes
      waitingBytes += piece.readableBytes();
      underWay.add(new Piece(lastDueNanos, piece));
    }
    bytes.release();
    deliver();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended = true;
    deliver();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close(); // the other end is told by channelInactive
  }

  /** Gives out what is due, and looks again when the next is. */
  void deliver() {
    long nanos = System.nanoTime();
    boolean written = false;
    for (Piece next = underWay.peek();
        next != null && next.dueNanos() - nanos <= 0 && to.isWritable();
        next = underWay.peek()) {
      underWay.remove();
      waitingBytes -= next.bytes().readableBytes();
      var _ = to.write(next.bytes(), to.voidPromise());
      written = true;
    }
    if (written) {
      to.flush();
    }
    from.config().setAutoRead(waitingBytes < WAITING_BYTES_MAX);
    Piece next = underWay.peek();
    if (next == null) {
      if (ended && !silent) {
        var _ = to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
    } else if (!to.isActive()) {
      drop();
    } else if (!scheduled && next.dueNanos() - nanos > 0) {
      scheduled = true;
      var _ = to.eventLoop().schedule(this::wake, next.dueNanos() - nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void wake() {
    scheduled = false;
    deliver();
  }

  private void drop() {
    underWay.forEach(piece -> piece.bytes().release());
    underWay.clear();
    waitingBytes = 0;
  }
}
