package qiantang.ingest.net.admission;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import qiantang.ingest.meter.Exposition;

/** What connections speak, and headers of proxies. */
class FirstBytesTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String FROM_V4 = "2111000c" + "c0a80107" + "7f000001" + "04d2" + "075b";

  private final Exposition exposition = new Exposition();
  private final AdmissionMeter meter = new AdmissionMeter();
  private final Balancers balancers =
      new Balancers(AddressRanges.of(List.of("10.1.0.0/16", "2001:db8::/32")), meter, () -> 0);

  FirstBytesTest() {
    meter.showIn(exposition);
  }

  @Test
  void eachProtocolIsKnownByWhatItBeginsWith() {
    assertEquals(Spoken.MQTT, spoken("100c00044d515454"));
    assertEquals(Spoken.TLS, spoken("1603010200010001fc0303"));
    assertEquals(Spoken.TLS, spoken("16"));
    assertEquals(Spoken.HTTP, Spoken.of(text("GET / HTTP/1.1\r\n")));
    assertEquals(Spoken.HTTP, Spoken.of(text("PRI * HTTP/2.0\r\n")));
    assertEquals(Spoken.PROXY_V1, Spoken.of(text("PROXY TCP4 1.2.3.4 ")));
    assertEquals(Spoken.PROXY_V2, spoken(SIGNATURE + FROM_V4));
    assertEquals(Spoken.SSH, Spoken.of(text("SSH-2.0-x\r\n")));
    assertEquals(Spoken.OTHER, spoken("00"));
    assertEquals(Spoken.OTHER, spoken("30050001610001"));
  }

  @Test
  void aStrangerIsClosedInOneReadAndCounted() {
    for (Spoken expected : List.of(Spoken.MQTT, Spoken.TLS, Spoken.HTTP, Spoken.PROXY_V2)) {
      for (String first : List.of("100c", "1603", "474554", SIGNATURE, "50524f585920")) {
        EmbeddedChannel channel = new EmbeddedChannel(new FirstBytes(expected, meter));
        boolean isExpected = spoken(first) == expected;
        channel.writeInbound(hex(first));
        assertEquals(isExpected, channel.isOpen(), expected + " and " + first);
        ByteBuf passed = channel.readInbound();
        if (isExpected) {
          assertNotNull(passed);
          passed.release();
        } else {
          assertNull(passed);
          assertEquals(1, strangers(spoken(first).word(), expected.word()));
        }
        channel.finishAndReleaseAll();
      }
    }
  }

  @Test
  void anotherPacketOfMqttIsCountedAndLeftToTheDecoder() {
    EmbeddedChannel channel = new EmbeddedChannel(new FirstBytes(Spoken.MQTT, meter));
    channel.writeInbound(hex("30050001610001"));
    assertTrue(channel.isOpen());
    assertEquals(1, strangers("other", "mqtt"));
    channel.finishAndReleaseAll();
  }

  @Test
  void aHeaderTellsTheClientAndWhatFollowsIsTheClients() {
    Proxied proxied = new Proxied();
    proxied.channel.writeInbound(hex(SIGNATURE + FROM_V4 + "10aabb"));
    assertEquals("192.168.1.7", client(proxied.channel));
    assertEquals("10aabb", proxied.received.toString());
    assertEquals(1, proxied.activations);
    proxied.channel.writeInbound(hex("cc"));
    assertEquals("10aabbcc", proxied.received.toString());
    assertEquals(List.of("behind"), proxied.handlers());
    proxied.channel.finishAndReleaseAll();
  }

  @Test
  void aHeaderByteByByteOfIpv6WithExtrasIsReadToo() {
    String addresses = "20010db8000000000000000000000001" + "0".repeat(31) + "1" + "04d2075b";
    String extra = "05000474657374"; // a unique id
    Proxied proxied = new Proxied();
    for (byte each : HexFormat.of().parseHex(SIGNATURE + "2121002b" + addresses + extra)) {
      assertEquals(0, proxied.activations);
      proxied.channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {each}));
    }
    assertEquals("2001:db8:0:0:0:0:0:1", client(proxied.channel));
    assertEquals(1, proxied.activations);
    proxied.channel.finishAndReleaseAll();
  }

  @Test
  void theBalancersOwnConnectionHasItsOwnAddress() {
    Proxied proxied = new Proxied();
    proxied.channel.writeInbound(hex(SIGNATURE + "20000000"));
    assertEquals(1, proxied.activations);
    assertEquals(proxied.channel.remoteAddress(), Source.of(proxied.channel));
    proxied.channel.finishAndReleaseAll();
  }

  @Test
  void rubbishALargeHeaderAndVersion1AreClosedInOneReadAndCounted() {
    for (String wrong :
        List.of(
            SIGNATURE + "2111ffff" + "00".repeat(2000), // 64 KiB of extras
            SIGNATURE + "3111000c" + "00".repeat(12), // version 3
            SIGNATURE.replace("51", "52") + "00".repeat(200))) {
      double before = strangers("proxy", "proxy") + strangers("other", "proxy");
      Proxied proxied = new Proxied();
      proxied.channel.writeInbound(hex(wrong));
      assertFalse(proxied.channel.isOpen(), wrong);
      assertEquals(0, proxied.activations);
      assertNotEquals(before, strangers("proxy", "proxy") + strangers("other", "proxy"));
      proxied.channel.finishAndReleaseAll();
    }
    Proxied text = new Proxied();
    text.channel.writeInbound(text("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"));
    assertFalse(text.channel.isOpen());
    assertEquals(1, strangers("proxy-v1", "proxy"));
    text.channel.finishAndReleaseAll();
  }

  @Test
  void whoIsNoBalancerIsClosedUnreadAndCounted() {
    Proxied foreign = new Proxied("10.2.0.1");
    assertFalse(foreign.channel.isOpen());
    assertEquals(0, foreign.activations);
    assertEquals(1, counted("qiantang_ingest_proxy_refused_total "));
    balancers.allow(AddressRanges.of(List.of("10.2.0.0/16")));
    Proxied allowed = new Proxied("10.2.0.1");
    allowed.channel.writeInbound(hex(SIGNATURE + FROM_V4));
    assertEquals(1, allowed.activations);
    foreign.channel.finishAndReleaseAll();
    allowed.channel.finishAndReleaseAll();
  }

  @Test
  void halfAHeaderIsClosedAfterAWhile() {
    Proxied proxied = new Proxied();
    proxied.channel.writeInbound(hex(SIGNATURE));
    proxied.channel.advanceTimeBy(Duration.ofSeconds(11).toSeconds(), TimeUnit.SECONDS);
    proxied.channel.runScheduledPendingTasks();
    assertFalse(proxied.channel.isOpen());
    proxied.channel.finishAndReleaseAll();
  }

  @Test
  void oneSiteIsAnIpv4AddressOrHalfAnIpv6One() {
    assertEquals(site("1.2.3.4"), site("1.2.3.4"));
    assertNotEquals(site("1.2.3.4"), site("1.2.3.5"));
    assertEquals(site("2001:db8::1"), site("2001:db8::ffff:1"));
    assertNotEquals(site("2001:db8::1"), site("2001:db8:0:1::1"));
  }

  private static Object site(String address) {
    EmbeddedChannel channel = new EmbeddedChannel();
    Source.tell(channel, new InetSocketAddress(address, 1));
    channel.finishAndReleaseAll();
    return Source.site(channel);
  }

  private double strangers(String spoken, String expected) {
    String name =
        "qiantang_ingest_strangers_total{expected=\"%s\",spoken=\"%s\"} "
            .formatted(expected, spoken);
    return counted(name);
  }

  private double counted(String name) {
    return exposition
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  private static String client(EmbeddedChannel channel) {
    return Source.of(channel) instanceof InetSocketAddress client
        ? client.getAddress().getHostAddress()
        : "none";
  }

  private static Spoken spoken(String hexadecimal) {
    return Spoken.of(hex(hexadecimal));
  }

  private static ByteBuf hex(String text) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(text));
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }

  /** A channel behind a balancer, and what comes out behind the header. */
  private final class Proxied {
    private final StringBuilder received = new StringBuilder();
    private final EmbeddedChannel channel;
    private int activations;

    Proxied() {
      this("10.1.2.3");
    }

    Proxied(String from) {
      channel =
          new EmbeddedChannel(false, false) {
            @Override
            protected SocketAddress remoteAddress0() {
              return new InetSocketAddress(InetAddress.ofLiteral(from), 4711);
            }
          };
      ProxyHeader.addTo(channel.pipeline(), meter, balancers);
      channel
          .pipeline()
          .addLast(
              "behind",
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                  activations++;
                }

                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ByteBuf bytes = (ByteBuf) message;
                  byte[] all = new byte[bytes.readableBytes()];
                  bytes.readBytes(all);
                  bytes.release();
                  received.append(HexFormat.of().formatHex(all));
                }
              });
      try {
        channel.register();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    List<String> handlers() {
      return channel.pipeline().names().stream().filter(name -> !name.contains("#")).toList();
    }
  }
}
