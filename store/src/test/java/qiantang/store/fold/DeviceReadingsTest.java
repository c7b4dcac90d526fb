package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.Column;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;

class DeviceReadingsTest {
  private static final DeviceId DEVICE = new DeviceId("d");

  @Test
  void ofAMetricThatAMessageNamesTwiceTheLaterValueHolds() {
    DeviceReadings readings = new DeviceReadings();
    add(readings, 1, "a", 1, "b", 2);
    add(readings, 2, "a", 3, "b", 4);
    add(readings, 3, "a", 5, "a", 6); // as many as before, but one of them twice
    add(readings, 4, "a", 7, "a", 8);
    assertEquals(
        Map.of("a 1", 1L, "b 1", 2L, "a 2", 3L, "b 2", 4L, "a 3", 6L, "a 4", 8L),
        samples(readings));
  }

  @Test
  void ofAnInstantTheLastToArriveHolds() {
    Random random = new Random(3);
    for (int run = 0; run < 200; run++) {
      DeviceReadings readings = new DeviceReadings();
      Map<String, Long> expected = new TreeMap<>();
      for (int message = 0; message < 20; message++) {
        long timeMicros = random.nextInt(12);
        List<MetricValue> values = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
          long value = random.nextInt(1000);
          String metric = "m" + random.nextInt(3);
          values.add(new MetricValue(metric, new Value.Int(value)));
          expected.put(metric + " " + timeMicros, value);
        }
        readings.add(new Reading(DEVICE, timeMicros, true, false, values), message * 1000L);
      }
      assertEquals(expected, samples(readings), "run " + run);
    }
  }

  private static void add(
      DeviceReadings into, long timeMicros, String first, long one, String second, long two) {
    List<MetricValue> values =
        List.of(
            new MetricValue(first, new Value.Int(one)),
            new MetricValue(second, new Value.Int(two)));
    into.add(new Reading(DEVICE, timeMicros, true, false, values), timeMicros);
  }

  /** Values by metric and event time. */
  private static Map<String, Long> samples(DeviceReadings readings) {
    DeviceColumns columns = readings.columns();
    Map<String, Long> samples = new TreeMap<>();
    for (Column column : columns.columns()) {
      for (int i = 0; i < column.count(); i++) {
        samples.put(
            column.metric() + " " + columns.eventTimeMicros(column.row(i)),
            ((Value.Int) column.value(i)).value());
      }
    }
    return samples;
  }
}
