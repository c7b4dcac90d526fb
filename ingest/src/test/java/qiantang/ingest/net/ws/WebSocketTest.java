package qiantang.ingest.net.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebSocketTest {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ=="; // RFC 6455, 1.3
  private static final String REQUEST =
      "GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
          + "Sec-WebSocket-Key: "
          + KEY
          + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

  private static final int TEXT = 0x81;
  private static final int BINARY = 0x82;
  private static final int FINAL = 0x80;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;

  private final Origins origins = Origins.of(List.of("https://Console.example:8443"));
  private final List<Boolean> opened = new ArrayList<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();

  WebSocketTest() {
    WebSocketHandshake.addTo(channel.pipeline(), () -> origins, opened::add);
  }

  @AfterEach
  void finish() {
    channel.finishAndReleaseAll();
  }

  @Test
  void theHandshakeIsAnsweredAsInTheRfc() {
    send(REQUEST);
    String answer = sent();
    assertTrue(answer.startsWith("HTTP/1.1 101 Switching Protocols\r\n"), answer);
    assertTrue(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), answer);
    assertTrue(answer.contains("Sec-WebSocket-Protocol: mqtt\r\n"), answer); // [MQTT-6.0.0-4]
    assertTrue(answer.endsWith("\r\n\r\n"), answer);
    assertEquals(List.of(true), opened);
    assertEquals(List.of("frames"), handlers());
  }

  @Test
  void framesBehindTheRequestInOneReadAreNotLost() {
    byte[] frame = frame(BINARY, 0x01020304, "c000");
    ByteBuf all = Unpooled.wrappedBuffer(REQUEST.getBytes(US_ASCII), frame);
    channel.writeInbound(all);
    assertEquals("c000", received());
  }

  @Test
  void aRequestByteByByteOpensToo() {
    for (byte each : REQUEST.getBytes(US_ASCII)) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {each}));
    }
    assertEquals(List.of(true), opened);
  }

  @Test
  void whatOpensNoWebSocketIsAnsweredAndClosed() {
    assertRefused("404 Not Found", REQUEST.replace("/mqtt", "/other"));
    assertRefused("426 Upgrade Required", REQUEST.replace("Upgrade: websocket\r\n", ""));
    assertRefused("426 Upgrade Required", REQUEST.replace("Version: 13", "Version: 8"));
    assertRefused("426 Upgrade Required", REQUEST.replace("GET", "POST"));
    assertRefused("400 Bad Request", REQUEST.replace(KEY, "c2hvcnQ="));
    assertRefused("400 Bad Request", REQUEST.replace(KEY, "~"));
    assertRefused("400 Bad Request", REQUEST.replace("Protocol: mqtt", "Protocol: chat"));
    assertRefused("400 Bad Request", REQUEST.replace("Host: x", "Host: " + "x".repeat(9000)));
    assertRefused("400 Bad Request", "GET /" + "x".repeat(2000) + " HTTP/1.1\r\n\r\n");
  }

  @Test
  void pagesOfOtherOriginsAreRefusedWithTheReason() {
    String answer = "403 Forbidden";
    assertRefused(answer, from("https://evil.example"));
    assertRefused(answer, from("http://xx"));
    assertRefused(answer, from("null"));
    assertRefused(answer, from("https://console.example")); // on another port than the named one
    assertRefused(answer, from("http://x\r\nOrigin: http://x"));
    String told = assertRefused(answer, from("http://x.evil.example"));
    assertTrue(told.contains("--ws-origin"), told);
    for (String good : List.of("http://X:3000", "https://x", "https://console.example:8443")) {
      EmbeddedChannel one = new EmbeddedChannel();
      WebSocketHandshake.addTo(one.pipeline(), () -> origins, opened::add);
      one.writeInbound(Unpooled.copiedBuffer(from(good), US_ASCII));
      assertEquals(true, opened.getLast(), good);
      one.finishAndReleaseAll();
    }
  }

  @Test
  void onlyOriginsCanBeNamed() {
    for (String wrong : List.of("x", "*", "https://", "https://a/b", "https://a?b", "//a", "")) {
      assertThrows(IllegalArgumentException.class, () -> Origins.of(List.of(wrong)), wrong);
    }
  }

  private static String from(String origin) {
    return REQUEST.replace("Host: x\r\n", "Host: x:8083\r\nOrigin: " + origin + "\r\n");
  }

  @Test
  void aPathWithAQuestionIsTheSamePath() {
    send(REQUEST.replace("/mqtt", "/mqtt?a=b"));
    assertEquals(List.of(true), opened);
  }

  @Test
  void theStreamIsTheSameHoweverItIsCut() {
    byte[] frames =
        join(
            frame(0x02, 0x01020304, "10203040506070"), // a message of three frames
            frame(PING, 0x0a0b0c0d, "dd"), // may come between them
            frame(0x00, 0xffffffff, ""),
            frame(FINAL, 0x00ff00ff, "8090a0"),
            frame(BINARY, 0x11223344, "00".repeat(200)));
    String whole = "102030405060708090a0" + "00".repeat(200);
    for (int cut = 0; cut <= frames.length; cut++) {
      EmbeddedChannel one = new EmbeddedChannel(new WebSocketFrames());
      one.writeInbound(Unpooled.copiedBuffer(frames, 0, cut));
      one.writeInbound(Unpooled.copiedBuffer(frames, cut, frames.length - cut));
      assertEquals(whole, received(one), "cut at " + cut);
      assertEquals("8a01dd", sent(one), "the pong, cut at " + cut);
      one.finishAndReleaseAll();
    }
    EmbeddedChannel trickle = new EmbeddedChannel(new WebSocketFrames());
    for (byte each : frames) {
      trickle.writeInbound(Unpooled.wrappedBuffer(new byte[] {each}));
    }
    assertEquals(whole, received(trickle));
    trickle.finishAndReleaseAll();
  }

  @Test
  void aFrameOfAnyLengthIsPassedOnAsItComes() {
    open();
    channel.writeInbound(Unpooled.wrappedBuffer(hex("82ff000000ffffffffff00000000" + "0102")));
    assertEquals("0102", received());
    channel.writeInbound(Unpooled.wrappedBuffer(hex("0304")));
    assertEquals("0304", received());
    assertTrue(channel.isOpen());
  }

  @Test
  void answersAreBinaryFramesOfTheirLength() {
    open();
    for (int length : new int[] {4, 125, 126, 65_535, 65_536}) {
      channel.writeOutbound(Unpooled.wrappedBuffer(new byte[length]));
      String head =
          length < 126
              ? "82%02x".formatted(length)
              : length < 65_536 ? "827e%04x".formatted(length) : "827f%016x".formatted(length);
      String text = sent();
      assertTrue(text.startsWith(head), head);
      assertEquals(head.length() / 2 + length, text.length() / 2);
    }
  }

  @Test
  void textIsClosed() { // [MQTT-6.0.0-1]
    open();
    channel.writeInbound(Unpooled.wrappedBuffer(frame(TEXT, 0x01020304, "c000")));
    assertEquals("", received());
    assertEquals("880203eb", sent()); // 1003
    assertFalse(channel.isOpen());
  }

  @Test
  void whatBreaksTheRulesIsClosedWith1002() {
    for (byte[] wrong :
        List.of(
            hex("8202c000"), // not masked
            frame(0xc2, 1, "c000"), // compressed, which nobody agreed on
            frame(FINAL, 1, "c000"), // continues nothing
            frame(0x83, 1, ""), // no such kind
            frame(0x09, 1, ""), // a ping in parts
            hex("89fe00ff00000000"), // a ping of 255 bytes
            hex("82ffffffffffffffffff00000000"), // a negative length
            join(frame(0x02, 1, "c0"), frame(BINARY, 1, "00")))) { // a message in a message
      EmbeddedChannel one = new EmbeddedChannel(new WebSocketFrames());
      one.writeInbound(Unpooled.wrappedBuffer(wrong));
      assertEquals("880203ea", sent(one), ByteBufUtil.hexDump(wrong));
      assertFalse(one.isOpen());
      one.finishAndReleaseAll();
    }
  }

  @Test
  void aCloseIsAnsweredOnceAndNothingFollowsIt() {
    open();
    channel.writeInbound(
        Unpooled.wrappedBuffer(join(frame(CLOSE, 7, "03e8"), frame(BINARY, 7, "c000"))));
    assertEquals("880203e8", sent());
    assertEquals("", received());
    assertFalse(channel.isOpen());
  }

  @Test
  void theLastWordOfASessionIsFollowedByAClose() {
    open();
    var _ = channel.writeOneOutbound(Unpooled.wrappedBuffer(hex("e000")));
    assertNotNull(WebSocketFrames.sayGoodbye(channel));
    assertEquals("8202e000" + "880203e8", sent());
    assertTrue(channel.isOpen(), "the peer's answer may still come");
    assertNull(WebSocketFrames.sayGoodbye(new EmbeddedChannel()));
  }

  private void open() {
    send(REQUEST);
    sent();
  }

  private String assertRefused(String status, String request) {
    opened.clear();
    EmbeddedChannel one = new EmbeddedChannel();
    WebSocketHandshake.addTo(one.pipeline(), () -> origins, opened::add);
    one.writeInbound(Unpooled.copiedBuffer(request, US_ASCII));
    String answer = new String(hex(sent(one)), US_ASCII);
    assertTrue(answer.startsWith("HTTP/1.1 " + status + "\r\n"), answer);
    assertEquals(List.of(false), opened);
    assertFalse(one.isOpen());
    one.finishAndReleaseAll();
    return answer;
  }

  private List<String> handlers() {
    return channel.pipeline().names().stream().filter(name -> !name.contains("#")).toList();
  }

  private void send(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
  }

  private String sent() {
    String hexadecimal = sent(channel);
    return hexadecimal.startsWith("48545450") // "HTTP"
        ? new String(hex(hexadecimal), US_ASCII)
        : hexadecimal;
  }

  private static String sent(EmbeddedChannel from) {
    return drain(from::readOutbound);
  }

  private String received() {
    return received(channel);
  }

  private static String received(EmbeddedChannel from) {
    return drain(from::readInbound);
  }

  private static String drain(java.util.function.Supplier<ByteBuf> next) {
    StringBuilder all = new StringBuilder();
    for (ByteBuf bytes = next.get(); bytes != null; bytes = next.get()) {
      all.append(ByteBufUtil.hexDump(bytes));
      bytes.release();
    }
    return all.toString();
  }

  private static byte[] frame(int first, int mask, String payload) {
    byte[] bytes = hex(payload);
    ByteBuf out = Unpooled.buffer().writeByte(first);
    if (bytes.length < 126) {
      out.writeByte(0x80 | bytes.length);
    } else {
      out.writeByte(0x80 | 126).writeShort(bytes.length);
    }
    out.writeInt(mask);
    for (int i = 0; i < bytes.length; i++) {
      out.writeByte(bytes[i] ^ (mask >>> (24 - 8 * (i % 4))));
    }
    return ByteBufUtil.getBytes(out);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] hex(String text) {
    return java.util.HexFormat.of().parseHex(text);
  }
}
