package qiantang.sim.capacity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The hardware for a demand. Pure: the same figures give the same plan.
 *
 * @param steps the reckoning, in its order
 * @param pools what to buy
 */
public record HardwarePlan(List<Step> steps, List<Pool> pools) {
  private static final double SECONDS_PER_DAY = 86_400;
  private static final double DAYS_PER_YEAR = 365;
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final double SECONDS_PER_MINUTE = 60;
  private static final double BITS_PER_BYTE = 8;
  private static final double PUBACK_BYTES = 4;

  /** A result of the reckoning, with its formula in words. */
  public record Step(String name, double value, String unit, String formula) {}

  /**
   * Nodes of one kind.
   *
   * @param decidedBy what takes the most nodes: cores, memory, disk, connections or copies
   */
  public record Pool(String name, long nodes, String decidedBy) {}

  /** What limits a kind of node, and how many it asks for. */
  private record Need(String by, double nodes, String formula) {}

  /**
   * Reckons.
   *
   * @param own figures in place of the defaults
   */
  public static HardwarePlan of(Demand demand, NodeShape node, Map<UnitFigure, Double> own) {
    return new Reckoning(demand, node, own).plan();
  }

  /** The pool with the most nodes, which is where saving begins. */
  public Pool largest() {
    return pools.stream().max(Comparator.comparingLong(Pool::nodes)).orElseThrow();
  }

  /** The result of a step; for tests and other callers that know what they ask for. */
  public double step(String name) {
    return steps.stream()
        .filter(step -> step.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("BUG: there is no step " + name))
        .value();
  }

  /** Fills the lists, from top to bottom. */
  private static final class Reckoning {
    private final Demand demand;
    private final NodeShape node;
    private final Map<UnitFigure, Double> figures = new EnumMap<>(UnitFigure.class);
    private final List<Step> steps = new ArrayList<>();
    private final List<Pool> pools = new ArrayList<>();
    private final double messages;
    private final double samples;

    Reckoning(Demand demand, NodeShape node, Map<UnitFigure, Double> own) {
      this.demand = demand;
      this.node = node;
      for (UnitFigure figure : UnitFigure.values()) {
        figures.put(figure, own.getOrDefault(figure, figure.value()));
      }
      messages = demand.messagesPerSecond();
      samples = demand.samplesPerSecond();
    }

    HardwarePlan plan() {
      demand();
      long ingestNodes = ingest();
      cassandra(ingestNodes);
      query();
      network(ingestNodes);
      return new HardwarePlan(List.copyOf(steps), List.copyOf(pools));
    }

    private void demand() {
      step("connections", demand.connections(), "", "devices / devices a connection");
      step("messages", messages, "/s", "connections / period");
      step("samples", samples, "/s", "devices x metrics / period");
    }

    private long ingest() {
      double connections = demand.connections();
      double cores =
          step(
              "ingest cores",
              messages / f(UnitFigure.INGEST_MESSAGES_PER_CORE)
                  + samples / f(UnitFigure.INGEST_SAMPLES_PER_CORE)
                  + samples / f(UnitFigure.FOLD_SAMPLES_PER_CORE),
              "cores",
              "messages / ingest-messages-per-core + samples / ingest-samples-per-core"
                  + " + samples / fold-samples-per-core");
      double memory =
          step(
              "ingest memory",
              connections * f(UnitFigure.CONNECTION_BYTES),
              "B",
              "connections x connection-bytes, beside ingest-base-bytes a node");
      double perNode =
          Math.max(1, node.memoryBytes() * node.load() - f(UnitFigure.INGEST_BASE_BYTES));
      long nodes =
          pool(
              "ingest",
              List.of(
                  cores("ingest", cores),
                  new Need(
                      "connections",
                      connections / f(UnitFigure.CONNECTIONS_PER_NODE),
                      "connections / connections-per-node"),
                  new Need(
                      "memory",
                      memory / perNode,
                      "ingest memory / (node memory x load - ingest-base-bytes)")));
      step("connections a node", connections / nodes, "", "connections / ingest nodes");
      step("messages a node", messages / nodes, "/s", "messages / ingest nodes");
      step(
          "memory a node",
          memory / nodes + f(UnitFigure.INGEST_BASE_BYTES),
          "B",
          "ingest memory / ingest nodes + ingest-base-bytes");
      step(
          "all come back in",
          connections / (nodes * node.cores() * f(UnitFigure.ADMISSIONS_PER_CORE)),
          "s",
          "connections / (ingest nodes x cores x admissions-per-core)");
      return nodes;
    }

    private void cassandra(long ingestNodes) {
      int copies = demand.replication();
      double frames =
          step(
              "frames",
              Math.min(
                  messages,
                  ingestNodes
                      * f(UnitFigure.LANES_PER_NODE)
                      * MILLIS_PER_SECOND
                      / f(UnitFigure.WRITE_MILLIS)),
              "/s",
              "the smaller of messages and ingest nodes x lanes-per-node / write-millis");
      double cores =
          step(
              "cassandra cores",
              copies
                  * (messages / f(UnitFigure.CASSANDRA_MESSAGES_PER_CORE)
                      + samples / f(UnitFigure.CASSANDRA_SAMPLES_PER_CORE)
                      + samples / f(UnitFigure.CASSANDRA_FOLD_SAMPLES_PER_CORE)),
              "cores",
              "copies x (messages / cassandra-messages-per-core + samples /"
                  + " cassandra-samples-per-core + samples / cassandra-fold-samples-per-core)");
      double disk = disk(copies);
      long nodes =
          pool(
              "cassandra",
              List.of(
                  cores("cassandra", cores),
                  new Need(
                      "disk",
                      disk / node.usableDiskBytes(),
                      "disk in use / (node disk x what is not kept free)"),
                  new Need("copies", copies, "no node has two copies")));
      step("frames a node", copies * frames / nodes, "/s", "copies x frames / cassandra nodes");
      step(
          "written a node",
          copies
              * samples
              * f(UnitFigure.JOURNAL_BYTES_PER_SAMPLE)
              * f(UnitFigure.WRITTEN_PER_JOURNAL_BYTE)
              / nodes,
          "B/s",
          "copies x samples x journal-bytes-per-sample x written-per-journal-byte"
              + " / cassandra nodes");
    }

    private double disk(int copies) {
      double history = copies * samples * SECONDS_PER_DAY * f(UnitFigure.DISK_BYTES_PER_SAMPLE);
      step(
          "history a year",
          history * DAYS_PER_YEAR,
          "B",
          "copies x samples x 365 days x disk-bytes-per-sample");
      double kept =
          step(
              "history kept",
              history * demand.retentionDays(),
              "B",
              "copies x samples x retention x disk-bytes-per-sample");
      double journal =
          step(
              "journal and blocks",
              copies
                  * samples
                  * SECONDS_PER_DAY
                  * (f(UnitFigure.JOURNAL_DAYS) * f(UnitFigure.JOURNAL_BYTES_PER_SAMPLE)
                      + f(UnitFigure.BLOCK_DAYS) * f(UnitFigure.BLOCK_BYTES_PER_SAMPLE)),
              "B",
              "copies x samples x (journal-days x journal-bytes-per-sample"
                  + " + block-days x block-bytes-per-sample)");
      return step(
          "disk in use",
          kept + journal,
          "B",
          "history kept + journal and blocks; the rest is free");
    }

    private void query() {
      double questions =
          step(
              "questions",
              demand.enterprises() * demand.questionsPerMinute() / SECONDS_PER_MINUTE,
              "/s",
              "enterprises x questions a minute / 60");
      double cores =
          step(
              "query cores",
              questions * f(UnitFigure.QUESTION_CORE_MILLIS) / MILLIS_PER_SECOND,
              "cores",
              "questions x question-core-millis");
      pool("query", List.of(cores("query", cores)));
    }

    private void network(long ingestNodes) {
      double perMessage =
          f(UnitFigure.MESSAGE_BASE_BYTES)
              + demand.metrics()
                  * demand.devicesPerConnection()
                  * f(UnitFigure.MESSAGE_SAMPLE_BYTES)
              + f(UnitFigure.PACKET_BYTES);
      double in =
          step(
              "network in",
              messages * perMessage * BITS_PER_BYTE,
              "bit/s",
              "messages x (message-base-bytes + samples a message x message-sample-bytes"
                  + " + packet-bytes)");
      step(
          "acknowledgements out",
          messages * (PUBACK_BYTES + f(UnitFigure.PACKET_BYTES)) * BITS_PER_BYTE,
          "bit/s",
          "messages x (4 + packet-bytes)");
      double toCassandra =
          step(
              "network to cassandra",
              demand.replication()
                  * samples
                  * f(UnitFigure.JOURNAL_BYTES_PER_SAMPLE)
                  * f(UnitFigure.WRITTEN_PER_JOURNAL_BYTE)
                  * BITS_PER_BYTE,
              "bit/s",
              "copies x samples x journal-bytes-per-sample x written-per-journal-byte");
      step(
          "network an ingest node",
          (in + toCassandra / demand.replication()) / ingestNodes,
          "bit/s",
          "(network in + one copy of network to cassandra) / ingest nodes");
    }

    private double step(String name, double value, String unit, String formula) {
      steps.add(new Step(name, value, unit, formula));
      return value;
    }

    private Need cores(String of, double cores) {
      return new Need("cores", cores / node.usableCores(), of + " cores / (node cores x load)");
    }

    private long pool(String name, List<Need> needs) {
      Need most = needs.stream().max(Comparator.comparingDouble(Need::nodes)).orElseThrow();
      // An exact multiple must not become one more by rounding in the last bit.
      long nodes = Math.max(1, (long) Math.ceil(most.nodes() - 1e-9)) + node.spares();
      for (Need need : needs) {
        step(name + " nodes for " + need.by(), need.nodes(), "nodes", need.formula());
      }
      step(
          name + " nodes",
          (double) nodes,
          "nodes",
          "the largest of these, rounded up, and the spares");
      pools.add(new Pool(name, nodes, most.by()));
      return nodes;
    }

    private double f(UnitFigure figure) {
      return figures.getOrDefault(figure, figure.value());
    }
  }
}
