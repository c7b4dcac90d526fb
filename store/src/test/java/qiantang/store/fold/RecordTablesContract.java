package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.fold.FoldRows.bytes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.fold.RecordTables.LaneCounts;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.fold.RecordTables.RegisterRow;
import qiantang.store.harness.Stages;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/**
 * What every implementation of the tables of records does. The tables may be shared by all tests of
 * the class: each has two enterprises of its own.
 */
public abstract class RecordTablesContract {
  private static final long MONTH = 672;
  private static final long MINUTE = 29_474_400;
  private static final String FIRST = "";
  private static final String LAST = "~";

  private EnterpriseId enterprise = EnterpriseId.OPERATOR;
  private EnterpriseId other = EnterpriseId.OPERATOR;

  /** The tables under test. */
  protected abstract RecordTables tables();

  @BeforeEach
  final void name(TestInfo test) {
    String name = test.getDisplayName();
    enterprise = new EnterpriseId("r-" + Integer.toHexString(name.hashCode()));
    other = new EnterpriseId(enterprise.text() + "-1");
  }

  @Test
  void everythingWorksWhenEmpty() {
    insertEvents(List.of());
    assertEquals(List.of(), read(ofAll(enterprise), FIRST, LAST, 10));
    writeRegisters(List.of());
    RegisterPartition registers = new RegisterPartition(enterprise, 3);
    assertEquals(List.of(), Stages.await(tables().readRegisters(registers)));
    assertEquals(List.of(), readRegisters(registers, List.of()));
    assertEquals(List.of(), readRegisters(registers, List.of(new DeviceId("d"))));
    writeCounts(List.of());
    assertEquals(List.of(), readCounts(enterprise));
  }

  @Test
  void eventsComeNewestFirst() {
    List<Event> events = new ArrayList<>();
    for (long arrival : List.of(0L, 9L, 10L, 16L, 255L, 256L, 1_768_464_000_000_000L)) {
      for (int start = 0; start < 2; start++) {
        for (int lane : List.of(0, 9, 10, 15)) {
          for (long sequence : List.of(1L, 15L, 16L, 1L << 40)) {
            LaneMinute minute = new LaneMinute(new StartId(new UUID(start << 31, -start)), lane, 7);
            for (int index : List.of(0, 15, 16, 70_000)) {
              String id = EventId.of(new FrameKey(minute, sequence), index, arrival);
              events.add(event(ofAll(enterprise), id, events.size()));
            }
          }
        }
      }
    }
    List<Event> shuffled = new ArrayList<>(events);
    Collections.shuffle(shuffled, new Random(4));
    insertEvents(shuffled);
    assertEvents(events.reversed(), read(ofAll(enterprise), FIRST, LAST, 10_000)); // two pages
    assertEvents(events.reversed().subList(0, 9), read(ofAll(enterprise), FIRST, LAST, 9));
  }

  @Test
  void eventsFromAnIdToBeforeAnotherComeAlong() {
    List<Event> events = new ArrayList<>();
    for (int arrival = 10; arrival < 20; arrival++) {
      events.add(event(ofAll(enterprise), EventId.first(arrival) + "-a", arrival));
      events.add(event(ofAll(enterprise), EventId.first(arrival) + "-b", arrival));
    }
    insertEvents(events);
    assertEvents(
        events.subList(4, 8).reversed(),
        read(ofAll(enterprise), EventId.first(12), EventId.first(14), 100));
    assertEvents(
        events.subList(5, 7).reversed(),
        read(ofAll(enterprise), events.get(5).id(), events.get(7).id(), 100));
    assertEvents(
        events.subList(6, 7), read(ofAll(enterprise), events.get(5).id(), events.get(7).id(), 1));
    assertEquals(List.of(), read(ofAll(enterprise), EventId.first(14), EventId.first(14), 100));
  }

  @Test
  void eventsOfEnterprisesDevicesAndMonthsAreApart() {
    List<Event> events = new ArrayList<>();
    for (EnterpriseId owner : List.of(enterprise, other)) {
      // "-" is a device like any other.
      for (@Nullable String device : Arrays.asList(null, "-", "a", "a-")) {
        for (long month : List.of(0L, MONTH, MONTH + 1)) {
          DeviceId list = device == null ? null : new DeviceId(device);
          events.add(event(new EventPartition(owner, list, month), "id", events.size()));
        }
      }
    }
    insertEvents(events);
    for (Event event : events) {
      assertEvents(List.of(event), read(event.partition(), FIRST, LAST, 10));
    }
  }

  @Test
  void aRepeatOfAnEventChangesNothing() {
    Event event = event(ofAll(enterprise), "1", 1);
    for (int i = 0; i < 3; i++) {
      insertEvents(List.of(event, event(ofAll(enterprise), "2", 2)));
    }
    assertEvents(List.of(event), read(ofAll(enterprise), "1", "2", 10));
    assertEquals(2, read(ofAll(enterprise), FIRST, LAST, 10).size());
  }

  @Test
  void monthsAreThoseOfTheCalendar() {
    assertEquals(0, month("1970-01-01T00:00:00Z"));
    assertEquals(-1, month("1969-12-31T23:59:59.999999Z"));
    assertEquals(MONTH, month("2026-01-31T23:59:59.999999Z"));
    assertEquals(MONTH + 1, month("2026-02-01T00:00:00Z"));
    assertEquals(MONTH + 11, month("2026-12-31T00:00:00Z"));
  }

  @Test
  void registersComeInOrderOfDeviceOrThoseAskedFor() {
    RegisterPartition partition = new RegisterPartition(enterprise, 15);
    List<RegisterRow> rows = new ArrayList<>();
    for (int i = 10_000; i < 12_500; i++) { // a page has 1000
      rows.add(new RegisterRow(partition, new DeviceId("d" + i), MINUTE, bytes(i, 20)));
    }
    List<RegisterRow> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(5));
    writeRegisters(shuffled);
    assertRegisters(rows, Stages.await(tables().readRegisters(partition)));
    List<DeviceId> devices = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      devices.add(new DeviceId("d" + (10_100 + i)));
      devices.add(new DeviceId("e" + i));
    }
    Collections.shuffle(devices, new Random(6));
    assertRegisters(rows.subList(100, 164), readRegisters(partition, devices));
  }

  @Test
  void registersOfEnterprisesAndBucketsAreApart() {
    DeviceId device = new DeviceId("d");
    List<RegisterRow> rows = new ArrayList<>();
    for (EnterpriseId owner : List.of(enterprise, other)) {
      for (int bucket : List.of(0, 7)) {
        RegisterPartition partition = new RegisterPartition(owner, bucket);
        rows.add(new RegisterRow(partition, device, MINUTE, bytes(rows.size(), 20)));
      }
    }
    writeRegisters(rows);
    for (RegisterRow row : rows) {
      assertRegisters(List.of(row), Stages.await(tables().readRegisters(row.partition())));
    }
  }

  @Test
  void aRegisterThatComesLateTurnsNothingBack() {
    RegisterPartition partition = new RegisterPartition(enterprise, 1);
    DeviceId device = new DeviceId("d");
    List<RegisterRow> rows = new ArrayList<>();
    for (int i = 0; i < 3; i++) { // the smallest bytes last, so that they win by nothing else
      rows.add(new RegisterRow(partition, device, MINUTE + 15L * i, new byte[] {(byte) (9 - i)}));
    }
    for (int i : List.of(1, 0, 1, 2, 0, 1)) {
      writeRegisters(List.of(rows.get(i)));
    }
    assertRegisters(rows.subList(2, 3), Stages.await(tables().readRegisters(partition)));
  }

  @Test
  void bucketsAreAsManyAndWellFilled() {
    int[] filled = new int[RegisterPartition.BUCKETS];
    for (int i = 0; i < 16_000; i++) {
      filled[RegisterPartition.of(enterprise, new DeviceId("pump-" + i)).bucket()]++;
    }
    for (int count : filled) {
      assertTrue(count > 700 && count < 1300, Arrays.toString(filled));
    }
  }

  @Test
  void countsAreThoseOfTheLastFrameOfEachLane() {
    StartId one = new StartId(new UUID(1, 1));
    StartId two = new StartId(new UUID(0x4000, 1L << 63));
    List<LaneCounts> last =
        List.of(counts(one, 0, 1L << 40), counts(one, 15, 2), counts(two, 0, 900));
    List<LaneCounts> written = new ArrayList<>(last);
    written.add(counts(one, 15, 1));
    written.add(counts(two, 0, 899));
    written.addAll(last);
    for (LaneCounts counts : written) {
      writeCounts(List.of(counts));
    }
    writeCounts(written);
    assertEquals(Set.copyOf(last), Set.copyOf(readCounts(enterprise)));
    assertEquals(last.size(), readCounts(enterprise).size());
    assertEquals(List.of(), readCounts(other));
  }

  private LaneCounts counts(StartId start, int lane, long sequence) {
    // Less of everything in a later frame, so that it wins by nothing else.
    long count = (1L << 50) - sequence;
    Counts counts = new Counts(count, count + 1, count + 2, count + 3);
    return new LaneCounts(enterprise, start, lane, sequence, counts, 77 + count);
  }

  private static long month(String time) {
    Instant instant = Instant.parse(time);
    return EventPartition.monthOf(instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000);
  }

  private static EventPartition ofAll(EnterpriseId owner) {
    return new EventPartition(owner, null, MONTH);
  }

  private static Event event(EventPartition partition, String id, long seed) {
    return new Event(partition, id, bytes(seed, 30));
  }

  private void insertEvents(List<Event> events) {
    Stages.await(tables().insertEvents(events));
  }

  private List<Event> read(EventPartition partition, String fromId, String toId, int limit) {
    return Stages.await(tables().readEvents(partition, fromId, toId, limit));
  }

  private void writeRegisters(List<RegisterRow> rows) {
    Stages.await(tables().writeRegisters(rows));
  }

  private List<RegisterRow> readRegisters(RegisterPartition partition, List<DeviceId> devices) {
    return Stages.await(tables().readRegisters(partition, devices));
  }

  private void writeCounts(List<LaneCounts> counts) {
    Stages.await(tables().writeCounts(counts));
  }

  private List<LaneCounts> readCounts(EnterpriseId owner) {
    return Stages.await(tables().readCounts(owner));
  }

  private static void assertRegisters(List<RegisterRow> expected, List<RegisterRow> actual) {
    assertEquals(
        expected.stream().map(RegisterRow::device).toList(),
        actual.stream().map(RegisterRow::device).toList());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).partition(), actual.get(i).partition());
      assertEquals(expected.get(i).minute(), actual.get(i).minute());
      assertArrayEquals(expected.get(i).bytes(), actual.get(i).bytes());
    }
  }

  private static void assertEvents(List<Event> expected, List<Event> actual) {
    assertEquals(
        expected.stream().map(Event::id).toList(), actual.stream().map(Event::id).toList());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).partition(), actual.get(i).partition());
      assertArrayEquals(expected.get(i).bytes(), actual.get(i).bytes());
    }
  }
}
