package qiantang.sim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A Sparkplug host in one class, for one connection: keeps what births declare and reads data by
 * alias, through generic protobuf.
 */
final class FakeEdgeNode {
  private final Map<Long, String> nameOfAlias = new HashMap<>();

  /** The next sequence number. */
  private int due = -1;

  /** A message that nobody acknowledges: a birth or a death. */
  synchronized void takes(String topic, byte[] payload) throws IOException {
    DynamicMessage message = SparkplugSchema.parse(payload);
    if (topic.contains("/NBIRTH/")) {
      nameOfAlias.clear();
      due = 0;
    }
    if (topic.contains("BIRTH/")) {
      count(message);
      for (DynamicMessage metric : SparkplugSchema.metrics(message)) {
        if (SparkplugSchema.has(metric, "alias")) {
          nameOfAlias.put(
              (Long) SparkplugSchema.get(metric, "alias"),
              (String) SparkplugSchema.get(metric, "name"));
        }
      }
    }
  }

  /** A message of data as the JSON of one reading; fails on what is broken. */
  synchronized JsonNode reading(byte[] payload) throws IOException {
    DynamicMessage message;
    try {
      message = SparkplugSchema.parse(payload);
    } catch (IOException e) {
      due = (due + 1) & 255; // it has a number, though nobody can read it
      throw e;
    }
    count(message);
    ObjectNode reading = JsonNodeFactory.instance.objectNode();
    ObjectNode values = reading.putObject("values");
    for (DynamicMessage metric : SparkplugSchema.metrics(message)) {
      String name = nameOfAlias.get((Long) SparkplugSchema.get(metric, "alias"));
      if (name == null) {
        throw new IOException("an alias that no birth declares");
      }
      reading.put("ts", (Long) SparkplugSchema.get(metric, "timestamp"));
      put(values, name, metric);
    }
    return reading;
  }

  /** [tck-id-payloads-sequence-num-incrementing] a gap is a fault of the simulator. */
  private void count(DynamicMessage message) throws IOException {
    long seq = (Long) SparkplugSchema.get(message, "seq");
    int expected = due;
    due = (due + 1) & 255;
    if (seq != expected) {
      throw new IOException("sequence number " + seq + " instead of " + expected);
    }
  }

  private static void put(ObjectNode values, String name, DynamicMessage metric) {
    for (Map.Entry<FieldDescriptor, Object> field : metric.getAllFields().entrySet()) {
      switch (field.getKey().getName()) {
        case "long_value" -> values.put(name, (Long) field.getValue());
        case "double_value" -> values.put(name, (Double) field.getValue());
        case "boolean_value" -> values.put(name, (Boolean) field.getValue());
        case "string_value" -> values.put(name, (String) field.getValue());
        default -> {
          // no value
        }
      }
    }
  }

  /** JSON that was no UTF-8, as a careless reader takes it. */
  static byte[] mended(byte[] payload) {
    return new String(payload, StandardCharsets.ISO_8859_1)
        .replace("NaN", "0")
        .getBytes(StandardCharsets.UTF_8);
  }
}
