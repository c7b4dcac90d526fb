package qiantang.standalone.cassandra;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Asks a node whether it serves CQL, with the smallest request of the native protocol, so that this
 * package needs no driver.
 */
final class CqlProbe {
  static final InetAddress LOOPBACK = Inet4Address.ofLiteral("127.0.0.1");

  private static final int LIMIT_MILLIS = 2000;

  /** Version 4, no flags, stream 0, OPTIONS, no body. */
  private static final byte[] OPTIONS = {0x04, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00};

  private static final int HEADER_BYTES = 9;
  private static final int OPCODE_OFFSET = 4;
  private static final byte SUPPORTED = 0x06;

  private CqlProbe() {}

  /** Whether somebody takes connections; one that is slow to take them does. */
  static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(LOOPBACK, port), LIMIT_MILLIS);
      return true;
    } catch (SocketTimeoutException ignored) {
      return true;
    } catch (IOException ignored) {
      return false;
    }
  }

  static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(LOOPBACK, port), LIMIT_MILLIS);
      socket.setSoTimeout(LIMIT_MILLIS);
      socket.getOutputStream().write(OPTIONS);
      byte[] header = socket.getInputStream().readNBytes(HEADER_BYTES);
      return header.length == HEADER_BYTES && header[OPCODE_OFFSET] == SUPPORTED;
    } catch (IOException ignored) {
      return false; // Not yet.
    }
  }
}
