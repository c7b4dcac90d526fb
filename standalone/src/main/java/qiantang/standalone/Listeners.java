package qiantang.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.standalone.cassandra.Ports;

/** The addresses a demo listens on, all of them usable and its ports free. */
record Listeners(List<InetAddress> addresses) {
  static Listeners check(DemoOptions options) throws CannotStartException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String text : options.bind) {
      InetAddress address = parse(text);
      // A machine without IPv6 has no ::1, and that is no reason not to serve 127.0.0.1.
      if (!address.isLoopbackAddress() || isHere(address)) {
        addresses.add(address);
      }
      if (options.anonymous != null && !address.isLoopbackAddress()) {
        throw new CannotStartException(
            "cannot let anonymous clients in on %s: --anonymous is for loopback addresses only"
                .formatted(text));
      }
    }
    if (addresses.isEmpty()) {
      throw new CannotStartException("cannot listen: --bind names no address of this machine");
    }
    Listeners listeners = new Listeners(addresses);
    listeners.requireFreePorts(options);
    return listeners;
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

  private void requireFreePorts(DemoOptions options) throws CannotStartException {
    Map<String, Integer> ports =
        Map.of(
            "--mqtt-port", options.mqttPort,
            "--http-port", options.httpPort,
            "--ingest-http-port", options.ingestHttpPort);
    for (Map.Entry<String, Integer> port : ports.entrySet()) {
      for (InetAddress address : addresses) {
        Ports.requireFree(address, port.getValue(), port.getKey());
      }
    }
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
