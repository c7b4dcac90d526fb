package qiantang.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.standalone.cassandra.Ports;

/** The addresses a program listens on, all of them usable. */
record Listeners(List<InetAddress> addresses) {
  Listeners {
    addresses = List.copyOf(addresses);
  }

  /** Looks the addresses up. */
  static Listeners on(List<String> texts) throws CannotStartException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String text : texts) {
      InetAddress address = parse(text);
      // A machine without IPv6 has no ::1, and that is no reason not to serve 127.0.0.1.
      if (isHere(address)) {
        addresses.add(address);
      } else if (!address.isLoopbackAddress()) {
        throw new CannotStartException(
            "cannot listen on %s: it is no address of this machine; choose another with --bind"
                .formatted(text));
      }
    }
    if (addresses.isEmpty()) {
      throw new CannotStartException("cannot listen: --bind names no address of this machine");
    }
    return new Listeners(addresses);
  }

  /** Refuses what nobody else in the network may use. */
  void requireLoopback(String what, String option) throws CannotStartException {
    for (InetAddress address : addresses) {
      if (!address.isLoopbackAddress()) {
        throw new CannotStartException(
            "cannot %s on %s: %s is for loopback addresses only"
                .formatted(what, address.getHostAddress(), option));
      }
    }
  }

  /**
   * Asked before anything is started: each port is free, and no two of them are the same.
   *
   * @param ports by the options that set them; 0 is any free one
   */
  void requireFree(Map<String, Integer> ports) throws CannotStartException {
    Map<String, Integer> sorted = new TreeMap<>(ports);
    requireDistinct(sorted);
    for (Map.Entry<String, Integer> port : sorted.entrySet()) {
      for (InetAddress address : addresses) {
        Ports.requireFree(address, port.getValue(), port.getKey());
      }
    }
  }

  private static void requireDistinct(Map<String, Integer> ports) throws CannotStartException {
    Map<Integer, String> options = new HashMap<>();
    for (Map.Entry<String, Integer> port : ports.entrySet()) {
      @Nullable String other = options.put(port.getValue(), port.getKey());
      if (other != null && port.getValue() != 0) {
        throw new CannotStartException(
            "cannot listen on port %d for both %s and %s: choose another for one of them"
                .formatted(port.getValue(), other, port.getKey()));
      }
    }
  }

  /** The addresses as texts. */
  List<String> texts() {
    return addresses.stream().map(InetAddress::getHostAddress).toList();
  }

  /** Where a client on this machine reaches these listeners. */
  InetAddress localAddress() {
    InetAddress first = addresses.getFirst();
    return first.isAnyLocalAddress() ? InetAddress.ofLiteral("127.0.0.1") : first;
  }

  /** How a client on this machine writes {@code port} of these listeners. */
  String local(int port) {
    String host = localAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static InetAddress parse(String text) throws CannotStartException {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException ignored) {
      return resolve(text);
    }
  }

  private static InetAddress resolve(String name) throws CannotStartException {
    try {
      return InetAddress.getAllByName(name)[0];
    } catch (UnknownHostException e) {
      throw new CannotStartException("cannot listen on %s: no such address".formatted(name), e);
    }
  }

  private static boolean isHere(InetAddress address) {
    try (ServerSocket _ = new ServerSocket(0, 1, address)) {
      return true;
    } catch (IOException ignored) {
      return false;
    }
  }
}
