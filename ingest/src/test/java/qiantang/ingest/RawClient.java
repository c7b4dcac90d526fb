package qiantang.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.net.ClientPackets.ping;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.List;

/** What a test says and hears over a socket, packet by packet, right or wrong. */
final class RawClient {
  private RawClient() {}

  /** Writes. */
  static void send(Socket client, byte[] bytes) throws IOException {
    client.getOutputStream().write(bytes);
  }

  /** Writes the same again and again, until the connection is closed. */
  static void sendForEver(Socket client, byte[] bytes) {
    try {
      while (true) {
        client.getOutputStream().write(bytes);
      }
    } catch (IOException e) {
      // Closed at the end of the test, or by the server: either is an answer.
    }
  }

  /** The session answers a sign of life. */
  static void alive(Socket client) throws IOException {
    send(client, ping());
    assertAnswer("d0 00", client);
  }

  /** Writes one after the other, as far as the connection lives. */
  static void sendAll(Socket client, byte[]... sent) {
    try {
      for (byte[] bytes : sent) {
        send(client, bytes);
      }
    } catch (IOException e) {
      // Closed in the middle of it: what was answered is read all the same.
    }
  }

  /** The next packet, in hexadecimal, matches the pattern (blanks are for the eye). */
  static void assertAnswer(String answer, Socket client) throws IOException {
    assertMatches(answer, readPacket(client));
  }

  /** Bytes, in hexadecimal, match the pattern. */
  static void assertMatches(String answer, byte[] bytes) {
    String hex = HexFormat.of().formatHex(bytes);
    assertTrue(hex.matches(answer.replace(" ", "")), () -> hex + " is not " + answer);
  }

  /** The next packet, header included. */
  static byte[] readPacket(Socket client) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    int header = client.getInputStream().read();
    if (header < 0) {
      throw new IOException("the connection was closed");
    }
    packet.write(header);
    int length = 0;
    int next;
    int shift = 0;
    do {
      next = client.getInputStream().read();
      packet.write(next);
      length |= (next & 0x7f) << shift;
      shift += 7;
    } while (next >= 0x80);
    packet.writeBytes(client.getInputStream().readNBytes(length));
    return packet.toByteArray();
  }

  /** All that comes up to the end of the connection. */
  static byte[] readToEnd(Socket client) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      client.getInputStream().transferTo(all);
    } catch (SocketException e) {
      // A reset: what it sent did not interest anybody, and what came before it counts.
    }
    return all.toByteArray();
  }

  /** Whether the session still answers a sign of life. */
  static boolean isLiving(Socket client) {
    try {
      send(client, ping());
      return (readPacket(client)[0] & 0xff) == 0xd0;
    } catch (IOException e) {
      return false; // its end
    }
  }

  /** Turns HTTP into a WebSocket for MQTT. */
  static void upgrade(Socket client) throws IOException {
    List<String> upgrade =
        List.of(
            "GET /mqtt HTTP/1.1",
            "Host: x",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: mqtt",
            "",
            "");
    send(client, String.join("\r\n", upgrade).getBytes(US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("\r\n\r\n")) {
      answer.append((char) client.getInputStream().read());
    }
    assertTrue(answer.toString().startsWith("HTTP/1.1 101"), answer.toString());
  }
}
