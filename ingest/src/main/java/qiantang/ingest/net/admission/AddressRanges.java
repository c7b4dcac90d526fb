package qiantang.ingest.net.admission;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Addresses as an operator names them: 10.1.0.0/16, 2001:db8::/32, 192.0.2.7. Any thread.
 *
 * <p>Netty's IpSubnetFilterRule was rejected: command lines are read by this, before it is known
 * where logs go, and Netty asks for a logger.
 */
public final class AddressRanges {
  /** This machine alone. */
  public static final AddressRanges LOOPBACK = of(List.of("127.0.0.0/8", "::1"));

  private final List<Range> ranges;

  private AddressRanges(List<Range> ranges) {
    this.ranges = ranges;
  }

  /** Those whose first {@code bits} are the same as these of {@code first}. */
  private record Range(InetAddress first, int bits) {
    boolean includes(InetAddress address) {
      byte[] these = first.getAddress();
      byte[] those = address.getAddress();
      if (these.length != those.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int differing = these[bit / 8] ^ those[bit / 8];
        if ((differing >> (7 - bit % 8) & 1) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException where one is none; the message says what it takes
   */
  public static AddressRanges of(List<String> texts) {
    List<Range> ranges = new ArrayList<>();
    for (String text : texts) {
      ranges.add(range(text));
    }
    return new AddressRanges(List.copyOf(ranges));
  }

  /** Whether an address lies in one of them. */
  boolean include(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && ranges.stream().anyMatch(range -> range.includes(inet.getAddress()));
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int bitsMax = address.getAddress().length * 8;
      int bits = slash < 0 ? bitsMax : Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > bitsMax) {
        throw new IllegalArgumentException("a prefix of " + bits + " bits");
      }
      return new Range(address, bits);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s': it takes an address, or a range such as 10.1.0.0/16".formatted(text), e);
    }
  }
}
