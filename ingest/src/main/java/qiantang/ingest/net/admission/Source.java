package qiantang.ingest.net.admission;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where a connection comes from: behind a proxy, the client that the proxy named. */
public final class Source {
  private static final AttributeKey<InetSocketAddress> BEHIND_PROXY =
      AttributeKey.valueOf(Source.class, "behind-proxy");

  private Source() {}

  /** The client's address. */
  public static @Nullable SocketAddress of(Channel channel) {
    if (channel.hasAttr(BEHIND_PROXY)) {
      return channel.attr(BEHIND_PROXY).get();
    }
    return channel.remoteAddress();
  }

  /** The same for people, and for presence records: address and port. */
  public static String text(Channel channel) {
    SocketAddress address = of(channel);
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      String host = inet.getAddress().getHostAddress();
      return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
    }
    return String.valueOf(address);
  }

  /** The proxy said so. */
  static void tell(Channel channel, InetSocketAddress client) {
    channel.attr(BEHIND_PROXY).set(client);
  }

  /**
   * What counts as one source: an IPv4 address, or 64 bits of an IPv6 one, as they are given to one
   * customer, who then has 2^64 addresses.
   */
  static Object site(Channel channel) {
    SocketAddress address = of(channel);
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      InetAddress ip = inet.getAddress();
      return ip instanceof Inet6Address ? new Site(ByteBuffer.wrap(ip.getAddress()).getLong()) : ip;
    }
    return String.valueOf(address);
  }

  /** The first half of an IPv6 address. */
  private record Site(long bits) {}
}
