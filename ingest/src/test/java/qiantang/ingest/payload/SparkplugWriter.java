package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes Sparkplug payloads as a node would; knows nothing of the code that reads them. Takes the
 * case's JSON: {@code {"timestamp":..,"seq":..,"metrics":[{"name":..,"alias":..,"timestamp":..,
 * "type":code,"historical":..,"transient":..,"null":..,"int":..}]}}.
 */
public final class SparkplugWriter {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private static final List<String> METRIC_VALUES =
      List.of(
          "int", "long", "float", "double", "boolean", "string", "bytes", "dataset", "template");
  private static final List<String> ELEMENT_VALUES =
      List.of("int", "long", "float", "double", "boolean", "string");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The payload that the JSON says. */
  public static byte[] payload(String json) {
    SparkplugWriter writer = new SparkplugWriter();
    PayloadJson.object(json).forEach(writer::payloadMember);
    return writer.out.toByteArray();
  }

  private void payloadMember(String name, @Nullable Object value) {
    switch (name) {
      case "timestamp" -> varint(1, number(value));
      case "metrics" -> each(value, metric -> bytes(2, metric(metric)));
      case "seq" -> varint(3, number(value));
      case "uuid" -> bytes(4, text(value));
      case "body" -> bytes(5, hex(value));
      case "unknown" -> raw(hex(value));
      default -> throw new AssertionError("no member of a payload: " + name);
    }
  }

  private static byte[] metric(Map<String, @Nullable Object> members) {
    SparkplugWriter writer = new SparkplugWriter();
    members.forEach(writer::metricMember);
    return writer.out.toByteArray();
  }

  private void metricMember(String name, @Nullable Object value) {
    switch (name) {
      case "name" -> bytes(1, text(value));
      case "alias" -> varint(2, number(value));
      case "timestamp" -> varint(3, number(value));
      case "type" -> varint(4, number(value));
      case "historical" -> varint(5, 1);
      case "transient" -> varint(6, 1);
      case "null" -> varint(7, 1);
      case "unknown" -> raw(hex(value));
      default -> value(10, METRIC_VALUES, name, value);
    }
  }

  private void value(int first, List<String> names, String name, @Nullable Object value) {
    int field = first + names.indexOf(name);
    switch (name) {
      case "int" -> varint(field, number(value) & 0xFFFF_FFFFL);
      case "long" -> varint(field, number(value));
      case "float" -> fixed(field, FIXED32, Float.floatToRawIntBits((float) real(value)), 4);
      case "double" -> fixed(field, FIXED64, Double.doubleToRawLongBits(real(value)), 8);
      case "boolean" -> varint(field, Boolean.TRUE.equals(value) ? 1 : 0);
      case "string" -> bytes(field, text(value));
      case "bytes" -> bytes(field, hex(value));
      case "dataset" -> bytes(field, dataSet(object(value)));
      case "template" ->
          bytes(field, value instanceof String ? hex(value) : template(object(value)));
      default -> throw new AssertionError("no value: " + name);
    }
  }

  private static byte[] dataSet(Map<String, @Nullable Object> members) {
    SparkplugWriter writer = new SparkplugWriter();
    list(members.get("columns")).forEach(column -> writer.bytes(2, text(column)));
    list(members.get("types")).forEach(type -> writer.varint(3, number(type)));
    list(members.get("rows")).forEach(row -> writer.bytes(4, row(list(row))));
    return writer.out.toByteArray();
  }

  private static byte[] row(List<@Nullable Object> elements) {
    SparkplugWriter row = new SparkplugWriter();
    for (Object element : elements) {
      SparkplugWriter writer = new SparkplugWriter();
      object(element).forEach((name, value) -> writer.value(1, ELEMENT_VALUES, name, value));
      row.bytes(1, writer.out.toByteArray());
    }
    return row.out.toByteArray();
  }

  private static byte[] template(Map<String, @Nullable Object> members) {
    SparkplugWriter writer = new SparkplugWriter();
    members.forEach(
        (name, value) -> {
          switch (name) {
            case "version" -> writer.bytes(1, text(value));
            case "metrics" -> writer.each(value, metric -> writer.bytes(2, metric(metric)));
            case "parameters" -> writer.each(value, each -> writer.bytes(3, parameter(each)));
            case "ref" -> writer.bytes(4, text(value));
            case "definition" -> writer.varint(5, Boolean.TRUE.equals(value) ? 1 : 0);
            default -> throw new AssertionError("no member of a template: " + name);
          }
        });
    return writer.out.toByteArray();
  }

  private static byte[] parameter(Map<String, @Nullable Object> members) {
    SparkplugWriter writer = new SparkplugWriter();
    members.forEach(
        (name, value) -> {
          switch (name) {
            case "name" -> writer.bytes(1, text(value));
            case "type" -> writer.varint(2, number(value));
            default -> writer.value(3, ELEMENT_VALUES, name, value);
          }
        });
    return writer.out.toByteArray();
  }

  private void each(@Nullable Object list, Consumer<Map<String, @Nullable Object>> body) {
    list(list).forEach(element -> body.accept(object(element)));
  }

  private void varint(int field, long value) {
    tag(field, VARINT);
    bare(value);
  }

  private void fixed(int field, int type, long bits, int width) {
    tag(field, type);
    for (int i = 0; i < width; i++) {
      out.write((int) (bits >> (8 * i)));
    }
  }

  private void bytes(int field, byte[] value) {
    tag(field, BYTES);
    bare(value.length);
    raw(value);
  }

  private void raw(byte[] value) {
    out.write(value, 0, value.length);
  }

  private void tag(int field, int type) {
    bare(((long) field << 3) | type);
  }

  private void bare(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static long number(@Nullable Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new AssertionError("no integer: " + value);
  }

  private static double real(@Nullable Object value) {
    return value instanceof String word
        ? Double.parseDouble(word)
        : ((Number) Objects.requireNonNull(value)).doubleValue();
  }

  private static byte[] text(@Nullable Object value) {
    return String.valueOf(value).getBytes(UTF_8);
  }

  private static byte[] hex(@Nullable Object value) {
    return HexFormat.of().parseHex(String.valueOf(value));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> object(@Nullable Object value) {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
  }

  @SuppressWarnings("unchecked")
  private static List<@Nullable Object> list(@Nullable Object value) {
    return value == null ? List.of() : (List<@Nullable Object>) value;
  }
}
