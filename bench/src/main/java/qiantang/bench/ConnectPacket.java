package qiantang.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;

/** The CONNECT of a device of the load: MQTT 3.1.1, a clean session, a token as user name. */
final class ConnectPacket {
  // Of a remaining length in one byte, which holds a token and a client id of the load.
  private static final int REMAINING_BYTES_MAX = 127;
  private static final int CLEAN_WITH_USER_NAME = 0x82;

  private ConnectPacket() {}

  /**
   * Writes one.
   *
   * @param keepAliveSeconds 0 for none
   */
  static ByteBuf write(ByteBuf out, String clientId, String token, int keepAliveSeconds) {
    byte[] client = clientId.getBytes(US_ASCII);
    byte[] user = token.getBytes(UTF_8);
    int remaining = 10 + 2 + client.length + 2 + user.length;
    if (remaining > REMAINING_BYTES_MAX) {
      throw new IllegalArgumentException("too long a token: " + user.length + " bytes");
    }
    out.writeByte(0x10).writeByte(remaining);
    out.writeShort(4).writeBytes("MQTT".getBytes(US_ASCII));
    out.writeByte(4).writeByte(CLEAN_WITH_USER_NAME).writeShort(keepAliveSeconds);
    out.writeShort(client.length).writeBytes(client);
    return out.writeShort(user.length).writeBytes(user);
  }
}
