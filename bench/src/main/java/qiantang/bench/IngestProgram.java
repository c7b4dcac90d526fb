package qiantang.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import qiantang.standalone.cassandra.Ports;

/**
 * Our ingest in a process of its own.
 *
 * @param program the process
 * @param mqttPort plain MQTT, on loopback
 * @param httpPort health and metrics, likewise
 */
record IngestProgram(Program program, int mqttPort, int httpPort) implements AutoCloseable {
  // All at once and copied once, as ./qiantang starts it.
  private static final List<String> ONE_GIB =
      List.of("-Xms1g", "-Xmx1g", "-XX:MaxTenuringThreshold=1");

  /**
   * The program that users start, over a Cassandra of this machine; returns when it is ready.
   *
   * @param log takes what it prints
   * @param options those of {@code qiantang ingest} beside its ports and its database
   */
  static IngestProgram overCassandra(Path log, int cqlPort, List<String> options) throws Exception {
    return overCassandra(ONE_GIB, log, cqlPort, options);
  }

  /** The same with these flags of its JVM, behind our own. */
  static IngestProgram overCassandra(
      List<String> flags, Path log, int cqlPort, List<String> options) throws Exception {
    return overCassandra(flags, log, cqlPort, options, Ports.free(), Ports.free());
  }

  /** The same on these ports, as one is that takes the place of another. */
  static IngestProgram overCassandra(
      List<String> flags, Path log, int cqlPort, List<String> options, int mqttPort, int httpPort)
      throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "ingest",
                "--cassandra",
                "127.0.0.1:" + cqlPort,
                "--mqtt-port",
                String.valueOf(mqttPort),
                "--ingest-http-port",
                String.valueOf(httpPort)));
    arguments.addAll(options);
    Program program =
        Program.start(
            flags, log, httpPort, "qiantang.standalone.Main", arguments.toArray(String[]::new));
    return new IngestProgram(program, mqttPort, httpPort);
  }

  ProcessHandle handle() {
    return program.handle();
  }

  /** SIGKILL, as a crash would end it. */
  void kill() throws InterruptedException {
    program.kill();
  }

  @Override
  public void close() {
    program.close();
  }
}
