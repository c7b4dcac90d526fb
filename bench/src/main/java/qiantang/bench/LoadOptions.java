package qiantang.bench;

import java.util.List;
import picocli.CommandLine.Option;

/** How much load clients put on a server. */
final class LoadOptions {
  @Option(names = "--connections", description = "MQTT connections.")
  private int connections = 1000;

  @Option(names = "--in-flight", description = "Messages in flight a connection.")
  private int inFlight = 20;

  @Option(names = "--payload-bytes", description = "Size of a message's JSON.")
  private int payloadBytes = 100;

  @Option(names = "--enterprises", description = "Enterprises the devices belong to.")
  private int enterprises = 100;

  int inFlight() {
    return inFlight;
  }

  int enterprises() {
    return enterprises;
  }

  /** Messages in flight of all connections together. */
  int outstanding() {
    return connections * inFlight;
  }

  /** Tokens of its devices, one a connection. */
  List<String> drawTokens() {
    return MemoryIngest.drawTokens(connections, enterprises);
  }

  /** This load with these tokens. */
  PublishLoad of(List<String> tokens) {
    return new PublishLoad(tokens, inFlight, message());
  }

  /** What each connection sends. */
  LoadMessage message() {
    return LoadMessage.ofDevice(payloadBytes);
  }

  /** For the line above a table. */
  @Override
  public String toString() {
    return "%d connections x %d in flight, %d-byte JSON"
        .formatted(connections, inFlight, payloadBytes);
  }
}
