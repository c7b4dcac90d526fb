package qiantang.standalone.cassandra;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** TCP ports to listen on: a free one, or the certainty that a given one is free. */
public final class Ports {
  // Below 32768, where Linux begins to hand out ports to outgoing connections: one of those would
  // take a port found here before its server, seconds later, listens on it. Above the known ones.
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_767;
  private static final int PORTS = HIGHEST - LOWEST + 1;
  private static final int TRIES = 100;

  // Counts on, so that two ports found by one program differ before anything listens on them.
  private static final AtomicInteger next =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

  private Ports() {}

  /** A port that nothing on the loopback address uses just now, and that no client is given. */
  public static int free() {
    @Nullable IOException last = null;
    for (int i = 0; i < TRIES; i++) {
      int port = LOWEST + Math.floorMod(next.getAndIncrement(), PORTS);
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException e) {
        last = e;
      }
    }
    throw new UncheckedIOException(
        "cannot find a free port on loopback from %d to %d".formatted(LOWEST, HIGHEST),
        requireNonNull(last));
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
