package qiantang.ingest.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.ws.WebSocketFrames;

/** Ends what we send, layer by layer, so that the last packet is not taken for a torn one. */
public final class Goodbye {
  private Goodbye() {}

  /** Behind all that was written. Event loop only. */
  public static void sayTo(Channel channel) {
    var _ = WebSocketFrames.sayGoodbye(channel);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    @Nullable ChannelFuture ended = tls == null ? null : tls.closeOutbound();
    if (channel instanceof DuplexChannel duplex) {
      if (ended == null) {
        var _ = duplex.shutdownOutput();
      } else {
        var _ = ended.addListener(sent -> shutdown(duplex));
      }
    }
  }

  private static void shutdown(DuplexChannel duplex) {
    var _ = duplex.shutdownOutput();
  }
}
