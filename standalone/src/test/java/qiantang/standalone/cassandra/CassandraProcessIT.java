package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.standalone.cassandra.CassandraProcess.Config;
import qiantang.standalone.cassandra.CassandraProcess.Profile;

class CassandraProcessIT {
  private static final Config DURABLE = new Config(0, 512, Profile.DURABLE);

  @TempDir Path temp;
  private final List<String> progress = new ArrayList<>();

  @Test
  void startsServesCqlAndStops() throws Exception {
    try (DataDirectory data = DataDirectory.open(temp)) {
      CassandraProcess cassandra = start(data, Config.forTests());
      try (CqlSession session = connect(cassandra)) {
        assertEquals("datacenter1", value(session, "SELECT data_center FROM system.local"));
      }
      assertFalse(cassandra.exited().isDone());
      cassandra.stop();
      assertTrue(cassandra.exited().get(1, TimeUnit.SECONDS) != 137, "ended by SIGTERM");
      assertTrue(Files.notExists(temp.resolve("cassandra.pid")));
      assertTrue(progress.getLast().contains("answers on 127.0.0.1:" + cassandra.cqlPort()));
    }
  }

  @Test
  void acknowledgedRowsSurviveKill() throws Exception {
    int rows = 200;
    try (DataDirectory data = DataDirectory.open(temp)) {
      CassandraProcess killed = start(data, DURABLE);
      try (CqlSession session = connect(killed)) {
        session.execute(
            "CREATE KEYSPACE k WITH replication ="
                + " {'class':'NetworkTopologyStrategy','datacenter1':1}");
        session.execute("CREATE TABLE k.t (id int PRIMARY KEY, v int)");
        for (int i = 0; i < rows; i++) {
          session.execute("INSERT INTO k.t (id, v) VALUES (" + i + ", " + i + ")");
        }
        killed.kill();
      }
      CassandraProcess again = start(data, DURABLE);
      try (CqlSession session = connect(again)) {
        assertEquals((long) rows, value(session, "SELECT count(*) FROM k.t"));
      }
      again.stop();
    }
  }

  @Test
  void endsTheOneLeftOverFromAKilledParent() throws Exception {
    try (DataDirectory data = DataDirectory.open(temp)) {
      CassandraProcess leftOver = start(data, Config.forTests());
      CassandraProcess next =
          start(data, new Config(leftOver.cqlPort(), 512, Profile.QUICK)); // The same port.
      leftOver.exited().get(1, TimeUnit.SECONDS);
      assertNotEquals(leftOver.pid(), next.pid());
      next.stop();
    }
  }

  @Test
  void aPortInUseIsOneSentenceThatNamesTheOption() throws Exception {
    try (DataDirectory data = DataDirectory.open(temp);
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Config config = new Config(taken.getLocalPort(), 512, Profile.QUICK);
      String message =
          String.valueOf(
              assertThrows(CannotStartException.class, () -> start(data, config)).getMessage());
      assertTrue(message.contains("port " + taken.getLocalPort()), message);
      assertTrue(message.contains("--cql-port"), message);
      assertTrue(Files.notExists(temp.resolve("cassandra.pid")), "nothing was started");
    }
  }

  private CassandraProcess start(DataDirectory data, Config config) throws Exception {
    return CassandraProcess.start(data, config, progress::add);
  }

  private static CqlSession connect(CassandraProcess cassandra) {
    return CqlSession.builder()
        .addContactPoint(cassandra.contactPoint())
        .withLocalDatacenter("datacenter1")
        .build();
  }

  private static @Nullable Object value(CqlSession session, String query) {
    return session.execute(query).iterator().next().getObject(0);
  }
}
