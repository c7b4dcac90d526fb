package qiantang.ingest.net.admission;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the first bytes of a layer and goes. Whoever speaks something else is counted and closed
 * in that read, without an answer: it would be in the wrong language.
 */
@Sharable
public final class FirstBytes extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(FirstBytes.class);

  private final Spoken expected;
  private final AdmissionMeter meter;

  /** Expects one protocol. */
  public FirstBytes(Spoken expected, AdmissionMeter meter) {
    this.expected = expected;
    this.meter = meter;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (!bytes.isReadable()) {
      bytes.release();
      return;
    }
    Spoken spoken = Spoken.of(bytes);
    if (spoken != expected) {
      meter.stranger(spoken, expected);
      if (spoken != Spoken.OTHER || expected != Spoken.MQTT) {
        logger.debug("{} speaks {}, not {}", ctx.channel(), spoken.word(), expected.word());
        bytes.release();
        var _ = ctx.close();
        return;
      } // a client that begins with another packet: the decoder closes it [MQTT-3.1.0-1]
    }
    ctx.pipeline().remove(this);
    ctx.fireChannelRead(bytes);
  }
}
