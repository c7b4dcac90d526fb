package qiantang.ingest.net.admission;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The header of PROXY protocol version 2, which the load balancer sends before anything of the
 * client's. Until it is here the connection is not there for those behind.
 */
public final class ProxyHeader extends ChannelInboundHandlerAdapter {
  /**
   * What a header may carry beside the addresses. A balancer that ends TLS tells the client's
   * common name, clouds an id of 40 bytes; the protocol allows 64 KiB.
   */
  private static final int EXTRA_BYTES_MAX = 512;

  /** It is sent along with the first packet of the connection. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final Logger logger = LoggerFactory.getLogger(ProxyHeader.class);

  private final AdmissionMeter meter;
  private final Balancers balancers;
  private @Nullable Future<?> timeout;
  private boolean isRefused;

  private ProxyHeader(AdmissionMeter meter, Balancers balancers) {
    this.meter = meter;
    this.balancers = balancers;
  }

  /** Adds what reads a header; it goes when it has. */
  public static void addTo(ChannelPipeline pipeline, AdmissionMeter meter, Balancers balancers) {
    pipeline.addLast("proxy-first", new FirstBytes(Spoken.PROXY_V2, meter));
    pipeline.addLast("proxy", new HAProxyMessageDecoder(EXTRA_BYTES_MAX));
    pipeline.addLast("proxy-header", new ProxyHeader(meter, balancers));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (!balancers.admits(ctx.channel())) {
      close(ctx);
      return;
    }
    timeout = ctx.executor().schedule(() -> close(ctx), TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    ctx.channel().config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (isRefused) { // of what was behind it, Netty's decoder may still make a header
      ReferenceCountUtil.release(message);
      return;
    }
    if (!(message instanceof HAProxyMessage header)) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      AddressFamily family = header.proxiedProtocol().addressFamily();
      boolean isInet = family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6;
      // LOCAL: the balancer's own connection, which looks whether we live.
      if (header.command() == HAProxyCommand.PROXY && isInet) {
        InetAddress address = InetAddress.ofLiteral(header.sourceAddress());
        Source.tell(ctx.channel(), new InetSocketAddress(address, header.sourcePort()));
      }
    } finally {
      header.release();
    }
    cancel();
    ctx.channel().config().setAutoRead(false);
    ctx.pipeline().remove(this);
    ctx.fireChannelActive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Not its HAProxyProtocolException alone: where an extra ends beyond the header, Netty's
    // decoder throws what its buffer does.
    if (cause instanceof DecoderException) {
      isRefused = true;
      meter.stranger(Spoken.PROXY_V2, Spoken.PROXY_V2);
      logger.debug("a PROXY header of {} cannot be used: {}", ctx.channel(), cause.toString());
      var _ = ctx.close();
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancel();
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }

  private void cancel() {
    Future<?> running = timeout;
    if (running != null) {
      running.cancel(false);
      timeout = null;
    }
  }
}
