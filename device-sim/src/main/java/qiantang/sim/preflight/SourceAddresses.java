package qiantang.sim.preflight;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where connections come from. An address has as many connections to one target as the machine has
 * ephemeral ports, 28,232 on a usual Linux (tcp(7), ip_local_port_range), so a large fleet needs
 * several.
 */
public final class SourceAddresses {
  /** No address has to be set up for these: Linux takes all of 127.0.0.0/8 as its own. */
  public static final String LOOPBACK_POOL = "127.0.0.2-127.0.0.9";

  /** 28 million connections; more is a range with a digit too few. */
  private static final int ADDRESSES_MAX = 1_000;

  private static final Pattern NUMBERS = Pattern.compile("[0-9a-fA-F.:]+");

  private SourceAddresses() {}

  /**
   * Reads a list such as {@code 127.0.0.2-127.0.0.9,10.0.0.5}; ranges are of the last byte.
   *
   * @throws IllegalArgumentException with what is wrong about it
   */
  public static List<InetAddress> parse(String text) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] ends = part.strip().split("-", -1);
      InetAddress first = address(ends[0], text);
      InetAddress last = ends.length == 1 ? first : address(ends[1], text);
      if (ends.length > 2) {
        throw wrong(text, "'" + part + "' has more than two ends");
      }
      addRange(addresses, first, last, text);
    }
    return List.copyOf(addresses);
  }

  private static void addRange(
      List<InetAddress> addresses, InetAddress first, InetAddress last, String text) {
    byte[] at = first.getAddress();
    byte[] end = last.getAddress();
    int tail = at.length - 1;
    for (int i = 0; i < tail; i++) {
      if (at.length != end.length || at[i] != end[i]) {
        throw wrong(text, "the ends of a range differ in the last byte only");
      }
    }
    if ((at[tail] & 0xFF) > (end[tail] & 0xFF)) {
      throw wrong(text, "a range begins with its lower end");
    }
    for (int b = at[tail] & 0xFF; b <= (end[tail] & 0xFF); b++) {
      byte[] address = at.clone();
      address[tail] = (byte) b;
      addresses.add(of(address));
    }
    if (addresses.size() > ADDRESSES_MAX) {
      throw wrong(text, "more than " + ADDRESSES_MAX + " addresses");
    }
  }

  /** The loopback pool where a target on this Linux is asked over IPv4, else the machine's own. */
  public static List<InetAddress> byDefault(InetSocketAddress target, boolean linux) {
    InetAddress address = target.getAddress();
    boolean here = address != null && address.isLoopbackAddress();
    return linux && here && address.getAddress().length == 4 ? parse(LOOPBACK_POOL) : List.of();
  }

  private static InetAddress address(String text, String all) {
    // Names are not looked up: a source is an address of this machine.
    if (!NUMBERS.matcher(text).matches()) {
      throw wrong(all, "'" + text + "' is no address");
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw wrong(all, "'" + text + "' is no address");
    }
  }

  private static InetAddress of(byte[] address) {
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new AssertionError("BUG: an address of " + address.length + " bytes", e);
    }
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "'" + text + "': " + why + "; write addresses such as " + LOOPBACK_POOL + ",10.0.0.5");
  }
}
