package qiantang.ingest.net.ws;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Frames in, the bytes of MQTT out, and back. Packets and frames need not share borders
 * [MQTT-6.0.0-2], so payload is passed on as it comes, unmasked where it lies: nothing of a data
 * frame is kept, however long it is, and its length needs no limit.
 *
 * <p>Netty's decoder was rejected: it holds each frame in a pooled buffer until it is whole.
 */
public final class WebSocketFrames extends ChannelDuplexHandler {
  /** Why we close (RFC 6455, 7.4.1). */
  enum Status {
    NORMAL(1000),
    PROTOCOL_ERROR(1002),
    UNSUPPORTED_DATA(1003);

    private final int code;

    Status(int code) {
      this.code = code;
    }
  }

  private static final int CONTINUATION = 0;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int CONTROL_BYTES_MAX = 125; // RFC 6455, 5.5
  private static final int HEADER_BYTES_MAX = 14;

  /** What the next byte is. */
  private enum State {
    HEADER,
    PAYLOAD,
    DEAF
  }

  // Header bytes so far; a header is whole at the length that its own second byte says.
  private final byte[] header = new byte[HEADER_BYTES_MAX];
  private State state = State.HEADER;
  private int headerBytes;
  private int opcode;
  private boolean isInMessage;
  private long left;
  private int mask;
  private int maskAt;
  private byte @Nullable [] control;
  private int controlBytes;
  private boolean isPongUnsent;
  private boolean isClosing;

  WebSocketFrames() {}

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      while (in.isReadable()) {
        switch (state) {
          case HEADER -> readHeader(ctx, in);
          case PAYLOAD -> readPayload(ctx, in);
          case DEAF -> in.skipBytes(in.readableBytes());
        }
      }
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (isPongUnsent) {
      isPongUnsent = false;
      ctx.flush();
    }
    ctx.fireChannelReadComplete();
  }

  private void readHeader(ChannelHandlerContext ctx, ByteBuf in) {
    int whole = headerLength();
    while (headerBytes < whole && in.isReadable()) {
      header[headerBytes++] = in.readByte();
      whole = headerLength();
    }
    if (headerBytes < whole) {
      return;
    }
    headerBytes = 0;
    opcode = header[0] & 0x0f;
    int length = header[1] & 0x7f;
    int lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    left = lengthBytes == 0 ? length : number(2, lengthBytes);
    mask = (int) number(2 + lengthBytes, 4);
    maskAt = 0;
    @Nullable Status fault = fault();
    if (fault != null) {
      close(ctx, fault);
      return;
    }
    boolean isFinal = (header[0] & FINAL) != 0;
    if (opcode >= CLOSE) {
      control = new byte[(int) left];
      controlBytes = 0;
    } else {
      isInMessage = !isFinal;
    }
    state = State.PAYLOAD;
    endOfFrame(ctx);
  }

  private int headerLength() {
    if (headerBytes < 2) {
      return 2;
    }
    int length = header[1] & 0x7f;
    int maskBytes = (header[1] & MASKED) != 0 ? 4 : 0;
    return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + maskBytes;
  }

  private @Nullable Status fault() {
    boolean isReserved = (header[0] & 0x70) != 0; // no extension was agreed on
    boolean isMasked = (header[1] & MASKED) != 0;
    if (isReserved || !isMasked || left < 0) {
      return Status.PROTOCOL_ERROR;
    }
    return switch (opcode) {
      case CONTINUATION -> isInMessage ? null : Status.PROTOCOL_ERROR;
      case BINARY -> isInMessage ? Status.PROTOCOL_ERROR : null;
      case CLOSE, PING, PONG ->
          (header[0] & FINAL) == 0 || left > CONTROL_BYTES_MAX ? Status.PROTOCOL_ERROR : null;
      case 1 -> Status.UNSUPPORTED_DATA; // [MQTT-6.0.0-1]: text
      default -> Status.PROTOCOL_ERROR;
    };
  }

  private void readPayload(ChannelHandlerContext ctx, ByteBuf in) {
    int count = (int) Math.min(left, in.readableBytes());
    unmask(in, count);
    left -= count;
    byte[] kept = control;
    if (kept != null) {
      in.readBytes(kept, controlBytes, count);
      controlBytes += count;
    } else {
      ctx.fireChannelRead(in.readRetainedSlice(count));
    }
    endOfFrame(ctx);
  }

  private void endOfFrame(ChannelHandlerContext ctx) {
    if (state != State.PAYLOAD || left > 0) {
      return;
    }
    state = State.HEADER;
    byte[] kept = control;
    control = null;
    if (kept != null && opcode == PING && ctx.channel().isWritable()) {
      // A peer that does not read gets no pongs; they would be all that it makes us keep.
      var _ = ctx.write(frame(ctx, FINAL | PONG, kept), ctx.voidPromise());
      isPongUnsent = true;
    } else if (kept != null && opcode == CLOSE) {
      close(ctx, Status.NORMAL);
    }
  }

  /** In place, four bytes at a time: each buffer is ours alone. */
  private void unmask(ByteBuf in, int count) {
    int at = in.readerIndex();
    int end = at + count;
    int rotated = Integer.rotateLeft(mask, 8 * maskAt);
    for (; end - at >= 4; at += 4) {
      in.setInt(at, in.getInt(at) ^ rotated);
    }
    for (; at < end; at++) {
      in.setByte(at, in.getByte(at) ^ (rotated >>> 24));
      rotated = Integer.rotateLeft(rotated, 8);
    }
    maskAt = (maskAt + count) & 3;
  }

  private long number(int from, int bytes) {
    long value = 0;
    for (int i = from; i < from + bytes; i++) {
      value = (value << 8) | (header[i] & 0xff);
    }
    return value;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ByteBuf payload = (ByteBuf) message;
    if (isClosing) { // RFC 6455, 5.5.1: nothing follows a Close frame
      payload.release();
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    int length = payload.readableBytes();
    ByteBuf head = ctx.alloc().buffer(10).writeByte(FINAL | BINARY);
    if (length <= CONTROL_BYTES_MAX) {
      head.writeByte(length);
    } else if (length <= 0xffff) {
      head.writeByte(126).writeShort(length);
    } else {
      head.writeByte(127).writeLong(length);
    }
    var _ = ctx.write(head, ctx.voidPromise());
    var _ = ctx.write(payload, promise);
  }

  private static ByteBuf frame(ChannelHandlerContext ctx, int first, byte[] payload) {
    return ctx.alloc()
        .buffer(2 + payload.length)
        .writeByte(first)
        .writeByte(payload.length)
        .writeBytes(payload);
  }

  private void close(ChannelHandlerContext ctx, Status status) {
    state = State.DEAF;
    var _ = sayGoodbye(ctx, status).addListener(ChannelFutureListener.CLOSE);
  }

  /** The session has said its last word: a Close frame goes behind it. Done when it is written. */
  public static @Nullable ChannelFuture sayGoodbye(Channel channel) {
    ChannelHandlerContext ctx = channel.pipeline().context(WebSocketFrames.class);
    return ctx != null && ctx.handler() instanceof WebSocketFrames frames
        ? frames.sayGoodbye(ctx, Status.NORMAL)
        : null;
  }

  private ChannelFuture sayGoodbye(ChannelHandlerContext ctx, Status status) {
    if (isClosing) {
      return ctx.newSucceededFuture();
    }
    isClosing = true;
    byte[] code = {(byte) (status.code >> 8), (byte) status.code};
    return ctx.writeAndFlush(frame(ctx, FINAL | CLOSE, code));
  }
}
