package qiantang.bench;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * Our query in a process of its own, and a token that it knows.
 *
 * @param program the process
 * @param httpPort the API, on loopback
 * @param token what a request shows; empty where none was drawn with it
 */
record QueryProgram(Program program, int httpPort, String token) implements AutoCloseable {
  private static final List<String> ONE_GIB = List.of("-Xmx1g", "-XX:G1HeapRegionSize=8m");

  /**
   * The program that users start, over a Cassandra of this machine; returns when it is ready.
   *
   * @param log takes what it prints
   * @param registry of that Cassandra: the token is written there first
   * @param owner whose token, of this role
   */
  static QueryProgram overCassandra(
      Path log, int cqlPort, Registry registry, EnterpriseId owner, Role role) throws Exception {
    return overCassandra(ONE_GIB, log, cqlPort, registry, owner, role);
  }

  /** The same with these flags for its JVM. */
  static QueryProgram overCassandra(
      List<String> flags, Path log, int cqlPort, Registry registry, EnterpriseId owner, Role role)
      throws Exception {
    String token = drawToken(registry, owner, role);
    // One token asks as fast as it can.
    return start(flags, log, cqlPort, token, List.of("--limits", "off"));
  }

  /** The same with these options, as users have it where there are none; it draws no token. */
  static QueryProgram with(Path log, int cqlPort, List<String> options) throws Exception {
    return start(ONE_GIB, log, cqlPort, "", options);
  }

  private static QueryProgram start(
      List<String> flags, Path log, int cqlPort, String token, List<String> options)
      throws Exception {
    int port = Ports.free();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "query",
                "--cassandra",
                "127.0.0.1:" + cqlPort,
                "--http-port",
                String.valueOf(port)));
    arguments.addAll(options);
    Program program =
        Program.start(
            flags, log, port, "qiantang.standalone.Main", arguments.toArray(String[]::new));
    return new QueryProgram(program, port, token);
  }

  /** A token that is written into a registry. */
  static String drawToken(Registry registry, EnterpriseId owner, Role role) {
    AccessToken token = AccessToken.draw(owner, new SecureRandom());
    String id = UUID.randomUUID().toString();
    registry
        .putCredential(
            new Credential(owner, id, token.hash(), role, null, "bench", Instant.now(), null))
        .toCompletableFuture()
        .join();
    return token.text();
  }

  ProcessHandle handle() {
    return program.handle();
  }

  @Override
  public void close() {
    program.close();
  }
}
