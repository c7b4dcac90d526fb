package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Between gateways and ingest: passes everything on but one sample, which it takes out of the
 * message in which it is sent, so that the gateway has an acknowledgement of what nobody stored. It
 * knows MQTT 3.1.1 and ThingsBoard's JSON alone, and nothing of the simulator. A message that is
 * sent again is the same bytes and loses the same sample.
 */
final class LossyProxy implements AutoCloseable {
  private static final int BACKLOG = 1_000;
  private static final int PACKET_BYTES_MAX = 1 << 20;
  private static final int LENGTH_BYTES_MAX = 4; // [MQTT-2.2.3]
  private static final int PUBLISH = 3;
  private static final int DUP = 8;
  private static final int QOS = 6;

  private final ServerSocket server;
  private final InetSocketAddress upstream;
  private final long victim;
  private final long choice;
  private final AtomicLong published = new AtomicLong();
  private volatile @Nullable Planted planted;

  /** A sample that was taken out. */
  record Sample(String device, String metric, long eventTimeMillis) {}

  /** What was taken out of which payload. */
  private record Planted(Sample sample, byte[] before, byte[] after) {}

  private LossyProxy(ServerSocket server, InetSocketAddress upstream, long victim, long choice) {
    this.server = server;
    this.upstream = upstream;
    this.victim = victim;
    this.choice = choice;
  }

  /**
   * Listens on a free port of loopback.
   *
   * @param victim number of the message, of those that come for the first time, from 0
   * @param choice decides which of its samples goes
   */
  static LossyProxy start(int upstreamPort, long victim, long choice) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    ServerSocket server = new ServerSocket(0, BACKLOG, loopback);
    LossyProxy proxy =
        new LossyProxy(server, new InetSocketAddress(loopback, upstreamPort), victim, choice);
    Thread.ofVirtual().name("lossy-proxy").start(proxy::accept);
    return proxy;
  }

  int port() {
    return server.getLocalPort();
  }

  /** The sample that was taken out; null as long as its turn has not come. */
  @Nullable Sample lost() {
    Planted done = planted;
    return done == null ? null : done.sample();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        // closed, or the client went before it was accepted
      }
    }
  }

  /** Until one side ends; then the other does. */
  private void serve(Socket client) {
    try (client;
        Socket node = new Socket()) {
      node.connect(upstream);
      node.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> passBack(node, client));
      passOn(new DataInputStream(client.getInputStream()), node.getOutputStream());
    } catch (IOException e) {
      // Ingest is being killed, or the client has gone: both sides are closed.
    }
  }

  private static void passBack(Socket node, Socket client) {
    try (node;
        client) {
      node.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // as above
    }
  }

  private void passOn(DataInputStream in, OutputStream to) throws IOException {
    BufferedOutputStream out = new BufferedOutputStream(to, PACKET_BYTES_MAX);
    for (int first = in.read(); first >= 0; first = in.read()) {
      byte[] body = in.readNBytes(readLength(in));
      byte[] passed = first >> 4 == PUBLISH ? publish(first, body) : body;
      out.write(first);
      writeLength(out, passed.length);
      out.write(passed);
      out.flush();
    }
  }

  private byte[] publish(int first, byte[] body) {
    int topicBytes = ByteBuffer.wrap(body).getShort() & 0xFFFF;
    int head = 2 + topicBytes + ((first & QOS) == 0 ? 0 : 2);
    byte[] payload = Arrays.copyOfRange(body, head, body.length);
    if ((first & DUP) == 0 && published.getAndIncrement() == victim) {
      planted = plant(payload);
    }
    Planted done = planted;
    if (done == null || !Arrays.equals(payload, done.before())) {
      return body;
    }
    return ByteBuffer.allocate(head + done.after().length)
        .put(body, 0, head)
        .put(done.after())
        .array();
  }

  /** Takes one value out of a gateway's message. */
  private Planted plant(byte[] payload) {
    JsonObject message = new JsonObject(new String(payload, UTF_8));
    String device = chosen(message);
    JsonArray readings = message.getJsonArray(device);
    JsonObject reading = readings.getJsonObject(0);
    JsonObject values = reading.getJsonObject("values");
    String metric = chosen(values);
    var _ = values.remove(metric);
    byte[] after = message.encode().getBytes(UTF_8);
    return new Planted(new Sample(device, metric, reading.getLong("ts")), payload, after);
  }

  private String chosen(JsonObject object) {
    return object.fieldNames().stream()
        .skip(Math.floorMod(choice, object.size()))
        .findFirst()
        .orElseThrow();
  }

  private static int readLength(DataInputStream in) throws IOException {
    int length = 0;
    for (int i = 0; i < LENGTH_BYTES_MAX; i++) {
      int digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << (7 * i);
      if (digit < 0x80) {
        if (length > PACKET_BYTES_MAX) {
          throw new IOException("a packet of " + length + " bytes");
        }
        return length;
      }
    }
    throw new IOException("a length of more than four bytes");
  }

  private static void writeLength(OutputStream out, int length) throws IOException {
    int rest = length;
    while (rest >= 0x80) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
