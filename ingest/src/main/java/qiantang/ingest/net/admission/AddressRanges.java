package qiantang.ingest.net.admission;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Addresses as an operator names them: 10.1.0.0/16, 2001:db8::/32, 192.0.2.7. Any thread. */
public final class AddressRanges {
  /** This machine alone. */
  public static final AddressRanges LOOPBACK = of(List.of("127.0.0.0/8", "::1"));

  private final List<IpSubnetFilterRule> rules;

  private AddressRanges(List<IpSubnetFilterRule> rules) {
    this.rules = rules;
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException where one is none; the message says what it takes
   */
  public static AddressRanges of(List<String> texts) {
    List<IpSubnetFilterRule> rules = new ArrayList<>();
    for (String text : texts) {
      rules.add(rule(text));
    }
    return new AddressRanges(List.copyOf(rules));
  }

  /** Whether an address lies in one of them. */
  boolean include(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && rules.stream().anyMatch(rule -> rule.matches(inet));
  }

  private static IpSubnetFilterRule rule(String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int bitsMax = address instanceof Inet4Address ? 32 : 128;
      int bits = slash < 0 ? bitsMax : Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > bitsMax) {
        throw new IllegalArgumentException("a prefix of " + bits + " bits");
      }
      return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s': it takes an address, or a range such as 10.1.0.0/16".formatted(text), e);
    }
  }
}
