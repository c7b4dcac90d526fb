package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.SparkplugSchema;
import qiantang.sim.outcome.Outcome;

/** Edge nodes as a plan: devices in turn, births without readings, everything by (seed, n). */
class SparkplugPlanTest {
  private static final long START_MILLIS = 1_790_000_000_123L;
  private static final String DISORDER =
      "disorder: {late: {share: 10%, delay: 1h}, outOfOrder: 20%, duplicates: 10%,"
          + " clockSkew: {normal: 2s}}";

  @Test
  void devicesTakeTurnsAndEachHasOneMessageAPeriod() throws InvalidProtocolBufferException {
    PublisherPlan gateway = gateway(4, "");
    assertTrue(Math.abs(40 - gateway.messages()) <= 2, "10 s of 4 devices at 1 Hz");
    for (long n = 0; n < gateway.messages(); n++) {
      int device = (int) (n % 4);
      assertEquals("spBv1.0/sim/DDATA/r1-line-0/" + device, gateway.topic(n));
      assertTrue(gateway.reports(device, n));
      assertFalse(gateway.reports((device + 1) % 4, n));
      List<DynamicMessage> metrics =
          SparkplugSchema.metrics(SparkplugSchema.parse(gateway.payload(n, START_MILLIS, 7)));
      List<MetricValue> values = gateway.values(device, n);
      assertEquals(values.size(), metrics.size());
      for (DynamicMessage metric : metrics) {
        assertEquals(
            gateway.eventTimeMillis(n, START_MILLIS), SparkplugSchema.get(metric, "timestamp"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 8})
  void everyEventTimeLeadsBackToItsMessageWhateverTheDisorder(int devices) {
    PublisherPlan gateway = gateway(devices, DISORDER);
    Set<Long> times = new HashSet<>();
    for (long n = 0; n < gateway.messages(); n++) {
      long millis = gateway.eventTimeMillis(n, START_MILLIS);
      long original = gateway.original(n);
      assertEquals(original, gateway.messageAt(millis * 1_000, START_MILLIS));
      assertEquals(original == n, times.add(millis), "message " + n);
      assertEquals(gateway.topic(original), gateway.topic(n), "a copy is of the same device");
      assertArrayEquals(gateway.payload(original, START_MILLIS), gateway.payload(n, START_MILLIS));
    }
  }

  @Test
  void whatIsOutOfOrderIsSoAmongTheMessagesOfItsDevice() {
    PublisherPlan gateway = gateway(4, "disorder: {outOfOrder: 25%}");
    Map<Integer, Long> newest = new HashMap<>();
    int back = 0;
    for (long n = 0; n < gateway.messages(); n++) {
      long millis = gateway.eventTimeMillis(n, START_MILLIS);
      if (millis < newest.merge((int) (n % 4), millis, Math::max)) {
        back++;
      }
    }
    assertTrue(back > 0);
  }

  @Test
  void theDigestKnowsNeitherRunNorConnection() {
    Scenario scenario = scenario(3, "");
    assertEquals(Plan.of(scenario, "r1").digest(), Plan.of(scenario, "r22").digest());
    assertNotEquals(Plan.of(scenario, "r1").digest(), Plan.of(scenario(4, ""), "r1").digest());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void birthsDeclareEachAliasOnceAndHoldNoReading(int devices)
      throws InvalidProtocolBufferException {
    PublisherPlan plan = gateway(devices, "");
    EdgeNodePlan node = new EdgeNodePlan(plan);
    List<EdgeNodePlan.Announcement> births = node.births(9, START_MILLIS);
    assertEquals(1 + devices, births.size());
    assertEquals("spBv1.0/sim/NBIRTH/r1-line-0", births.getFirst().topic());
    Map<Long, Integer> types = new HashMap<>();
    for (EdgeNodePlan.Announcement birth : births) {
      for (DynamicMessage metric :
          SparkplugSchema.metrics(SparkplugSchema.parse(birth.payload()))) {
        if (SparkplugSchema.has(metric, "alias")) {
          assertEquals(true, SparkplugSchema.get(metric, "is_null"));
          Object alias = SparkplugSchema.get(metric, "alias");
          Object type = SparkplugSchema.get(metric, "datatype");
          assertEquals(null, types.put((Long) alias, (Integer) type));
        }
      }
    }
    assertEquals(Math.max(1, devices) * plan.fleet().model().metrics().size(), types.size());
    for (long n = 0; n < plan.messages(); n++) {
      for (DynamicMessage metric :
          SparkplugSchema.metrics(SparkplugSchema.parse(plan.payload(n, START_MILLIS)))) {
        Integer type = types.get((Long) SparkplugSchema.get(metric, "alias"));
        assertNotNull(type);
        String field =
            switch (type) {
              case 4 -> "long_value";
              case 10 -> "double_value";
              case 11 -> "boolean_value";
              default -> "string_value";
            };
        assertTrue(SparkplugSchema.has(metric, field), metric + " is no " + field);
      }
    }
  }

  @Test
  void aDirectDeviceIsANodeOfItsOwn() {
    PublisherPlan direct = gateway(0, "");
    assertEquals("spBv1.0/sim/NDATA/r1-line-0", direct.topic(5));
    assertEquals("r1-line-0", direct.devices().getFirst().id());
    assertEquals("spBv1.0/sim/NCMD/r1-line-0", new EdgeNodePlan(direct).commandTopic());
  }

  private static PublisherPlan gateway(int devices, String disorder) {
    return Plan.of(scenario(devices, disorder), "r1").publishers().getFirst();
  }

  static Scenario scenario(int devices, String more) {
    String text =
        """
        version: 1
        seed: 5
        duration: 10s
        fleets:
          - {name: line, %s count: 1, model: compressor, period: 1s, jitter: 10%%,
             dialect: sparkplug}
        %s
        """
            .formatted(devices == 0 ? "" : "kind: gateway, subDevices: " + devices + ",", more);
    return assertInstanceOf(Outcome.Done.class, ScenarioReader.read("test", text)).value()
            instanceof Scenario scenario
        ? scenario
        : org.junit.jupiter.api.Assertions.fail("not a scenario");
  }
}
