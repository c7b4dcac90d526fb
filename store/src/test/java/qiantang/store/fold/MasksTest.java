package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.Column;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;
import qiantang.store.registry.Retention;

class MasksTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final DeviceId PUMP = new DeviceId("pump");
  private static final DeviceId FAN = new DeviceId("fan");
  private static final long DAY_MICROS = Duration.ofDays(1).toSeconds() * 1_000_000;

  @Test
  void ofColumnsThoseRowsAreLeftThatNoMaskHides() {
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      List<Mask> masks = new ArrayList<>();
      for (int m = random.nextInt(4); m > 0; m--) {
        DeviceId device = random.nextInt(3) == 0 ? null : random.nextInt(3) == 0 ? FAN : PUMP;
        long before = random.nextInt(3) == 0 ? Mask.ALL_TIMES : random.nextInt(60);
        masks.add(mask(device, before, random.nextInt(60)));
      }
      DeviceColumns columns = columns(random, random.nextInt(40));
      List<String> expected = new ArrayList<>();
      for (String sample : samples(columns)) {
        String[] fields = sample.split(" ", -1);
        long time = Long.parseLong(fields[0]);
        long arrival = Long.parseLong(fields[1]);
        boolean isHidden =
            masks.stream()
                .anyMatch(
                    mask ->
                        !FAN.equals(mask.device())
                            && time < mask.beforeMicros()
                            && arrival <= mask.madeMillis());
        if (!isHidden) {
          expected.add(sample);
        }
      }
      Masks all = Masks.of(masks);
      DeviceColumns visible = all.visible(PUMP, columns);
      assertEquals(expected, samples(visible));
      assertEquals(expected.isEmpty(), visible.rows() == 0);
      if (expected.size() < columns.samples()) {
        assertTrue(all.touches(PUMP, columns.eventTimeMicros(0)));
      }
    }
  }

  @Test
  void whatHidesNothingChangesNothing() {
    DeviceColumns columns = columns(new Random(2), 20);
    assertSame(columns, Masks.NONE.visible(PUMP, columns));
    assertSame(columns, Masks.of(List.of(mask(FAN, Mask.ALL_TIMES, 99))).visible(PUMP, columns));
    assertSame(columns, Masks.of(List.of(mask(PUMP, 0, 99))).visible(PUMP, columns));
    assertSame(columns, Masks.of(List.of(mask(PUMP, Mask.ALL_TIMES, -1))).visible(PUMP, columns));
  }

  @Test
  void eventTimesThatHadNotComeWhenAMaskWasMadeAreNotTouched() {
    Masks masks = Masks.of(List.of(mask(PUMP, Mask.ALL_TIMES, 1000)));
    assertTrue(masks.touches(PUMP, Long.MIN_VALUE));
    assertTrue(masks.touches(PUMP, 1_000_000 + DAY_MICROS - 1));
    assertFalse(masks.touches(PUMP, 1_000_000 + DAY_MICROS));
    assertFalse(masks.touches(FAN, 0));
    Masks until = Masks.of(List.of(mask(null, 500, 1000)));
    assertTrue(until.touches(FAN, 499));
    assertFalse(until.touches(FAN, 500));
  }

  @Test
  void aMaskOutlivesWhatItHides() {
    for (Retention retention : Retention.values()) {
      Duration kept = Mask.kept(retention);
      // What is packed last, 13 days later, is kept by an event time that may lie a day ahead.
      assertTrue(kept.compareTo(retention.duration().plusDays(14)) > 0);
      assertTrue(kept.compareTo(RecordTables.EVENTS_KEPT.plusDays(14)) > 0);
    }
  }

  @Test
  void aRejectionBelongsToWhomItConcerns() {
    Masks ofPump = Masks.of(List.of(mask(PUMP, Mask.ALL_TIMES, 100)));
    Masks ofFan = Masks.of(List.of(mask(FAN, Mask.ALL_TIMES, 100)));
    // The pump, which is a gateway, said something of the fan.
    Entry.Rejection ofBoth = rejection(PUMP, FAN, 100_999);
    assertTrue(ofFan.hides(null, ofBoth));
    assertTrue(ofFan.hides(PUMP, ofBoth));
    assertTrue(ofFan.hides(FAN, ofBoth));
    assertFalse(ofPump.hides(null, ofBoth));
    assertTrue(ofPump.hides(PUMP, ofBoth)); // the pump's own list has nothing left
    assertFalse(ofPump.hides(FAN, ofBoth));
    assertTrue(ofPump.hides(null, rejection(PUMP, null, 0)));
    assertFalse(ofPump.hides(null, rejection(PUMP, null, 101_000)));
    assertFalse(ofPump.hides(null, rejection(null, null, 0)));
    assertTrue(Masks.of(List.of(mask(null, 1, 100))).hides(null, rejection(null, null, 0)));
    assertFalse(Masks.of(List.of(mask(null, 1, 100))).hides(null, rejection(null, null, 1)));
  }

  private static Entry.Rejection rejection(
      @Nullable DeviceId publisher, @Nullable DeviceId device, long arrivalMicros) {
    return new Entry.Rejection(
        publisher, device, Reason.MALFORMED, "", "", 1, 0, new byte[0], null, arrivalMicros);
  }

  private static Mask mask(@Nullable DeviceId device, long beforeMicros, long madeMillis) {
    return Mask.of(ACME, device, beforeMicros, madeMillis, 7);
  }

  /** Times and arrivals of few values, so that they meet. */
  private static DeviceColumns columns(Random random, int rows) {
    ColumnsBuilder builder = new ColumnsBuilder();
    long time = 0;
    for (int row = 0; row < rows; row++) {
      time += random.nextInt(4);
      long arrivalMicros = random.nextInt(60) * 1000L;
      // Of one time and metric a device has one value.
      builder.add(time, arrivalMicros, true, false, "m" + row % 5, new Value.Int(row));
      if (random.nextBoolean()) {
        time++;
      }
    }
    return builder.build();
  }

  private static List<String> samples(DeviceColumns columns) {
    List<String> samples = new ArrayList<>();
    for (int row = 0; row < columns.rows(); row++) {
      for (Column column : columns.columns()) {
        int index = column.indexOf(row);
        if (index >= 0) {
          samples.add(
              "%d %d %s %s"
                  .formatted(
                      columns.eventTimeMicros(row),
                      columns.arrivalMillis(row),
                      column.metric(),
                      column.value(index)));
        }
      }
    }
    return samples;
  }
}
