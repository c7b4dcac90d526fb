package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.outcome.Outcome;

class PlanTest {
  private static final long START_MILLIS = 1_790_000_000_123L;

  @Test
  void theSameScenarioGivesTheSameBytes() {
    Plan one = Plan.of(scenario(3, "20%"), "r1");
    Plan two = Plan.of(scenario(3, "20%"), "r1");
    for (int p = 0; p < one.publishers().size(); p++) {
      PublisherPlan first = one.publishers().get(p);
      PublisherPlan second = two.publishers().get(p);
      assertEquals(first.messages(), second.messages());
      for (long n = 0; n < first.messages(); n++) {
        assertEquals(first.plannedNanos(n), second.plannedNanos(n));
        assertArrayEquals(first.payload(n, START_MILLIS), second.payload(n, START_MILLIS));
      }
    }
  }

  @Test
  void anotherSeedGivesOtherValues() {
    PublisherPlan one = Plan.of(scenario(3, "0%"), "r1").publishers().getFirst();
    PublisherPlan two = Plan.of(scenario(4, "0%"), "r1").publishers().getFirst();
    assertFalse(Arrays.equals(one.payload(0, START_MILLIS), two.payload(0, START_MILLIS)));
  }

  @Test
  void idsHoldTheRunIdSoThatRunsNeverShareADevice() {
    Set<String> ids = new HashSet<>();
    for (String runId : new String[] {"r1", "r2"}) {
      for (PublisherPlan publisher : Plan.of(scenario(3, "0%"), runId).publishers()) {
        assertTrue(ids.add(publisher.id()));
        for (DevicePlan device : publisher.devices()) {
          assertTrue(device.id().equals(publisher.id()) || ids.add(device.id()));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0%", "10%", "80%"})
  void everyEventTimeLeadsBackToItsMessage(String jitter) {
    for (PublisherPlan publisher : Plan.of(scenario(11, jitter), "r1").publishers()) {
      long before = Long.MIN_VALUE;
      for (long n = 0; n < publisher.messages(); n++) {
        long millis = publisher.eventTimeMillis(n, START_MILLIS);
        assertTrue(millis > before, "event times go up");
        assertEquals(n, publisher.messageAt(millis * 1_000, START_MILLIS));
        assertEquals(-1, publisher.messageAt(millis * 1_000 + 1, START_MILLIS));
        before = millis;
      }
      assertEquals(-1, publisher.messageAt((before + 60_000) * 1_000, START_MILLIS));
      assertEquals(-1, publisher.messageAt((START_MILLIS - 1_000) * 1_000, START_MILLIS));
    }
  }

  @Test
  void exactlyTheMessagesBeforeTheEndArePlanned() {
    long endNanos = 10_000_000_000L;
    for (PublisherPlan publisher : Plan.of(scenario(5, "80%"), "r1").publishers()) {
      assertTrue(publisher.plannedNanos(publisher.messages() - 1) < endNanos);
      assertTrue(publisher.plannedNanos(publisher.messages()) >= endNanos);
    }
  }

  @Test
  void publishersAreSpreadOverThePeriod() {
    long[] perQuarter = new long[4];
    for (PublisherPlan publisher : Plan.of(scenario(5, "0%"), "r1").publishers()) {
      perQuarter[(int) (publisher.plannedNanos(0) * 4 / publisher.fleet().period().toNanos())]++;
    }
    for (long publishers : perQuarter) {
      assertTrue(publishers > 0, Arrays.toString(perQuarter));
    }
  }

  @Test
  void aGatewaysPayloadHoldsAReadingOfEachSubDevice() throws IOException {
    PublisherPlan gateway = Plan.of(scenario(5, "0%"), "r1").publishers().getLast();
    JsonNode json = new JsonMapper().readTree(gateway.payload(2, START_MILLIS));
    assertEquals(5, json.size());
    for (DevicePlan device : gateway.devices()) {
      JsonNode reading = json.path(device.id()).path(0);
      assertEquals(gateway.eventTimeMillis(2, START_MILLIS), reading.path("ts").asLong());
      assertEquals(device.metrics().size(), reading.path("values").size());
    }
  }

  @ParameterizedTest
  @EnumSource(SignalModel.class)
  void aModelMixesTypesAndKeepsToItsMetrics(SignalModel model) {
    Set<Class<?>> types = new HashSet<>();
    for (long n = 0; n < 500; n++) {
      var values = model.values(Signal.of(model, 99, n, n * 7_000));
      assertEquals(model.metrics().size(), values.size());
      for (MetricValue value : values) {
        types.add(value.getClass());
        if (value instanceof MetricValue.Decimal decimal) {
          assertTrue(Double.isFinite(decimal.value()), model + " " + decimal);
        }
      }
    }
    assertEquals(4, types.size(), "decimals, whole numbers, flags and texts");
  }

  static Scenario scenario(long seed, String jitter) {
    String text =
        """
        version: 1
        seed: %d
        duration: 10s
        fleets:
          - {name: mills, count: 60, model: cnc-spindle, period: 700ms, jitter: %s}
          - {name: halls, kind: gateway, count: 2, subDevices: 5, model: pump, jitter: %s}
        """
            .formatted(seed, jitter, jitter);
    return assertInstanceOf(Outcome.Done.class, ScenarioReader.read("test", text)).value()
            instanceof Scenario scenario
        ? scenario
        : org.junit.jupiter.api.Assertions.fail("not a scenario");
  }
}
