package qiantang.ingest.mqtt;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What a server wrote, packet by packet, in words; anything malformed is an error. */
final class Transcript {
  private static final String[] NAMES = {
    "",
    "",
    "CONNACK",
    "PUBLISH",
    "PUBACK",
    "PUBREC",
    "",
    "PUBCOMP",
    "",
    "SUBACK",
    "",
    "UNSUBACK",
    "",
    "PINGRESP",
    "DISCONNECT",
    ""
  };

  private final byte[] bytes;
  private final boolean isV5;
  private int at;

  private Transcript(byte[] bytes, boolean isV5) {
    this.bytes = bytes;
    this.isV5 = isV5;
  }

  /** Such as {@code CONNACK 00, PUBACK 1 00, DISCONNECT 82}; "" for nothing. */
  static String of(String hex, boolean isV5) {
    Transcript transcript = new Transcript(HexFormat.of().parseHex(hex), isV5);
    List<String> packets = new ArrayList<>();
    while (transcript.at < transcript.bytes.length) {
      packets.add(transcript.packet());
    }
    return String.join(", ", packets);
  }

  private String packet() {
    int header = next();
    int end = varint();
    end += at;
    String name = NAMES[header >> 4];
    String said =
        switch (name) {
          case "CONNACK" -> connack();
          case "PUBACK", "PUBREC", "PUBCOMP" -> acknowledgement(end);
          case "SUBACK", "UNSUBACK" -> codes(end);
          case "PINGRESP" -> "";
          case "DISCONNECT" -> " " + code() + properties(end);
          default -> throw new AssertionError("a server sent 0x%02x".formatted(header));
        };
    if (at != end) {
      throw new AssertionError(name + " does not end where it should: " + at + " of " + end);
    }
    return name + said;
  }

  private String connack() {
    if (next() != 0) {
      throw new AssertionError("a session that is not kept is present");
    }
    String code = code();
    if (isV5) {
      int length = varint();
      at += length;
    }
    return " " + code;
  }

  private String acknowledgement(int end) {
    String id = " " + id();
    if (!isV5) {
      return id;
    }
    return at == end ? id + " 00" : id + " " + code() + properties(end);
  }

  private String codes(int end) {
    StringBuilder said = new StringBuilder(" ").append(id());
    if (isV5) {
      properties(end);
    }
    while (at < end) {
      said.append(' ').append(code());
    }
    return said.toString();
  }

  /** Steps over properties, of which only a reason string is sent. */
  private String properties(int end) {
    if (at < end) {
      int length = varint();
      if (length > 0) {
        if (next() != 0x1F) {
          throw new AssertionError("a property that is no reason string");
        }
        int text = id();
        at += text;
      }
    }
    return "";
  }

  private String code() {
    return "%02X".formatted(next());
  }

  private int id() {
    return next() << 8 | next();
  }

  private int next() {
    return bytes[at++] & 0xff;
  }

  private int varint() {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      int next = next();
      value |= (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
  }
}
