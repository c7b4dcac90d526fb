package qiantang.ingest.net.admission;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.List;

/** What a connection speaks, by its first bytes. */
public enum Spoken {
  MQTT("mqtt"),
  TLS("tls"),
  HTTP("http"),
  /** PROXY protocol version 1, in text. */
  PROXY_V1("proxy-v1"),
  /** PROXY protocol version 2, binary. */
  PROXY_V2("proxy"),
  SSH("ssh"),
  OTHER("other");

  private static final int CONNECT = 0x10;
  private static final byte[] PROXY_V2_SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final byte[] PROXY_V1_WORD = "PROXY ".getBytes(US_ASCII);
  private static final byte[] SSH_WORD = "SSH-".getBytes(US_ASCII);
  private static final byte[] TLS_HANDSHAKE = {0x16, 0x03};

  // "PRI" opens HTTP/2.
  private static final List<byte[]> METHODS =
      List.of("GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "CONNECT ", "PATCH ", "PRI ")
          .stream()
          .map(method -> method.getBytes(US_ASCII))
          .toList();

  private final String word;

  Spoken(String word) {
    this.word = word;
  }

  /** The word in metrics. */
  public String word() {
    return word;
  }

  /** Judges by as many bytes as there are; what begins like something is taken for it. */
  static Spoken of(ByteBuf bytes) {
    if (bytes.getUnsignedByte(bytes.readerIndex()) == CONNECT) {
      return MQTT;
    }
    if (begins(bytes, TLS_HANDSHAKE)) {
      return TLS;
    }
    if (begins(bytes, PROXY_V2_SIGNATURE)) {
      return PROXY_V2;
    }
    if (begins(bytes, SSH_WORD)) {
      return SSH;
    }
    for (byte[] method : METHODS) {
      if (begins(bytes, method)) {
        return HTTP;
      }
    }
    return begins(bytes, PROXY_V1_WORD) ? PROXY_V1 : OTHER;
  }

  private static boolean begins(ByteBuf bytes, byte[] with) {
    int length = Math.min(with.length, bytes.readableBytes());
    for (int i = 0; i < length; i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != with[i]) {
        return false;
      }
    }
    return true;
  }
}
