package qiantang.standalone.cassandra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** TCP ports to listen on: a free one, or the certainty that a given one is free. */
public final class Ports {
  private Ports() {}

  /** A port nobody listens on just now on the loopback address. */
  public static int free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find a free port on loopback", e);
    }
  }

  /**
   * Returns if {@code host:port} can be listened on. Asked before anything is started, so that a
   * port in use is one sentence at once and not a stack trace after half a minute.
   */
  public static void requireFree(InetAddress host, int port, String option)
      throws CannotStartException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // A socket in TIME_WAIT does not keep a server from binding.
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new CannotStartException(
          "cannot listen on %s port %d (%s): end the program that uses it or choose another with %s"
              .formatted(host.getHostAddress(), port, e.getMessage(), option));
    }
  }
}
