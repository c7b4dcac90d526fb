package qiantang.sim.capacity;

/**
 * What the hardware is for.
 *
 * @param periodSeconds between two messages of a connection
 * @param metrics samples of one device in one message
 * @param devicesPerConnection 1 for devices that connect themselves, more behind gateways
 * @param retentionDays how long history is kept
 * @param replication copies of everything in Cassandra
 * @param questionsPerMinute of each enterprise, to the query API
 */
public record Demand(
    double devices,
    double enterprises,
    double periodSeconds,
    double metrics,
    double devicesPerConnection,
    double retentionDays,
    int replication,
    double questionsPerMinute) {

  double connections() {
    return Math.ceil(devices / devicesPerConnection);
  }

  double messagesPerSecond() {
    return connections() / periodSeconds;
  }

  double samplesPerSecond() {
    return devices * metrics / periodSeconds;
  }
}
