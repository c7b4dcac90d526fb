package qiantang.ingest.fuzz;

import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.packet;

import java.util.List;
import qiantang.ingest.net.ClientPackets;

/** Packets that a client may send, most of them right. MQTT 3.1.1 and 5. */
final class PacketGrammar {
  private static final List<String> TEXTS =
      List.of("v1/devices/me/telemetry", "a", "a/b", "", "a/+", "#", "$share/g/a", "网关é", "x");

  // Identifier and form: b a byte, s two, i four, v a varint, t a text, d bytes, p two texts.
  private static final List<String> PROPERTIES =
      List.of(
          "01b", "02i", "03t", "08t", "09d", "0Bv", "11i", "15t", "16d", "17b", "18i", "19b", "1Ft",
          "21s", "22s", "23s", "26p", "27i");

  private static final List<String> CONNECT =
      List.of("11i", "17b", "19b", "21s", "22s", "26p", "27i");
  private static final List<String> WILL = List.of("01b", "02i", "03t", "08t", "09d", "18i", "26p");
  private static final List<String> PUBLISH =
      List.of("01b", "02i", "03t", "08t", "09d", "23s", "26p");
  private static final List<String> ACK = List.of("1Ft", "26p");
  private static final List<String> SUBSCRIBE = List.of("0Bv", "26p");
  private static final List<String> DISCONNECT = List.of("11i", "1Ft", "26p");

  private final boolean isV5;
  private final Dice dice;

  PacketGrammar(boolean isV5, Dice dice) {
    this.isV5 = isV5;
    this.dice = dice;
  }

  byte[] connect() {
    int flags = dice.once(20) ? dice.below(256) : 0x82 | (dice.once(2) ? 0x40 : 0);
    flags |= dice.once(3) ? 4 | dice.below(3) << 3 | dice.below(2) << 5 : 0;
    ClientPackets body = bytes().putText(dice.once(50) ? "MQIsdp" : "MQTT");
    body.put(dice.once(50) ? dice.below(8) : isV5 ? 5 : 4).put(flags).putShort(dice.below(70_000));
    properties(body, CONNECT);
    text(body);
    if ((flags & 4) != 0) {
      properties(body, WILL);
      text(body);
      text(body);
    }
    if ((flags & 0x80) != 0) {
      text(body);
    }
    if ((flags & 0x40) != 0) {
      text(body);
    }
    if (dice.once(400)) {
      body.put(new byte[dice.below(20_000)]);
    }
    return packet(0x10 | (dice.once(100) ? dice.below(16) : 0), body.toBytes());
  }

  byte[] any() {
    int kind = dice.below(12);
    ClientPackets body = bytes();
    return switch (kind) {
      case 0, 1, 2, 3 -> publish();
      case 4 -> {
        id(body);
        properties(body, SUBSCRIBE);
        for (int i = dice.below(4); i >= 0; i--) {
          text(body);
          body.put(
              dice.once(10) ? dice.below(256) : dice.below(3) | (isV5 ? dice.below(12) << 2 : 0));
        }
        yield packet(0x82, body.toBytes());
      }
      case 5 -> {
        id(body);
        properties(body, SUBSCRIBE);
        for (int i = dice.below(4); i >= 0; i--) {
          text(body);
        }
        yield packet(0xA2, body.toBytes());
      }
      case 6, 7, 8, 9 -> {
        id(body);
        if (isV5 && dice.once(2)) {
          body.put(dice.of(List.of(0, 0x10, 0x80, 0x92)));
          if (dice.once(2)) {
            properties(body, ACK);
          }
        }
        int type = kind - 2;
        yield packet(type << 4 | (type == 6 ? 2 : 0), body.toBytes());
      }
      case 10 -> packet(dice.once(20) ? dice.below(256) : 0xC0, body.toBytes());
      default -> {
        if (isV5 && dice.once(2)) {
          body.put(dice.once(5) ? dice.below(256) : 4);
          if (dice.once(2)) {
            properties(body, DISCONNECT);
          }
        }
        yield packet(dice.once(2) ? 0xE0 : 0xC0, dice.once(2) ? body.toBytes() : new byte[0]);
      }
    };
  }

  private byte[] publish() {
    int qos = dice.below(3);
    ClientPackets body = bytes();
    boolean isAlias = isV5 && dice.once(4);
    body.putText(isAlias && dice.once(2) ? "" : dice.of(TEXTS));
    if (qos > 0) {
      id(body);
    }
    if (isAlias) {
      body.put(3).put(0x23).putShort(dice.below(18));
    } else {
      properties(body, PUBLISH);
    }
    body.put(new byte[dice.once(500) ? dice.below(300_000) : dice.below(30)]);
    return packet(
        0x30 | qos << 1 | (qos > 0 ? dice.below(2) << 3 : 0) | dice.below(2), body.toBytes());
  }

  private void id(ClientPackets body) {
    body.putShort(dice.once(30) ? 0 : 1 + dice.below(65_535));
  }

  private void text(ClientPackets body) {
    body.putText(dice.of(TEXTS));
  }

  private void properties(ClientPackets body, List<String> allowed) {
    if (!isV5) {
      return;
    }
    ClientPackets list = bytes();
    for (int i = dice.once(2) ? 0 : dice.below(5); i > 0; i--) {
      property(list, dice.of(dice.once(20) ? PROPERTIES : allowed));
    }
    byte[] all = list.toBytes();
    varint(body, all.length);
    body.put(all);
  }

  private void property(ClientPackets list, String form) {
    list.put(Integer.parseInt(form, 0, 2, 16));
    switch (form.charAt(2)) {
      case 'b' -> list.put(dice.below(dice.once(20) ? 256 : 2));
      case 's' -> list.putShort(dice.below(65_536));
      case 'i' -> list.putShort(dice.below(65_536)).putShort(dice.below(65_536));
      case 'v' -> varint(list, dice.below(1 << 28));
      case 'p' -> list.putText(dice.of(TEXTS)).putText(dice.of(TEXTS));
      default -> list.putText(dice.of(TEXTS));
    }
  }

  private static void varint(ClientPackets out, int value) {
    int rest = value;
    for (; rest >= 0x80; rest >>>= 7) {
      out.put((rest & 0x7f) | 0x80);
    }
    out.put(rest);
  }
}
