package qiantang.sim.capacity;

import java.util.Locale;

/**
 * What one core, one connection or one sample costs. The defaults are measurements of README.md (2
 * cores and 24 GiB that load, ingest and Cassandra share) where it has one, and say so where they
 * are assumptions.
 */
public enum UnitFigure {
  INGEST_MESSAGES_PER_CORE(
      68_000,
      "messages/s",
      "README, bench durable, paced: 49,865/s, one a packet, with 0.73 cores of ingest"),
  INGEST_SAMPLES_PER_CORE(
      4_190_000, "samples/s", "README, bench durable, gateway: 5,159,234/s with 1.23 cores"),
  FOLD_SAMPLES_PER_CORE(
      2_850_000, "samples/s", "README, bench folds: 10,000 messages of 10 with 0.035 of a core"),
  CONNECTION_BYTES(
      10_900, "B", "README, bench density: resident, an idle connection over TLS; 3,700 without"),
  CONNECTIONS_PER_NODE(
      1_000_000,
      "",
      "assumption: what one node may take with it when it fails; so many sessions were measured in"
          + " one process (README, bench density)"),
  ADMISSIONS_PER_CORE(
      1_000, "connections/s", "ingest's own limit, --connects-per-second, unless told otherwise"),
  INGEST_BASE_BYTES(
      1_000_000_000, "B", "README, bench durable: 373 to 1,038 MiB resident under full load"),
  CASSANDRA_MESSAGES_PER_CORE(
      948_000, "messages/s", "README, bench durable: 426,658/s with 0.45 cores of Cassandra"),
  CASSANDRA_SAMPLES_PER_CORE(
      9_730_000, "samples/s", "README, bench durable, gateway: 5,159,234/s with 0.53 cores"),
  CASSANDRA_FOLD_SAMPLES_PER_CORE(
      5_550_000, "samples/s", "README, bench folds: 10,000 messages of 10 with 0.018 of a core"),
  LANES_PER_NODE(16, "", "README and ARCHITECTURE: lanes of the journal of an ingest node"),
  WRITE_MILLIS(10, "ms", "assumption: a write at LOCAL_QUORUM, over which a frame fills"),
  JOURNAL_BYTES_PER_SAMPLE(14.8, "B", "README, bench folds: 147.9 bytes a message of 10 metrics"),
  BLOCK_BYTES_PER_SAMPLE(2.25, "B", "README, bench folds: 22.5 bytes a message of 10 metrics"),
  DISK_BYTES_PER_SAMPLE(
      1.4, "B", "README, bench disk: a water plant's recordings; full-precision doubles take 4.66"),
  JOURNAL_DAYS(2, "days", "ARCHITECTURE: the journal is kept 2 days"),
  BLOCK_DAYS(3, "days", "ARCHITECTURE: blocks are kept 3 days"),
  WRITTEN_PER_JOURNAL_BYTE(1.23, "", "README, bench folds: all tiers write 1.23 times the journal"),
  QUESTION_CORE_MILLIS(
      7.8, "ms", "README, bench read: the latest of all 500 machines, p50, with nothing beside it"),
  MESSAGE_BASE_BYTES(62, "B", "assumption: topic, headers, {\"ts\":1700000000000,\"values\":{}}"),
  MESSAGE_SAMPLE_BYTES(18, "B", "assumption: \"temperature\":42.1, and its like"),
  PACKET_BYTES(90, "B", "assumption: Ethernet 14, IPv4 20, TCP 32, TLS 24");

  private final double value;
  private final String unit;
  private final String source;

  UnitFigure(double value, String unit, String source) {
    this.value = value;
    this.unit = unit;
    this.source = source;
  }

  double value() {
    return value;
  }

  String unit() {
    return unit;
  }

  String source() {
    return source;
  }

  /** The name on the command line, such as {@code connection-bytes}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
