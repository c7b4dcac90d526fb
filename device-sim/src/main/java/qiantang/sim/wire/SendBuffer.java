package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Packets on their way out, appended to one direct buffer for one connection after the other: a
 * message costs neither a buffer nor a write of its own, only the last one a flush. Loop thread.
 */
final class SendBuffer implements AutoCloseable {
  /** 300 messages of 200 bytes; a loop has one at a time, and what waits keeps its own bytes. */
  private static final int BYTES = 64 * 1024;

  private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private int start;
  private @Nullable Channel owner;

  /** Room for one whole packet; everything up to the flush is of one channel. */
  ByteBuf room(Channel channel, int bytes) {
    if (owner != null && !owner.equals(channel)) {
      throw new AssertionError("BUG: packets of one connection were not flushed before another's");
    }
    owner = channel;
    if (buffer.writableBytes() < bytes) {
      write(channel);
      buffer.release();
      buffer = allocator.directBuffer(Math.max(BYTES, bytes), Math.max(BYTES, bytes));
      start = 0;
    }
    return buffer;
  }

  void flush(Channel channel) {
    write(channel);
    owner = null;
    channel.flush();
  }

  private void write(Channel channel) {
    int length = buffer.writerIndex() - start;
    if (length == 0) {
      return;
    }
    ByteBuf part = buffer.slice(start, length);
    // Where a socket takes nothing, a small part would hold the whole buffer for as long.
    boolean waits =
        channel.bytesBeforeUnwritable() < channel.config().getWriteBufferHighWaterMark();
    var _ =
        channel.write(
            waits ? allocator.directBuffer(length).writeBytes(part) : part.retain(),
            channel.voidPromise());
    start = buffer.writerIndex();
  }

  @Override
  public void close() {
    buffer.release();
    buffer = Unpooled.EMPTY_BUFFER;
    start = 0;
  }
}
