package qiantang.sim.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against arithmetic that was done by hand, with round figures. */
class HardwarePlanTest {
  private static final NodeShape NODE = new NodeShape(4, 8e9, 10e12, 0.5, 0.25, 1);

  @Test
  void aMillionDevicesThatConnectThemselves() {
    Demand demand = new Demand(1_000_000, 600, 10, 10, 1, 100, 3, 10);
    HardwarePlan plan = HardwarePlan.of(demand, NODE, round());
    // 1,000,000 connections / 10 s; x 10 metrics
    assertStep(plan, "messages", 100_000);
    assertStep(plan, "samples", 1_000_000);
    // 100,000 / 50,000 + 1,000,000 / 1,000,000 + 1,000,000 / 1,000,000
    assertStep(plan, "ingest cores", 4);
    assertStep(plan, "ingest nodes for cores", 2);
    assertStep(plan, "ingest nodes for connections", 10 / 3.0);
    // 4 GB / (8 GB x 0.5 - 1 GB)
    assertStep(plan, "ingest nodes for memory", 4 / 3.0);
    assertStep(plan, "connections a node", 200_000);
    assertStep(plan, "memory a node", 1.8e9);
    // 1,000,000 / (5 x 4 x 1,000)
    assertStep(plan, "all come back in", 50);
    // 5 nodes x 16 lanes x 100 writes/s
    assertStep(plan, "frames", 8_000);
    assertStep(plan, "cassandra cores", 9);
    // 3 x 1,000,000 x 86,400 x 2 B x 365
    assertStep(plan, "history a year", 1.89216e14);
    assertStep(plan, "history kept", 5.184e13);
    // 3 x 1,000,000 x 86,400 x (2 x 15 + 3 x 2)
    assertStep(plan, "journal and blocks", 9.3312e12);
    // 61.1712 TB / 7.5 TB
    assertStep(plan, "cassandra nodes for disk", 8.15616);
    assertStep(plan, "frames a node", 2_400);
    assertStep(plan, "written a node", 5.4e6);
    assertStep(plan, "questions", 100);
    assertStep(plan, "query cores", 0.6);
    // 100,000 x (60 + 10 x 20 + 90) x 8
    assertStep(plan, "network in", 2.8e8);
    assertStep(plan, "acknowledgements out", 7.52e7);
    assertStep(plan, "network to cassandra", 4.32e8);
    // (0.28 Gbit/s + 0.144 Gbit/s) / 5
    assertStep(plan, "network an ingest node", 8.48e7);
    assertEquals(
        List.of(
            new HardwarePlan.Pool("ingest", 5, "connections"),
            new HardwarePlan.Pool("cassandra", 10, "disk"),
            new HardwarePlan.Pool("query", 2, "cores")),
        plan.pools());
    assertEquals("cassandra", plan.largest().name());
  }

  @Test
  void behindGatewaysMessagesAreFewAndSamplesAsMany() {
    Demand demand = new Demand(1_000_000, 600, 10, 10, 100, 1, 3, 10);
    HardwarePlan plan = HardwarePlan.of(demand, NODE, round());
    assertStep(plan, "connections", 10_000);
    assertStep(plan, "messages", 1_000);
    assertStep(plan, "samples", 1_000_000);
    assertStep(plan, "ingest cores", 2.02);
    // A frame holds at least one message.
    assertStep(plan, "frames", 1_000);
    // 1,000 x (60 + 1,000 x 20 + 90) x 8
    assertStep(plan, "network in", 1.612e8);
  }

  @Test
  void anExactMultipleIsNotRoundedUp() {
    Demand demand = new Demand(900_000, 1, 10, 10, 1, 1, 3, 1);
    HardwarePlan plan = HardwarePlan.of(demand, NODE, round());
    assertStep(plan, "ingest nodes for connections", 3);
    assertEquals(4, plan.pools().getFirst().nodes());
  }

  @Test
  void aSmallSystemHasAsManyNodesAsCopies() {
    Demand demand = new Demand(10, 1, 10, 10, 1, 1, 3, 1);
    HardwarePlan.Pool cassandra = HardwarePlan.of(demand, NODE, round()).pools().get(1);
    assertEquals(new HardwarePlan.Pool("cassandra", 4, "copies"), cassandra);
  }

  @Test
  void theProvincesPlanIsDecidedByDisk() {
    Demand demand = new Demand(50_000_000, 100_000, 10, 10, 1, 365, 3, 6);
    NodeShape node = new NodeShape(16, 64e9, 16e12, 0.5, 0.3, 1);
    HardwarePlan plan = HardwarePlan.of(demand, node, Map.of());
    assertStep(plan, "messages", 5_000_000);
    assertStep(plan, "samples", 50_000_000);
    assertEquals("disk", plan.largest().decidedBy());
    assertTrue(plan.step("history a year") > 6e15, "petabytes");
  }

  @Test
  void numbersArePrintedAsPeopleReadThem() {
    assertEquals("6.62 P", Quantity.text(6.6228e15));
    assertEquals("84.2", Quantity.text(84.21));
    assertEquals("5 M", Quantity.text(5_000_000));
    assertEquals("1,000", Quantity.text(1_000));
    assertEquals("0.6", Quantity.text(0.6));
    assertEquals("200 k", Quantity.text(200_000));
    assertEquals("0", Quantity.text(0));
    assertEquals("4.3 MB/s", Quantity.text(4.3e6, "B/s"));
    assertEquals("79 k messages/s", Quantity.text(79_000, "messages/s"));
    assertEquals("84.2 cores", Quantity.text(84.2, "cores"));
  }

  private static void assertStep(HardwarePlan plan, String name, double value) {
    assertEquals(value, plan.step(name), Math.abs(value) * 1e-9, name);
  }

  private static Map<UnitFigure, Double> round() {
    Map<UnitFigure, Double> figures = new EnumMap<>(UnitFigure.class);
    figures.put(UnitFigure.INGEST_MESSAGES_PER_CORE, 50_000.0);
    figures.put(UnitFigure.INGEST_SAMPLES_PER_CORE, 1e6);
    figures.put(UnitFigure.FOLD_SAMPLES_PER_CORE, 1e6);
    figures.put(UnitFigure.CONNECTION_BYTES, 4_000.0);
    figures.put(UnitFigure.CONNECTIONS_PER_NODE, 300_000.0);
    figures.put(UnitFigure.ADMISSIONS_PER_CORE, 1_000.0);
    figures.put(UnitFigure.INGEST_BASE_BYTES, 1e9);
    figures.put(UnitFigure.CASSANDRA_MESSAGES_PER_CORE, 100_000.0);
    figures.put(UnitFigure.CASSANDRA_SAMPLES_PER_CORE, 1e6);
    figures.put(UnitFigure.CASSANDRA_FOLD_SAMPLES_PER_CORE, 1e6);
    figures.put(UnitFigure.LANES_PER_NODE, 16.0);
    figures.put(UnitFigure.WRITE_MILLIS, 10.0);
    figures.put(UnitFigure.JOURNAL_BYTES_PER_SAMPLE, 15.0);
    figures.put(UnitFigure.BLOCK_BYTES_PER_SAMPLE, 2.0);
    figures.put(UnitFigure.DISK_BYTES_PER_SAMPLE, 2.0);
    figures.put(UnitFigure.JOURNAL_DAYS, 2.0);
    figures.put(UnitFigure.BLOCK_DAYS, 3.0);
    figures.put(UnitFigure.WRITTEN_PER_JOURNAL_BYTE, 1.2);
    figures.put(UnitFigure.QUESTION_CORE_MILLIS, 6.0);
    figures.put(UnitFigure.MESSAGE_BASE_BYTES, 60.0);
    figures.put(UnitFigure.MESSAGE_SAMPLE_BYTES, 20.0);
    figures.put(UnitFigure.PACKET_BYTES, 90.0);
    return figures;
  }
}
