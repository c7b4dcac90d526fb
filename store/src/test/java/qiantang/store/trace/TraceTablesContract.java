package qiantang.store.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** What every implementation of the tables of live traces does. */
public abstract class TraceTablesContract {
  private static final EnterpriseId OTHER = new EnterpriseId("other");

  /** Whose: each test has an enterprise of its own. */
  private static EnterpriseId enterprise(String test) {
    return new EnterpriseId(test);
  }

  /** The tables under test. */
  protected abstract TraceTables tables();

  @Test
  void aTraceIsListedAndStaysListedWhenItIsStopped() {
    EnterpriseId own = enterprise("lists");
    Instant now = Instant.now();
    Trace device = trace(own, "1", "d", null, now, 60);
    Trace topic = trace(own, "2", null, "a/+/#", now, 600);
    Stages.await(tables().write(device));
    Stages.await(tables().write(topic));
    Stages.await(tables().write(trace(OTHER, "1", "d", null, now, 60)));
    assertEquals(List.of(device, topic), sorted(Stages.await(tables().traces(own))));
    assertEquals(Optional.of(topic), Stages.await(tables().trace(own, "2")));
    assertEquals(Optional.empty(), Stages.await(tables().trace(own, "3")));
    Stages.await(tables().write(device.stopped()));
    assertEquals(List.of(device.stopped(), topic), sorted(Stages.await(tables().traces(own))));
    List<Trace> living = ofEnterprise(own, Stages.await(tables().living(now, 1000)));
    assertEquals(List.of(device.stopped(), topic), living);
  }

  @Test
  void theLivingAreThoseThatEndLaterAlsoInAnotherHour() {
    EnterpriseId own = enterprise("living");
    Instant hour = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 3600 * 3600);
    Instant now = hour.minusSeconds(200);
    List<Trace> all = new ArrayList<>();
    for (int seconds : List.of(100, 150, 300, 600)) {
      Trace trace = trace(own, "t-" + seconds, "d", null, now, seconds);
      all.add(trace);
      Stages.await(tables().write(trace));
    }
    for (int left = 0; left < 4; left++) {
      Instant then = all.get(left).until().minusMillis(1);
      List<Trace> living = ofEnterprise(own, Stages.await(tables().living(then, 1000)));
      assertEquals(all.subList(left, 4), living);
    }
    assertEquals(
        List.of(), ofEnterprise(own, Stages.await(tables().living(hour.plusSeconds(400), 9))));
    assertEquals(1, Stages.await(tables().living(now, 1)).size());
  }

  @Test
  void recordsComeBackWholeInOrderFromAnIdOn() {
    EnterpriseId own = enterprise("records");
    TraceRecord full =
        new TraceRecord(
            TraceId.of(1000, 7, 1),
            1000,
            1500L,
            new DeviceId("d"),
            "client",
            "PUBLISH",
            true,
            "a/b",
            2,
            65535,
            300,
            new byte[] {1, 2, 0},
            TraceRecord.Outcome.REFUSED,
            "clock",
            "detail",
            Map.of(new DeviceId("d"), 2, new DeviceId("e"), 3),
            9);
    TraceRecord empty =
        new TraceRecord(
            TraceId.of(900, 8, 1),
            2000,
            null,
            null,
            "",
            "GAP",
            false,
            "",
            0,
            0,
            0,
            new byte[0],
            TraceRecord.Outcome.TOLD,
            null,
            "",
            Map.of(),
            1);
    Stages.await(tables().insert(own, "t", List.of(full, empty)));
    Stages.await(tables().insert(own, "t", List.of(full)));
    Stages.await(tables().insert(own, "u", List.of(full.told(TraceId.of(1, 1, 1), 0))));
    List<TraceRecord> read = Stages.await(tables().records(own, "t", "", 10));
    assertEquals(List.of(empty.id(), full.id()), ids(read));
    assertSame(empty, read.get(0));
    assertSame(full, read.get(1));
    assertEquals(List.of(full.id()), ids(Stages.await(tables().records(own, "t", full.id(), 10))));
    assertEquals(
        List.of(full.id()), ids(Stages.await(tables().records(own, "t", TraceId.first(901), 10))));
    assertEquals(List.of(empty.id()), ids(Stages.await(tables().records(own, "t", "", 1))));
    assertEquals(List.of(), Stages.await(tables().records(OTHER, "t", "", 10)));
  }

  private static void assertSame(TraceRecord expected, TraceRecord read) {
    assertArrayEquals(expected.payload(), read.payload());
    assertEquals(text(expected), text(read));
    assertEquals(expected.readings(), read.readings());
  }

  private static String text(TraceRecord record) {
    return record.toString().replaceAll("payload=\\[B[^,]*,|readings=\\{[^}]*}", "");
  }

  private static List<String> ids(List<TraceRecord> records) {
    return records.stream().map(TraceRecord::id).toList();
  }

  private static List<Trace> sorted(List<Trace> traces) {
    return traces.stream().sorted(Comparator.comparing(Trace::id)).toList();
  }

  private static List<Trace> ofEnterprise(EnterpriseId enterprise, List<Trace> traces) {
    return traces.stream().filter(trace -> trace.enterprise().equals(enterprise)).toList();
  }

  private static Trace trace(
      EnterpriseId enterprise,
      String id,
      @Nullable String device,
      @Nullable String topic,
      Instant created,
      int seconds) {
    return new Trace(
        enterprise,
        id,
        device == null ? null : new DeviceId(device),
        topic,
        created,
        created.plus(Duration.ofSeconds(seconds)),
        false);
  }
}
