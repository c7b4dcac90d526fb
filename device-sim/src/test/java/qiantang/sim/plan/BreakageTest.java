package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.DynamicMessage;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.SparkplugSchema;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Faults.MalformedKind;

/** Messages that are broken on purpose: which, how, and that no sound reader takes one. */
class BreakageTest {
  private static final long START_MILLIS = 1_790_000_000_123L;

  @Test
  void theShareIsSpreadEvenlyOverTheKinds() {
    Breakage breakage =
        Breakage.of(
            new Faults.Malformed(0.1, java.util.List.of(MalformedKind.values())),
            Dialect.THINGSBOARD,
            3);
    Map<MalformedKind, Integer> counts = new EnumMap<>(MalformedKind.class);
    for (long n = 0; n < 100_000; n++) {
      @Nullable MalformedKind kind = breakage.kindOf(n);
      if (kind != null) {
        counts.merge(kind, 1, Integer::sum);
      }
    }
    assertEquals(5, counts.size());
    // 2,000 of each are expected, with a deviation of 44.
    counts.values().forEach(count -> assertEquals(2_000, count, 250, counts.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"count: 1", "kind: gateway, subDevices: 3, count: 1"})
  void noReaderOfJsonTakesABrokenPayload(String kind) throws IOException {
    JsonMapper json = new JsonMapper();
    PublisherPlan plan = plan(kind);
    Map<MalformedKind, Integer> counts = new EnumMap<>(MalformedKind.class);
    for (long n = 0; n < plan.messages(); n++) {
      byte[] payload = plan.payload(n, START_MILLIS);
      assertArrayEquals(payload, plan.payload(n, START_MILLIS));
      @Nullable MalformedKind broken = plan.broken(n);
      if (broken == null || broken == MalformedKind.HUGE_TOPIC) {
        assertTrue(json.readTree(payload).isObject());
      } else {
        assertThrows(IOException.class, () -> json.readTree(payload), broken.label());
      }
      assertEquals(broken == MalformedKind.HUGE_TOPIC, plan.topic(n).length() == 60_000);
      if (broken != null) {
        counts.merge(broken, 1, Integer::sum);
      }
    }
    assertEquals(5, counts.size(), counts.toString());
  }

  @Test
  void noReaderOfSparkplugTakesABrokenPayload() throws IOException {
    PublisherPlan plan = plan("kind: gateway, subDevices: 3, count: 1, dialect: sparkplug");
    Map<MalformedKind, Integer> counts = new EnumMap<>(MalformedKind.class);
    for (long n = 0; n < plan.messages(); n++) {
      byte[] payload = plan.payload(n, START_MILLIS, 200);
      @Nullable MalformedKind broken = plan.broken(n);
      if (broken != null) {
        counts.merge(broken, 1, Integer::sum);
      }
      if (broken == MalformedKind.TRUNCATED || broken == MalformedKind.DEEP_JSON) {
        assertThrows(IOException.class, () -> SparkplugSchema.parse(payload), broken.label());
        continue;
      }
      DynamicMessage read = SparkplugSchema.parse(payload);
      assertEquals(200L, SparkplugSchema.get(read, "seq"));
      if (broken == MalformedKind.BAD_UTF8) {
        assertEquals(1, SparkplugSchema.metrics(read).size(), "nothing sound beside it");
      }
    }
    assertEquals(4, counts.size(), "NaN is a double: " + counts);
    assertTrue(!counts.containsKey(MalformedKind.NAN));
  }

  @Test
  void aRunWithoutBrokenMessagesHasAnotherPlan() {
    assertNotEquals(
        Plan.of(scenario("count: 1", ""), "r1").digest(),
        Plan.of(scenario("count: 1", "faults: {malformed: {share: 20%}}"), "r1").digest());
  }

  private static PublisherPlan plan(String kind) {
    Scenario scenario = scenario(kind, "faults: {malformed: {share: 20%}}");
    return Plan.of(scenario, "r1").publishers().getFirst();
  }

  private static Scenario scenario(String kind, String more) {
    String text =
        """
        version: 1
        seed: 5
        duration: 60s
        fleets:
          - {name: line, %s, model: cnc-spindle, period: 300ms}
        %s
        """
            .formatted(kind, more);
    return assertInstanceOf(Outcome.Done.class, ScenarioReader.read("test", text)).value()
            instanceof Scenario scenario
        ? scenario
        : org.junit.jupiter.api.Assertions.fail("not a scenario");
  }
}
