package qiantang.sim.netem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.sim.Await;

/** Real sockets through the proxy to a server that sends back what it gets. */
class NetemProxyIT {
  private static final int SILENCE_MILLIS = 300;

  private final ServerSocket listener = listen();
  private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private final List<Socket> clients = new ArrayList<>();

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void serve() {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  Socket socket = listener.accept();
                  accepted.add(socket);
                  Thread.ofVirtual().start(() -> echo(socket));
                }
              } catch (IOException e) {
                // closed
              }
            });
  }

  private void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
      ends.add("end");
    } catch (IOException e) {
      ends.add(String.valueOf(e.getMessage()));
    }
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
    for (Socket client : clients) {
      client.close();
    }
  }

  @Test
  void bytesComeUnchangedAndInOrderThroughDelayJitterAndBand() throws Exception {
    for (Impairment impairment :
        List.of(
            Impairment.NONE,
            Impairment.slow(1, Duration.ofMillis(2), Duration.ofMillis(20), 0),
            Impairment.slow(2, Duration.ZERO, Duration.ofMillis(3), 1_000_000))) {
      try (NetemProxy proxy = proxy(impairment)) {
        Socket client = client(proxy);
        byte[] sent = new byte[700_000];
        new Random(9).nextBytes(sent);
        Thread.ofVirtual().start(() -> write(client, sent));
        assertArrayEquals(sent, client.getInputStream().readNBytes(sent.length));
        client.shutdownOutput();
      }
    }
  }

  @Test
  void latencyAndBandTakeTheirTime() throws Exception {
    Impairment slow = Impairment.slow(1, Duration.ofMillis(100), Duration.ZERO, 100_000);
    try (NetemProxy proxy = proxy(slow)) {
      Socket client = client(proxy);
      long began = System.nanoTime();
      client.getOutputStream().write(new byte[20_000]);
      client.getInputStream().readNBytes(20_000);
      long millis = (System.nanoTime() - began) / 1_000_000;
      // Twice 100 ms, and 200 ms of the band; both directions work at the same time.
      assertTrue(millis >= 400, "it took only " + millis + " ms");
    }
  }

  @Test
  void theEndOfTheClientReachesTheServerBehindItsBytes() throws Exception {
    try (NetemProxy proxy = proxy(Impairment.slow(1, Duration.ofMillis(50), Duration.ZERO, 0))) {
      Socket client = client(proxy);
      client.getOutputStream().write(1);
      assertEquals(1, client.getInputStream().read());
      client.close();
      assertEquals("end", ends.poll(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void aBlackholeIsSilentAndHasNoEnd() throws Exception {
    try (NetemProxy proxy = proxy(only(1, 0, 0))) {
      Socket client = client(proxy);
      assertSilent(client);
      assertTrue(ends.isEmpty(), "the server was told nothing");
    }
  }

  @Test
  void aResetReachesBothEnds() throws Exception {
    try (NetemProxy proxy = proxy(only(0, 0, 1))) {
      Socket client = client(proxy);
      client.setSoTimeout(60_000);
      assertThrows(SocketException.class, () -> readAll(client));
      String end = ends.poll(60, TimeUnit.SECONDS);
      assertTrue(String.valueOf(end).contains("reset"), "the server heard: " + end);
    }
  }

  @Test
  void ofAHalfOpenConnectionTheServerKnowsNothing() throws Exception {
    try (NetemProxy proxy = proxy(only(0, 1, 0))) {
      Socket client = client(proxy);
      client.setSoTimeout(60_000);
      assertEquals(-1, client.getInputStream().read());
      Socket server = accepted.poll(60, TimeUnit.SECONDS);
      server.getOutputStream().write(new byte[1_000]); // is taken, and vanishes
      assertTrue(ends.isEmpty(), "the server was told nothing");
    }
  }

  @Test
  void anImpairmentMayComeLaterAndResetOneAfterTheOther() throws Exception {
    try (NetemProxy proxy = proxy(Impairment.NONE)) {
      for (int i = 0; i < 5; i++) {
        Socket client = client(proxy);
        client.getOutputStream().write(7);
        assertEquals(7, client.getInputStream().read());
      }
      assertEquals(5, proxy.accepted());
      proxy.impair(new Impairment(3, Duration.ZERO, Duration.ZERO, 0, 0, 0, 0, Duration.ZERO, 100));
      Await.until("all are reset, 100 a second", () -> ends.size() == 5);
      assertEquals(5, proxy.resets());
    }
  }

  /** Else the fleet would wait for its own time-out when the fault is over. */
  @Test
  void aBlackholedConnectionIsResetWhenTheFaultIsOver() throws Exception {
    try (NetemProxy proxy = proxy(Impairment.NONE)) {
      Socket client = client(proxy);
      client.getOutputStream().write(7);
      assertEquals(7, client.getInputStream().read());
      proxy.impair(only(1, 0, 0));
      Await.until("it is blackholed", () -> proxy.blackholed() == 1);
      accepted.take().close(); // the server gives it up; the client is not told
      assertSilent(client);
      proxy.impair(Impairment.NONE);
      client.setSoTimeout(60_000);
      assertThrows(SocketException.class, () -> client.getInputStream().read());
      assertEquals(0, proxy.resets(), "no fault of its own");
    }
  }

  private NetemProxy proxy(Impairment impairment) throws IOException {
    InetSocketAddress target =
        new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    return NetemProxy.start(target, impairment);
  }

  private static Impairment only(double blackhole, double halfOpen, double reset) {
    return new Impairment(
        1, Duration.ZERO, Duration.ZERO, 0, blackhole, halfOpen, reset, Duration.ofMillis(100), 0);
  }

  private Socket client(NetemProxy proxy) throws IOException {
    Socket client = new Socket(proxy.address().getAddress(), proxy.address().getPort());
    clients.add(client);
    return client;
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void readAll(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    while (in.read() >= 0) {
      // until it breaks
    }
  }

  private static void assertSilent(Socket client) throws IOException {
    client.getOutputStream().write(new byte[100]);
    client.setSoTimeout(SILENCE_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
  }
}
