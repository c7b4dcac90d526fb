package qiantang.ingest.net.admission;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands first in a pipeline until the login. A connection outside costs a socket and this: no TLS,
 * no session, and it is not read. It counts as half open from when it is let in until it logs in.
 */
public final class Gate extends ChannelInboundHandlerAdapter {
  // Behind a proxy some bytes come along with its header, and the last words of a peer that has
  // hung up are read however we ask not to: one read's worth.
  private static final int HELD_BYTES_MAX = 4096;
  private static final byte[] NOTHING = {};

  private enum Stage {
    OUTSIDE,
    WAITING,
    INSIDE,
    REFUSED
  }

  private final Admission admission;
  private final Consumer<ChannelPipeline> inside;
  private Stage stage = Stage.OUTSIDE;
  private byte[] held = NOTHING;
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Object site;

  /**
   * The gate of one connection.
   *
   * @param inside adds the handlers behind the gate
   */
  public Gate(Admission admission, Consumer<ChannelPipeline> inside) {
    this.admission = admission;
    this.inside = inside;
  }

  /** The client has logged in, so nobody stands at its gate any more. */
  public static void passed(ChannelPipeline pipeline) {
    if (pipeline.get(Gate.class) != null) {
      pipeline.remove(Gate.class);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  /** Leaves, by login or because the connection is over. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    switch (stage) {
      case WAITING -> admission.left(this);
      case INSIDE -> admission.settled(this);
      case OUTSIDE, REFUSED -> {}
    }
    held = NOTHING;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    site = Source.site(context.channel());
    admission.arrived(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (stage == Stage.INSIDE) {
      context.fireChannelRead(message);
      return;
    }
    ByteBuf bytes = (ByteBuf) message;
    try {
      hold(context, bytes);
    } finally {
      bytes.release();
    }
  }

  private void hold(ChannelHandlerContext context, ByteBuf bytes) {
    int count = bytes.readableBytes();
    if (stage == Stage.REFUSED) {
      return;
    }
    if (held.length + count > HELD_BYTES_MAX) {
      var _ = context.close();
      return;
    }
    int before = held.length;
    held = Arrays.copyOf(held, before + count);
    bytes.readBytes(held, before, count);
  }

  void waits() {
    stage = Stage.WAITING;
  }

  void letIn() {
    ChannelHandlerContext context = context();
    stage = Stage.INSIDE;
    inside.accept(context.pipeline());
    context.fireChannelActive();
    context.channel().config().setAutoRead(true); // before anybody behind stops reading again
    byte[] first = held;
    held = NOTHING;
    if (first.length > 0) {
      context.fireChannelRead(Unpooled.wrappedBuffer(first));
      context.fireChannelReadComplete();
    }
  }

  void refuse() {
    stage = Stage.REFUSED;
    held = NOTHING;
  }

  void close() {
    var _ = context().close();
  }

  Object site() {
    Object known = site;
    if (known == null) {
      throw new AssertionError("BUG: a gate before its connection");
    }
    return known;
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext context = ctx;
    if (context == null) {
      throw new AssertionError("BUG: a gate without its channel");
    }
    return context;
  }
}
