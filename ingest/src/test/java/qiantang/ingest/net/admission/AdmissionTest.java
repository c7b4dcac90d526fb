package qiantang.ingest.net.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.ingest.meter.Exposition;

/** Time moves when told. */
class AdmissionTest {
  private record Due(long nanos, Runnable task) {}

  private final PriorityQueue<Due> timers =
      new PriorityQueue<>((a, b) -> Long.compare(a.nanos(), b.nanos()));
  private final Exposition exposition = new Exposition();
  private final AdmissionMeter meter = new AdmissionMeter();
  private final List<String> inside = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private long nanos = 5_000_000_000L;

  // Ten a second, so a burst of one; 4 wait, 8 half open, 2 of one site.
  private Admission admission = admission(new Admission.Limits(10, 4, 8));

  AdmissionTest() {
    meter.showIn(exposition);
  }

  private Admission admission(Admission.Limits limits) {
    return new Admission(
        limits,
        meter,
        () -> nanos,
        (delay, task) -> timers.add(new Due(nanos + delay.toNanos(), task)),
        new SplittableRandom(1));
  }

  @AfterEach
  void finish() {
    clients.forEach(client -> client.channel.finishAndReleaseAll());
    assertEquals(0, shown("qiantang_ingest_waiting "));
    assertEquals(0, shown("qiantang_ingest_half_open "));
  }

  @Test
  void anotherRateHoldsForThoseWhoWaitToo() {
    for (int i = 0; i < 4; i++) {
      var _ = new Client(String.valueOf(i), "1.1.1." + i);
    }
    assertEquals(List.of("0"), inside);
    admission.change(new Admission.Limits(1000, 4, 8));
    pass(Duration.ofMillis(10));
    assertEquals(List.of("0", "1", "2", "3"), inside);
    admission.change(new Admission.Limits(10, 4, 8));
    var _ = new Client("4", "1.1.1.4");
    var _ = new Client("5", "1.1.1.5");
    pass(Duration.ofMillis(20));
    assertEquals(List.of("0", "1", "2", "3", "4"), inside);
  }

  @Test
  void whoComesFasterThanTheRateWaitsUnreadAndGoesInOrder() {
    Client first = new Client("a", "1.1.1.1");
    Client second = new Client("b", "1.1.1.1");
    Client third = new Client("c", "1.1.1.1");
    assertEquals(List.of("a"), inside);
    assertTrue(first.isRead());
    assertFalse(second.isRead());
    first.login(); // so that its site has room
    pass(Duration.ofMillis(110));
    assertEquals(List.of("a", "b"), inside);
    assertTrue(second.isRead());
    assertFalse(third.isRead());
    pass(Duration.ofMillis(110));
    assertEquals(List.of("a", "b", "c"), inside);
  }

  @Test
  void sitesTakeTurns() {
    admission = admission(new Admission.Limits(10, 8, 40));
    for (String name : List.of("a1", "a2", "a3", "a4")) {
      new Client(name, "1.1.1.1");
    }
    new Client("b1", "2.2.2.2");
    new Client("c1", "2001:db8::1");
    new Client("c2", "2001:db8::2");
    pass(Duration.ofSeconds(2));
    assertEquals(List.of("a1", "a2", "b1", "c1", "a3", "c2", "a4"), inside);
  }

  @Test
  void aSiteWithManyHalfOpenWaitsAndOthersDoNot() {
    Client first = new Client("a1", "1.1.1.1");
    pass(Duration.ofSeconds(1));
    new Client("a2", "1.1.1.1");
    pass(Duration.ofSeconds(1));
    Client third = new Client("a3", "1.1.1.1");
    pass(Duration.ofSeconds(1));
    new Client("b1", "2.2.2.2");
    assertEquals(List.of("a1", "a2", "b1"), inside);
    pass(Duration.ofSeconds(1));
    assertFalse(third.isRead());
    first.hangUp();
    pass(Duration.ofMillis(10));
    assertEquals(List.of("a1", "a2", "b1", "a3"), inside);
    third.login();
    third.login(); // again does nothing
  }

  @Test
  void whoFindsTooManyWaitingIsClosedAfterARandomWhile() {
    List<Client> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(new Client("x" + i, "1.1.1." + i));
    }
    assertEquals(3, shown("qiantang_ingest_arrivals_total{outcome=\"refused\"} "));
    Client refused = all.get(7);
    assertTrue(refused.channel.isOpen());
    assertFalse(refused.isRead());
    refused.send("10"); // comes in vain
    pass(Duration.ofMillis(3001));
    assertFalse(refused.channel.isOpen());
    assertFalse(inside.contains("x7"));
    assertTrue(inside.contains("x4"));
  }

  @Test
  void moreThanThatIsClosedAtOnce() {
    for (int i = 0; i < 9; i++) {
      new Client("x" + i, "1.1.1." + i);
    }
    assertFalse(new Client("y", "9.9.9.9").channel.isOpen());
  }

  @Test
  void oneSiteTakesHalfOfTheWaitingPlacesAtMost() {
    for (int i = 0; i < 4; i++) {
      new Client("a" + i, "1.1.1.1");
    }
    assertEquals(1, shown("qiantang_ingest_arrivals_total{outcome=\"refused\"} "));
    new Client("b", "2.2.2.2");
    assertEquals(1, shown("qiantang_ingest_arrivals_total{outcome=\"refused\"} "));
  }

  @Test
  void whoGoesWhileWaitingGivesItsPlace() {
    new Client("a", "1.1.1.1");
    for (int i = 0; i < 100; i++) {
      new Client("b" + i, "2.2.2.2").hangUp();
    }
    new Client("c", "3.3.3.3");
    pass(Duration.ofMillis(110));
    assertEquals(List.of("a", "c"), inside);
    assertEquals(100, shown("qiantang_ingest_arrivals_total{outcome=\"left\"} "));
  }

  @Test
  void manyHalfOpenHoldUpAllAndThatEndsWithThem() {
    admission = admission(new Admission.Limits(1000, 64, 4));
    List<Client> open = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      open.add(new Client("x" + i, "1.1.1." + i));
    }
    pass(Duration.ofSeconds(1));
    assertEquals(4, inside.size());
    open.getFirst().login();
    pass(Duration.ofMillis(10));
    assertEquals(5, inside.size());
  }

  @Test
  void whatCameAlongIsReadWhenItIsLetIn() {
    new Client("a", "1.1.1.1");
    Client second = new Client("b", "2.2.2.2");
    second.send("1001");
    second.send("02");
    pass(Duration.ofMillis(110));
    assertEquals("100102", second.received.toString());
    second.send("03");
    assertEquals("10010203", second.received.toString());
    Client third = new Client("c", "3.3.3.3");
    third.send("00".repeat(4097));
    assertFalse(third.channel.isOpen());
  }

  @Test
  void whenTheNodeEndsWhoWaitsIsClosed() {
    new Client("a", "1.1.1.1");
    Client second = new Client("b", "2.2.2.2");
    admission.close();
    assertFalse(second.channel.isOpen());
    assertFalse(new Client("c", "3.3.3.3").channel.isOpen());
    pass(Duration.ofSeconds(1));
    assertEquals(List.of("a"), inside);
  }

  @Test
  void aLoopHasItsShareOfTheNode() {
    Admission.Limits share = Admission.Limits.of(2000, 2);
    assertEquals(new Admission.Limits(1000, 20_000, 2000), share);
    assertEquals(new Admission.Limits(0.5, 64, 64), Admission.Limits.of(1, 2));
  }

  private void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    while (!timers.isEmpty() && timers.element().nanos() <= end) {
      Due due = timers.remove();
      nanos = due.nanos();
      due.task().run();
    }
    nanos = end;
  }

  private double shown(String name) {
    return exposition
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  private final class Client {
    private final StringBuilder received = new StringBuilder();
    private final EmbeddedChannel channel = new EmbeddedChannel(false, false);

    Client(String name, String address) {
      clients.add(this);
      channel.config().setAutoRead(false);
      Source.tell(channel, new InetSocketAddress(address, 1));
      channel
          .pipeline()
          .addLast(
              new Gate(
                  admission,
                  pipeline -> {
                    inside.add(name);
                    pipeline.addLast(new Behind());
                  }));
      try {
        channel.register();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    boolean isRead() {
      return channel.config().isAutoRead();
    }

    void login() {
      Gate.passed(channel.pipeline());
    }

    void hangUp() {
      var _ = channel.close();
      channel.runPendingTasks();
    }

    void send(String hexadecimal) {
      channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hexadecimal)));
    }

    private final class Behind extends ChannelInboundHandlerAdapter {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        bytes.release();
        received.append(HexFormat.of().formatHex(all));
      }
    }
  }
}
