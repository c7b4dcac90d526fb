package qiantang.sim;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Listens on a free port of loopback and serves each connection on a thread of its own, until it is
 * closed. That the other end has gone away is the end of a connection, and no trouble.
 */
public final class SocketServer implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());

  /** What is done with a connection; it is closed afterwards. */
  @FunctionalInterface
  public interface Service {
    void serve(Socket socket) throws IOException;
  }

  /** Nobody is accepted before {@link #start}; the machine lets them wait. */
  public SocketServer() throws IOException {}

  public void start(Service service) {
    Thread.ofVirtual().start(() -> accept(service));
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void accept(Service service) {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        Thread.ofVirtual().start(() -> serve(service, socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Service service, Socket socket) {
    try (socket) {
      service.serve(socket);
    } catch (EOFException e) {
      // the client went away
    } catch (IOException e) {
      String cause = String.valueOf(e.getMessage());
      if (!listening.isClosed() && !cause.contains("onnection reset") && !cause.contains("pipe")) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
