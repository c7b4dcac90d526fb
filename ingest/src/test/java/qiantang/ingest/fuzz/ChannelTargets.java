package qiantang.ingest.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import qiantang.ingest.net.admission.AddressRanges;
import qiantang.ingest.net.admission.AdmissionMeter;
import qiantang.ingest.net.admission.Balancers;
import qiantang.ingest.net.admission.FirstBytes;
import qiantang.ingest.net.admission.ProxyHeader;
import qiantang.ingest.net.admission.Source;
import qiantang.ingest.net.admission.Spoken;
import qiantang.ingest.net.ws.Origins;
import qiantang.ingest.net.ws.WebSocketHandshake;

/** What stands before the packets: first bytes, a proxy's header, a WebSocket. */
final class ChannelTargets {
  private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
  private static final List<byte[]> BEGINNINGS =
      List.of(
          HexFormat.of().parseHex("100c00044d515454"),
          HexFormat.of().parseHex("1603010200010001fc0303"),
          SIGNATURE,
          "GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII),
          "PRI * HTTP/2.0\r\n".getBytes(US_ASCII),
          "PROXY TCP4 1.2.3.4 ".getBytes(US_ASCII),
          "SSH-2.0-x\r\n".getBytes(US_ASCII));

  private static final String REQUEST =
      """
      GET /mqtt HTTP/1.1\r
      Host: x\r
      Upgrade: websocket\r
      Connection: keep-alive, Upgrade\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Protocol: mqtt\r
      \r
      """;

  private static final SocketAddress FROM =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4711);

  private ChannelTargets() {}

  /** First bytes are judged by what a read brings, so they are not split. */
  static Target firstBytes() {
    AdmissionMeter meter = new AdmissionMeter();
    return new One(
        dice -> Mutations.of(dice.of(BEGINNINGS), dice.of(BEGINNINGS), dice),
        channel -> channel.pipeline().addLast(new FirstBytes(Spoken.MQTT, meter)),
        0,
        false,
        "");
  }

  static Target proxy() {
    AdmissionMeter meter = new AdmissionMeter();
    Balancers balancers = new Balancers(AddressRanges.LOOPBACK, meter, () -> 0);
    return new One(
        ChannelTargets::header,
        channel -> ProxyHeader.addTo(channel.pipeline(), meter, balancers),
        SIGNATURE.length + 1, // of a first byte alone nobody knows; 10 s are its limit
        true,
        "");
  }

  static Target handshake() {
    return new One(
        ChannelTargets::request,
        channel ->
            WebSocketHandshake.addTo(channel.pipeline(), () -> Origins.SAME_HOST, isOpen -> {}),
        0,
        true,
        "");
  }

  static Target frames() {
    return new One(
        ChannelTargets::frames,
        channel ->
            WebSocketHandshake.addTo(channel.pipeline(), () -> Origins.SAME_HOST, isOpen -> {}),
        REQUEST.length(),
        true,
        REQUEST);
  }

  private static byte[] header(Dice dice) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    out.write(dice.once(10) ? dice.below(256) : 0x20 | dice.below(2));
    int family = dice.below(5);
    out.write(dice.once(10) ? dice.below(256) : List.of(0, 0x11, 0x21, 0x12, 0x31).get(family));
    byte[] extra = dice.once(2) ? new byte[0] : extra(dice);
    int addresses = List.of(0, 12, 36, 12, 216).get(family);
    int length = addresses + extra.length;
    out.write(length >> 8);
    out.write(length);
    for (int i = 0; i < addresses; i++) {
      out.write(dice.below(256));
    }
    out.writeBytes(extra);
    out.writeBytes(BEGINNINGS.get(0));
    byte[] all = out.toByteArray();
    byte[] changed = dice.once(2) ? Mutations.of(all, extra, dice) : all;
    return Arrays.copyOf(changed, Math.max(SIGNATURE.length + 1, changed.length));
  }

  /** Type, length, value: a name, an id, checksums, TLS with more inside. */
  private static byte[] extra(Dice dice) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = dice.below(4); i >= 0; i--) {
      int length = dice.below(40);
      out.write(dice.of(List.of(1, 2, 3, 4, 5, 0x20, 0x21, 0x30, 0xEA)));
      out.write(0);
      out.write(length);
      for (int j = 0; j < length; j++) {
        out.write(dice.below(8));
      }
    }
    return out.toByteArray();
  }

  private static byte[] request(Dice dice) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] request = REQUEST.getBytes(US_ASCII);
    out.writeBytes(dice.once(4) ? request : Mutations.of(request, request, dice));
    if (dice.once(2)) {
      out.writeBytes(frame(dice));
    }
    return out.toByteArray();
  }

  private static byte[] frames(Dice dice) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = dice.below(6); i >= 0; i--) {
      out.writeBytes(frame(dice));
    }
    byte[] all = out.toByteArray();
    return dice.once(2) ? Mutations.of(all, frame(dice), dice) : all;
  }

  private static byte[] frame(Dice dice) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int length = dice.once(10) ? dice.below(70_000) : dice.below(130);
    length = dice.once(10) || length < 1000 ? length : 126;
    out.write(
        dice.once(20) ? dice.below(256) : dice.of(List.of(0x82, 0x02, 0x00, 0x80, 0x89, 0x8A)));
    int form = length > 65_535 ? 127 : length > 125 ? 126 : length;
    out.write((dice.once(50) ? 0 : 0x80) | form);
    for (int i = form == 127 ? 7 : form == 126 ? 1 : -1; i >= 0; i--) {
      out.write(i > 3 ? 0 : length >> (8 * i));
    }
    out.writeBytes(new byte[] {1, 2, 3, (byte) dice.below(256)});
    out.writeBytes(new byte[length]);
    return out.toByteArray();
  }

  /** A pipeline of some handlers. */
  private static final class One implements Target {
    private final Function<Dice, byte[]> maker;
    private final Consumer<EmbeddedChannel> handlers;
    private final int whole;
    private final boolean isStream;
    private final byte[] before;

    One(
        Function<Dice, byte[]> maker,
        Consumer<EmbeddedChannel> handlers,
        int whole,
        boolean isStream,
        String before) {
      this.maker = maker;
      this.handlers = handlers;
      this.whole = whole;
      this.isStream = isStream;
      this.before = before.getBytes(US_ASCII);
    }

    @Override
    public byte[] make(Dice dice) {
      return maker.apply(dice);
    }

    @Override
    public String run(byte[] input, int cut) {
      EmbeddedChannel channel =
          new EmbeddedChannel(false, false) {
            @Override
            protected SocketAddress remoteAddress0() {
              return FROM; // who is no balancer would be closed unread
            }
          };
      handlers.accept(channel);
      try {
        channel.register();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      byte[] all = new byte[before.length + input.length];
      System.arraycopy(before, 0, all, 0, before.length);
      System.arraycopy(input, 0, all, before.length, input.length);
      return Streams.run(
          channel, all, whole, cut, String::valueOf, ended -> String.valueOf(Source.of(ended)));
    }

    @Override
    public boolean isStream() {
      return isStream;
    }

    @Override
    public long bytesMax() {
      return 256 * 1024;
    }

    @Override
    public long bytesPerByte() {
      return 200;
    }
  }
}
