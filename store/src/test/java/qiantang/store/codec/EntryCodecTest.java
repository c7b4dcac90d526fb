package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import qiantang.store.harness.Entries;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

class EntryCodecTest {
  private static final List<DeviceId> DEVICES =
      List.of(
          new DeviceId("a"), new DeviceId("gateway.1"), new DeviceId("A_b-c." + "x".repeat(58)));

  @Test
  void entriesOfEveryKindComeBack() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      assertComesBack(Entries.random(random, DEVICES));
    }
  }

  @Test
  void timesAtTheEndsComeBack() {
    for (long time : List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE)) {
      for (long arrival : List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE)) {
        assertComesBack(Entries.reading("d", "m", time, arrival, 1));
      }
    }
  }

  @Test
  void metricsThatRepeatAreWrittenOnce() {
    List<Reading> readings =
        List.of(
            reading("d", "temperature-of-the-furnace", "pressure-of-the-furnace"),
            reading("d", "temperature-of-the-furnace", "pressure-of-the-furnace"),
            reading("d", "pressure-of-the-furnace", "temperature-of-the-furnace"),
            reading("d", "pressure-of-the-furnace"));
    int one = assertComesBack(new Entry.Readings(new DeviceId("d"), 5, readings.subList(0, 1)));
    int two = assertComesBack(new Entry.Readings(new DeviceId("d"), 5, readings.subList(0, 2)));
    assertComesBack(new Entry.Readings(new DeviceId("d"), 5, readings));
    assertTrue(two - one < 10, "the second took " + (two - one));
  }

  @Test
  void aReadingWithoutMetricsComesBack() {
    assertComesBack(
        new Entry.Readings(
            new DeviceId("d"), 5, List.of(reading("d"), reading("e"), reading("d"))));
  }

  @Test
  void aReadingOfOneDecimalTakesAbout25Bytes() {
    Entry entry =
        new Entry.Readings(
            new DeviceId("device-1"),
            1_768_464_000_123_000L,
            List.of(
                new Reading(
                    new DeviceId("device-1"),
                    1_768_464_000_100_000L,
                    true,
                    false,
                    List.of(new MetricValue("t", new Value.Real(42.1))))));
    int bytes = assertComesBack(entry);
    assertTrue(bytes <= 32, bytes + " bytes");
  }

  @ParameterizedTest
  @EnumSource
  void everyReasonComesBack(Reason reason) {
    assertComesBack(Entries.rejection("d", reason, 7));
  }

  private static Reading reading(String device, String... metrics) {
    return new Reading(
        new DeviceId(device),
        3,
        true,
        false,
        List.of(metrics).stream().map(m -> new MetricValue(m, new Value.Int(1))).toList());
  }

  private static int assertComesBack(Entry entry) {
    byte[] bytes = EntryCodec.encode(entry);
    ByteSource source = new ByteSource(bytes, 0, bytes.length);
    Entry back = EntryCodec.decode(source);
    assertEquals(Entries.text(entry), Entries.text(back));
    assertEquals(0, source.remaining());
    assertArrayEquals(bytes, EntryCodec.encode(back));
    return bytes.length;
  }
}
