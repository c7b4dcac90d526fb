package qiantang.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * What the simulator is pointed at: Cassandra and the query program, with enterprises whose quotas
 * nobody meets. Programs of ingest come beside it.
 *
 * @param demo file with addresses and the administrators' tokens, for {@code sim run --demo}
 */
record SystemUnderTest(Database database, Program query, Path demo) implements AutoCloseable {

  /** The name of an enterprise, from 0. */
  static String enterprise(int number) {
    return "simulated-" + number;
  }

  /** Starts both in a folder, which stays. */
  static SystemUnderTest start(Path folder, int enterprises) throws Exception {
    Database database = Database.in(folder.resolve("data"));
    boolean isStarted = false;
    try {
      SecureRandom random = new SecureRandom();
      List<AccessToken> admins =
          IntStream.range(0, enterprises)
              .mapToObj(i -> AccessToken.draw(new EnterpriseId(enterprise(i)), random))
              .toList();
      try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
        admins.forEach(admin -> register(cassandra.registry(), admin));
      }
      int port = Ports.free();
      Program query =
          Program.start(
              folder.resolve("query.log"),
              port,
              "qiantang.standalone.Main",
              "query",
              "--cassandra",
              "127.0.0.1:" + database.cqlPort(),
              "--http-port",
              String.valueOf(port));
      isStarted = true;
      return new SystemUnderTest(database, query, demo(folder, port, admins));
    } finally {
      if (!isStarted) {
        database.close();
      }
    }
  }

  private static void register(Registry registry, AccessToken admin) {
    Instant now = Instant.now();
    EnterpriseId owner = admin.owner();
    MemoryIngest.registerEnterprise(registry, owner, now);
    registry
        .putCredential(
            new Credential(owner, "admin", admin.hash(), Role.ADMIN, null, "bench", now, null))
        .toCompletableFuture()
        .join();
  }

  private static Path demo(Path folder, int httpPort, List<AccessToken> admins) throws IOException {
    JsonArray enterprises = new JsonArray();
    for (AccessToken admin : admins) {
      enterprises.add(new JsonObject().put("id", admin.owner().text()).put("admin", admin.text()));
    }
    JsonObject demo =
        new JsonObject()
            .put("http", "http://127.0.0.1:" + httpPort)
            .put("enterprises", enterprises);
    return Files.writeString(folder.resolve("demo.json"), demo.encode());
  }

  int cqlPort() {
    return database.cqlPort();
  }

  @Override
  public void close() {
    query.close();
    database.close();
  }
}
