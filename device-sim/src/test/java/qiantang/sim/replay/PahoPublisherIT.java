package qiantang.sim.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.sim.SocketServer;

/** A broker that ends connections at the worst moments; it speaks as much MQTT as is asked here. */
class PahoPublisherIT {
  private static final String LAST = "49";

  private final SocketServer server = open();

  /** By connection, what came on it. */
  private final List<List<String>> connections = new ArrayList<>();

  /** A connection ends after so many messages, */
  private volatile int breakAfter = Integer.MAX_VALUE;

  /** of which so many are acknowledged, and all when the last one has come. */
  private volatile int ackMax = Integer.MAX_VALUE;

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void aConnectionThatEndsBeforeWeDoIsNoTrouble() throws Exception {
    breakAfter = 1;
    PahoPublisher publisher = publisher();
    assertNull(publisher.publish(bytes("0")));
    assertTrue(publisher.settle(1));
    publisher.close(); // the server has closed it, is closing it or will: all the same
    assertEquals(List.of("0"), heard().getFirst());
  }

  @Test
  void whatIsOpenGoesAgainInItsOrderBeforeAnythingNew() throws Exception {
    breakAfter = 7;
    ackMax = 3;
    try (PahoPublisher publisher = publisher()) {
      for (int i = 0; i < 50; i++) {
        assertNull(publisher.publish(bytes("" + i)));
      }
      assertTrue(publisher.settle(50));
    }
    int next = 0;
    List<List<String>> heard = heard();
    for (List<String> connection : heard) {
      int first = connection.isEmpty() ? next : Integer.parseInt(connection.getFirst());
      assertTrue(first <= next, () -> "a gap: " + heard);
      for (int i = 0; i < connection.size(); i++) {
        assertEquals(first + i, Integer.parseInt(connection.get(i)), () -> "order: " + heard);
      }
      next = Math.max(next, first + connection.size());
    }
    assertEquals(50, next);
    assertTrue(heard.size() > 10, () -> "it broke often: " + heard.size());
  }

  private PahoPublisher publisher() throws Exception {
    server.start(this::serve);
    return PahoPublisher.connect(server.address(), "replay", "token", "t", _ -> {});
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private synchronized List<List<String>> heard() {
    return connections.stream().map(List::copyOf).toList();
  }

  private synchronized List<String> connection() {
    List<String> connection = new ArrayList<>();
    connections.add(connection);
    return connection;
  }

  private synchronized int heard(List<String> connection, String payload) {
    connection.add(payload);
    return connection.size();
  }

  private void serve(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    List<String> connection = connection();
    List<byte[]> held = new ArrayList<>();
    for (int packets = 0; ; packets++) {
      int head = in.readUnsignedByte();
      byte[] body = in.readNBytes(in.readUnsignedByte()); // all are shorter than 128 bytes
      if (packets == 0) {
        out.write(new byte[] {0x20, 2, 0, 0});
      } else if (head >> 4 == 3) {
        // The topic is "t": its length, itself, the packet id, the payload.
        String payload = new String(body, 5, body.length - 5, StandardCharsets.UTF_8);
        int count = heard(connection, payload);
        held.add(new byte[] {0x40, 2, body[3], body[4]});
        if (count <= ackMax || payload.equals(LAST)) {
          for (byte[] ack : held) {
            out.write(ack);
          }
          held.clear();
        }
        if (count >= breakAfter) {
          // A reset could take acknowledgements along that were sent before it.
          socket.shutdownOutput();
          in.skipNBytes(Long.MAX_VALUE);
        }
      }
    }
  }

  private static SocketServer open() {
    try {
      return new SocketServer();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
