package qiantang.ingest.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sends bytes through a pipeline, in pieces, and sees that every buffer is released. */
final class Streams {
  private static final int PIECE_BYTES_MAX = 40;

  /** Splits at every byte are for inputs that are not much longer. */
  private static final int EVERY_BYTE_MAX = 512;

  private Streams() {}

  /**
   * What comes out: decoded, passed on and answered, and whether the connection lives.
   *
   * @param whole how many bytes come first, at once
   * @param describe packets in words
   */
  static String run(
      EmbeddedChannel channel,
      byte[] bytes,
      int whole,
      int cut,
      Function<Object, String> describe,
      Function<EmbeddedChannel, String> end) {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    channel.config().setAllocator(allocator);
    List<ByteBuf> pieces = new ArrayList<>();
    StringBuilder out = new StringBuilder();
    SplittableRandom random = new SplittableRandom(cut);
    int at = 0;
    boolean isEach = cut == 1 && bytes.length - whole <= EVERY_BYTE_MAX;
    while (at < bytes.length && channel.isOpen()) {
      int left = bytes.length - at;
      int count =
          at < whole
              ? Math.min(left, whole)
              : cut == 0 ? left : isEach ? 1 : Math.min(left, random.nextInt(PIECE_BYTES_MAX) + 1);
      ByteBuf piece = allocator.heapBuffer(count).writeBytes(bytes, at, count);
      pieces.add(piece);
      channel.writeInbound(piece);
      at += count;
    }
    drain(channel, out, describe);
    out.append(channel.isOpen() ? " open " : " closed ").append(end.apply(channel));
    var _ = channel.finishAndReleaseAll();
    for (ByteBuf piece : pieces) {
      if (piece.refCnt() != 0) {
        throw new AssertionError("a buffer was not released");
      }
    }
    if (allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory() != 0) {
      throw new AssertionError("a buffer of the channel's allocator was not released");
    }
    return out.toString();
  }

  private static void drain(
      EmbeddedChannel channel, StringBuilder out, Function<Object, String> describe) {
    for (@Nullable Object in = channel.readInbound(); in != null; in = channel.readInbound()) {
      out.append(in instanceof ByteBuf buffer ? ByteBufUtil.hexDump(buffer) : describe.apply(in));
      ReferenceCountUtil.release(in);
    }
    out.append(" > ");
    for (@Nullable Object sent = channel.readOutbound();
        sent != null;
        sent = channel.readOutbound()) {
      out.append(ByteBufUtil.hexDump((ByteBuf) sent));
      ReferenceCountUtil.release(sent);
    }
  }
}
