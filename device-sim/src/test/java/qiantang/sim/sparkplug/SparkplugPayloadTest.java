package qiantang.sim.sparkplug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.SparkplugSchema;

/** What is written here, read by protobuf's own reader with the specification's schema. */
class SparkplugPayloadTest {
  @Test
  void dataIsByAliasWithItsTimeAndOneValue() throws InvalidProtocolBufferException {
    byte[] bytes =
        new SparkplugPayload(1_790_000_000_005L, 1_790_000_000_000L)
            .real(1, -0.5)
            .whole(2, -7)
            .whole(300, Long.MAX_VALUE)
            .flag(4, false)
            .text(5, "dry run")
            .toBytes();
    DynamicMessage read = SparkplugSchema.parse(SparkplugPayload.numbered(bytes, 0));
    assertEquals(1_790_000_000_005L, SparkplugSchema.get(read, "timestamp"));
    assertTrue(SparkplugSchema.has(read, "seq"), "also a 0 is sent");
    assertEquals(0L, SparkplugSchema.get(read, "seq"));
    List<DynamicMessage> metrics = SparkplugSchema.metrics(read);
    assertEquals(5, metrics.size());
    for (DynamicMessage metric : metrics) {
      assertEquals(1_790_000_000_000L, SparkplugSchema.get(metric, "timestamp"));
      assertFalse(SparkplugSchema.has(metric, "name"));
      assertFalse(SparkplugSchema.has(metric, "datatype"));
      assertEquals(3, metric.getAllFields().size(), "alias, time and value");
    }
    assertEquals(-0.5, SparkplugSchema.get(metrics.get(0), "double_value"));
    assertEquals(-7L, SparkplugSchema.get(metrics.get(1), "long_value"));
    assertEquals(300L, SparkplugSchema.get(metrics.get(2), "alias"));
    assertEquals(Long.MAX_VALUE, SparkplugSchema.get(metrics.get(2), "long_value"));
    assertEquals(false, SparkplugSchema.get(metrics.get(3), "boolean_value"));
    assertEquals("dry run", SparkplugSchema.get(metrics.get(4), "string_value"));
  }

  @Test
  void aDeclarationHasNameAliasTypeAndNoValue() throws InvalidProtocolBufferException {
    byte[] bytes =
        new SparkplugPayload(5, 5)
            .bdSeq(255)
            .rebirthControl()
            .declare("speed", 3, DataType.DOUBLE)
            .toBytes();
    List<DynamicMessage> metrics =
        SparkplugSchema.metrics(SparkplugSchema.parse(SparkplugPayload.numbered(bytes, 255)));
    assertEquals("bdSeq", SparkplugSchema.get(metrics.get(0), "name"));
    assertEquals(4, SparkplugSchema.get(metrics.get(0), "datatype"));
    assertEquals(255L, SparkplugSchema.get(metrics.get(0), "long_value"));
    assertEquals("Node Control/Rebirth", SparkplugSchema.get(metrics.get(1), "name"));
    assertFalse(SparkplugSchema.has(metrics.get(1), "alias"));
    assertEquals("speed", SparkplugSchema.get(metrics.get(2), "name"));
    assertEquals(3L, SparkplugSchema.get(metrics.get(2), "alias"));
    assertEquals(10, SparkplugSchema.get(metrics.get(2), "datatype"));
    assertEquals(true, SparkplugSchema.get(metrics.get(2), "is_null"));
    assertEquals(5, metrics.get(2).getAllFields().size());
  }

  /** By hand from the wire format: a timestamp of 5, then seq 200 as two bytes. */
  @Test
  void theNumberIsTheLastField() {
    byte[] bytes = SparkplugPayload.numbered(new SparkplugPayload(5, 5).toBytes(), 200);
    assertEquals("080518c801", HexFormat.of().formatHex(bytes));
  }

  @Test
  void whatIsBrokenIsNoPayload() {
    byte[] groups = new SparkplugPayload(5, 5).groups(10_000).flag(1, true).toBytes();
    assertThrows(InvalidProtocolBufferException.class, () -> SparkplugSchema.parse(groups));
  }

  /** A command as our server sends it, by hand: time 1, name, time 1, type 11, true. */
  @Test
  void onlyTheCommandToBeBornAgainAsksForBirths() {
    String name = HexFormat.of().formatHex("Node Control/Rebirth".getBytes(StandardCharsets.UTF_8));
    String metric = "0a14" + name + "1801200b70";
    assertTrue(asks("0801121c" + metric + "01"));
    assertFalse(asks("0801121c" + metric + "00"));
    assertFalse(asks("0801"));
    assertFalse(asks("0801121c0a14"), "cut off");
    assertFalse(asks("ffff"));
  }

  private static boolean asks(String hex) {
    return NodeCommand.asksForBirths(HexFormat.of().parseHex(hex));
  }
}
