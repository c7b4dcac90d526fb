package qiantang.ingest.net.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The opening of a WebSocket: one GET, one answer, then this handler and the HTTP decoder give way
 * to {@link WebSocketFrames}. Whoever takes too long is cut by the session's CONNECT timeout.
 */
public final class WebSocketHandshake extends ChannelInboundHandlerAdapter {
  /** Where MQTT is. */
  public static final String PATH = "/mqtt";

  // A browser with cookies of the same site sends 2 KiB; nobody needs more before a login.
  private static final int HEADER_BYTES_MAX = 8192;
  private static final int LINE_BYTES_MAX = 1024;

  private static final String PROTOCOL = "mqtt"; // [MQTT-6.0.0-3]
  private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 1.3
  private static final int KEY_BYTES = 16;

  /** What is answered to a request that opens no WebSocket. */
  private record Refusal(String status, String header, String text) {
    private static Refusal bad(String text) {
      return new Refusal("400 Bad Request", "", text);
    }
  }

  private final Consumer<Boolean> meter;
  private final Supplier<Origins> origins;

  private boolean isAnswered;
  private @Nullable String accepted;

  private WebSocketHandshake(Consumer<Boolean> meter, Supplier<Origins> origins) {
    this.meter = meter;
    this.origins = origins;
  }

  /**
   * Adds what a WebSocket needs at the end of the pipeline; the packet decoder follows.
   *
   * @param origins which pages may open one, as it is when one asks
   * @param meter told true when one is open, false when one was refused
   */
  public static void addTo(
      ChannelPipeline pipeline, Supplier<Origins> origins, Consumer<Boolean> meter) {
    HttpRequestDecoder decoder =
        new HttpRequestDecoder(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setInitialBufferSize(256));
    // Half a header may stay here for seconds, and must not pin a pooled buffer so long.
    decoder.setCumulator((allocator, cumulation, in) -> onHeap(cumulation, in));
    pipeline.addLast("http", decoder);
    pipeline.addLast("handshake", new WebSocketHandshake(meter, origins));
  }

  private static ByteBuf onHeap(ByteBuf cumulation, ByteBuf in) {
    try {
      ByteBuf all = Unpooled.buffer(cumulation.readableBytes() + in.readableBytes());
      return all.writeBytes(cumulation).writeBytes(in);
    } finally {
      cumulation.release();
      in.release();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest request && !isAnswered) {
        begin(ctx, request);
      } else if (message instanceof LastHttpContent && accepted != null) {
        open(ctx, accepted);
      } // else a body, or what follows a request that was refused
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    isAnswered = true;
    @Nullable Refusal refusal = refusal(request, origins.get());
    meter.accept(refusal == null);
    if (refusal == null) {
      accepted = accept(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY));
    } else {
      refuse(ctx, refusal);
    }
  }

  /** At the end of the request: what the decoder has not passed on until then would be lost. */
  private void open(ChannelHandlerContext ctx, String accept) {
    var _ =
        write(
            ctx,
            """
        HTTP/1.1 101 Switching Protocols\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Accept: %s\r
        Sec-WebSocket-Protocol: %s\r
        \r
        """
                .formatted(accept, PROTOCOL)); // [MQTT-6.0.0-4]
    // What came behind the request leaves the decoder as it is removed: frames already.
    ctx.pipeline().replace(this, "frames", new WebSocketFrames());
    ctx.pipeline().remove("http");
  }

  private static @Nullable Refusal refusal(HttpRequest request, Origins origins) {
    if (request.decoderResult().isFailure()) {
      return Refusal.bad("no HTTP request, or a header of more than 8 KiB");
    }
    String uri = request.uri();
    int query = uri.indexOf('?');
    if (!(query < 0 ? uri : uri.substring(0, query)).equals(PATH)) {
      return new Refusal("404 Not Found", "", "MQTT over WebSocket is at " + PATH);
    }
    @Nullable String foreign = origins.fault(request.headers());
    if (foreign != null) {
      return new Refusal("403 Forbidden", "", foreign); // RFC 6455, 4.2.2
    }
    if (!request.method().equals(HttpMethod.GET)
        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        || !request.headers().containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
        || !request.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
      return new Refusal(
          "426 Upgrade Required",
          "Upgrade: websocket\r\nConnection: Upgrade\r\n",
          "only WebSockets are served here: GET with 'Upgrade: websocket'");
    }
    if (!"13".equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return new Refusal(
          "426 Upgrade Required",
          "Sec-WebSocket-Version: 13\r\n",
          "WebSocket version 13 is spoken");
    }
    if (!isKey(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
      return Refusal.bad("Sec-WebSocket-Key must be 16 bytes in base64");
    }
    return request.headers().containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, PROTOCOL, true)
        ? null
        : Refusal.bad("Sec-WebSocket-Protocol must name mqtt"); // [MQTT-6.0.0-3]
  }

  private static boolean isKey(@Nullable String key) {
    try {
      return key != null && Base64.getDecoder().decode(key.strip()).length == KEY_BYTES;
    } catch (IllegalArgumentException ignored) {
      return false;
    }
  }

  static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest((key.strip() + ACCEPT_GUID).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: a JDK without SHA-1", e);
    }
  }

  private static void refuse(ChannelHandlerContext ctx, Refusal refusal) {
    String text = refusal.text() + "\n";
    var _ =
        write(
                ctx,
                "HTTP/1.1 "
                    + refusal.status()
                    + "\r\n"
                    + refusal.header()
                    + "Content-Type: text/plain\r\nConnection: close\r\nContent-Length: "
                    + text.length()
                    + "\r\n\r\n"
                    + text)
            .addListener(ChannelFutureListener.CLOSE);
  }

  private static ChannelFuture write(ChannelHandlerContext ctx, String text) {
    return ctx.writeAndFlush(Unpooled.wrappedBuffer(text.getBytes(US_ASCII)));
  }
}
