package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Supplier;
import qiantang.ingest.fuzz.Dice;

/** Payloads as devices write them, and as they might: JSON, and Sparkplug's protobuf. */
final class PayloadGrammar {
  private static final List<String> NAMES =
      List.of(
          "a", "b", "temperature", "温度", "", "a.b", "ts", "values", "device", "type", "\\u0000");

  private static final List<String> SCALARS =
      List.of(
          "0",
          "-0",
          "1",
          "1.5",
          "-1e308",
          "1e309",
          "1e-400",
          "9223372036854775807",
          "9223372036854775808",
          "0.1",
          "true",
          "false",
          "null",
          "\"x\"",
          "\"\"",
          "\"\\uD800\"",
          "\"\\uD83D\\uDE00\"",
          "\"{}\"",
          "NaN",
          "01",
          "1.",
          "1e999999999");

  private final Dice dice;

  PayloadGrammar(Dice dice) {
    this.dice = dice;
  }

  /** JSON for a topic. */
  byte[] json(String topic) {
    String text =
        switch (topic) {
          case "v1/gateway/connect", "v1/gateway/disconnect" ->
              object(() -> dice.of(List.of("device", "type", "a")), () -> value(2));
          case "v1/gateway/telemetry" -> object(this::name, () -> list(this::reading));
          case "v1/gateway/attributes" -> object(this::name, this::values);
          case "v1/devices/me/attributes" -> values();
          default -> dice.once(2) ? list(this::reading) : reading();
        };
    return text.getBytes(UTF_8);
  }

  private String reading() {
    return dice.once(2)
        ? values()
        : "{\"ts\":" + time() + ",\"values\":" + (dice.once(9) ? value(3) : values()) + "}";
  }

  private String time() {
    return dice.once(4)
        ? dice.of(SCALARS)
        : Long.toString(DialectCase.T_MILLIS + dice.below(100)) + (dice.once(4) ? ".25" : "");
  }

  private String values() {
    return object(this::name, () -> value(dice.once(9) ? 40 : 3));
  }

  private String name() {
    return dice.of(NAMES);
  }

  private String value(int depth) {
    return switch (depth == 0 ? 9 : dice.below(10)) {
      case 0 -> object(this::name, () -> value(depth - 1));
      case 1 -> list(() -> value(depth - 1));
      default -> dice.of(SCALARS);
    };
  }

  private String object(Supplier<String> name, Supplier<String> value) {
    StringBuilder text = new StringBuilder("{");
    for (int i = dice.below(4); i > 0; i--) {
      text.append('"').append(name.get()).append("\":").append(value.get());
      text.append(i > 1 ? "," : "");
    }
    return text.append('}').toString();
  }

  private String list(Supplier<String> value) {
    StringBuilder text = new StringBuilder("[");
    for (int i = dice.below(3); i > 0; i--) {
      text.append(value.get()).append(i > 1 ? "," : "");
    }
    return text.append(']').toString();
  }

  /** A payload for a topic; aliases come back from message to message. */
  byte[] sparkplug(String topic) {
    if (topic.contains("STATE")) {
      return "{\"online\":true,\"timestamp\":1}".getBytes(UTF_8);
    }
    boolean isBirth = topic.contains("BIRTH");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!dice.once(5)) {
      varint(out, 1, DialectCase.T_MILLIS + dice.below(1000));
    }
    if (topic.contains("NBIRTH") || topic.contains("NDEATH")) {
      ByteArrayOutputStream metric = new ByteArrayOutputStream();
      bytes(metric, 1, "bdSeq".getBytes(UTF_8));
      varint(metric, 4, 8);
      varint(metric, 11, dice.below(3));
      bytes(out, 2, metric.toByteArray());
    }
    for (int i = dice.below(5); i > 0; i--) {
      bytes(out, 2, metric(isBirth, 3));
    }
    varint(out, 3, dice.once(20) ? dice.bits() : dice.below(5));
    if (dice.once(30)) {
      bytes(out, dice.below(30), "SPBV1.0_COMPRESSED".getBytes(UTF_8));
    }
    return out.toByteArray();
  }

  private byte[] metric(boolean isBirth, int depth) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (isBirth || dice.once(3)) {
      bytes(out, 1, name().getBytes(UTF_8));
    }
    if (!dice.once(5)) {
      varint(out, 2, dice.once(30) ? dice.bits() : dice.below(4));
    }
    if (dice.once(3)) {
      varint(out, 3, dice.once(9) ? dice.bits() : DialectCase.T_MILLIS + dice.below(100));
    }
    int type = dice.once(20) ? dice.below(64) : dice.below(36);
    if (isBirth || dice.once(3)) {
      varint(out, 4, type);
    }
    if (dice.once(9)) {
      varint(out, 5 + dice.below(3), 1);
    }
    value(out, 10, depth);
    return out.toByteArray();
  }

  private void value(ByteArrayOutputStream out, int first, int depth) {
    switch (dice.below(10)) {
      case 0 -> varint(out, first, dice.bits() & 0xffff_ffffL);
      case 1 -> varint(out, first + 1, dice.bits());
      case 2 -> fixed(out, first + 2, 5, 4);
      case 3 -> fixed(out, first + 3, 1, 8);
      case 4 -> varint(out, first + 4, dice.below(2));
      case 5 -> bytes(out, first + 5, dice.of(SCALARS).getBytes(UTF_8));
      case 6, 7 -> bytes(out, first + 6, anyBytes());
      case 8 -> bytes(out, first + 7, dataSet());
      default -> bytes(out, first + 8, depth == 0 ? new byte[0] : template(depth));
    }
  }

  private byte[] dataSet() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int columns = dice.below(4);
    varint(out, 1, dice.once(9) ? dice.bits() : columns);
    for (int i = 0; i < columns; i++) {
      bytes(out, 2, name().getBytes(UTF_8));
      varint(out, 3, dice.below(16));
    }
    for (int i = dice.below(3); i > 0; i--) {
      ByteArrayOutputStream row = new ByteArrayOutputStream();
      for (int j = dice.once(9) ? dice.below(5) : columns; j > 0; j--) {
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        value(element, 1, 0);
        bytes(row, 1, element.toByteArray());
      }
      bytes(out, 4, row.toByteArray());
    }
    return out.toByteArray();
  }

  private byte[] template(int depth) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = dice.below(3); i > 0; i--) {
      bytes(out, 2, metric(true, depth - 1));
    }
    if (dice.once(2)) {
      bytes(out, 4, name().getBytes(UTF_8));
    }
    varint(out, 5, dice.below(2));
    return out.toByteArray();
  }

  private byte[] anyBytes() {
    byte[] some = new byte[dice.below(20)];
    for (int i = 0; i < some.length; i++) {
      some[i] = (byte) dice.below(256);
    }
    return some;
  }

  private void fixed(ByteArrayOutputStream out, int field, int type, int width) {
    bare(out, field << 3 | type);
    long bits = dice.once(3) ? 0x7FF8_0000_7FC0_0000L : dice.bits();
    for (int i = 0; i < width; i++) {
      out.write((int) (bits >> (8 * i)));
    }
  }

  private static void varint(ByteArrayOutputStream out, int field, long value) {
    bare(out, (long) field << 3);
    bare(out, value);
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
    bare(out, (long) field << 3 | 2);
    bare(out, value.length);
    out.writeBytes(value);
  }

  private static void bare(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
      out.write((int) ((rest & 0x7F) | 0x80));
    }
    out.write((int) rest);
  }
}
