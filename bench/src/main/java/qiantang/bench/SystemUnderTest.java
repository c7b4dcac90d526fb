package qiantang.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * What the simulator is pointed at: Cassandra and the query program, with one enterprise whose
 * quotas nobody meets. Programs of ingest come beside it.
 *
 * @param demo file with addresses and the administrator's token, for {@code sim run --demo}
 */
record SystemUnderTest(Database database, Program query, Path demo) implements AutoCloseable {
  private static final EnterpriseId OWNER = new EnterpriseId("simulated");

  /** Starts both in a folder, which stays. */
  static SystemUnderTest start(Path folder) throws Exception {
    Database database = Database.in(folder.resolve("data"));
    boolean isStarted = false;
    try {
      AccessToken admin = AccessToken.draw(OWNER, new SecureRandom());
      try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
        register(cassandra.registry(), admin);
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
      return new SystemUnderTest(database, query, demo(folder, port, admin));
    } finally {
      if (!isStarted) {
        database.close();
      }
    }
  }

  private static void register(Registry registry, AccessToken admin) {
    Instant now = Instant.now();
    MemoryIngest.registerEnterprise(registry, OWNER, now);
    registry
        .putCredential(
            new Credential(OWNER, "admin", admin.hash(), Role.ADMIN, null, "bench", now, null))
        .toCompletableFuture()
        .join();
  }

  private static Path demo(Path folder, int httpPort, AccessToken admin) throws IOException {
    JsonObject enterprise = new JsonObject().put("id", OWNER.text()).put("admin", admin.text());
    JsonObject demo =
        new JsonObject()
            .put("http", "http://127.0.0.1:" + httpPort)
            .put("enterprises", new JsonArray(List.of(enterprise)));
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
