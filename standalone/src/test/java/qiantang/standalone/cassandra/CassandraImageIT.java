package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import com.datastax.oss.driver.api.core.CqlSession;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.cassandra.CassandraContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTablesContract;

/**
 * The journal's contract against the image of {@code docker/cassandra}; {@code .ci/run} builds it
 * and starts the engine. Without one each test is reported as skipped, with the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraImageIT extends JournalTablesContract {
  private static final String IMAGE = "local/cassandra:5.0.9";

  private @Nullable CassandraContainer container;
  private @Nullable Cassandra cassandra;

  /** Runs before the contract asks for its tables. */
  @BeforeEach
  void requireEngineAndImage() {
    String why = whyNot();
    if (why != null) {
      abort(why);
    }
  }

  private static @Nullable String whyNot() {
    String noDocker = System.getenv("QIANTANG_NO_DOCKER");
    if (noDocker != null) {
      return "no docker engine: " + noDocker;
    }
    if (System.getenv("DOCKER_HOST") == null) {
      return "no docker engine: DOCKER_HOST is not set; .ci/run starts one";
    }
    try {
      DockerClientFactory.instance().client().inspectImageCmd(IMAGE).exec();
      return null;
    } catch (NotFoundException ignored) {
      return "no image " + IMAGE + ": .ci/run builds it";
    }
  }

  @Test
  void itIsTheVersionTheDemoEmbeds() {
    CassandraContainer running = container();
    try (CqlSession session =
        CqlSession.builder()
            .addContactPoint(running.getContactPoint())
            .withLocalDatacenter(running.getLocalDatacenter())
            .build()) {
      assertEquals(
          "5.0.9",
          session
              .execute("SELECT release_version FROM system.local")
              .iterator()
              .next()
              .getString(0));
    }
  }

  @Override
  protected JournalTables tables() {
    Cassandra connected = cassandra;
    if (connected == null) {
      CassandraContainer running = container();
      connected =
          Cassandra.connect(
              new CassandraConfig(
                  List.of(running.getContactPoint()),
                  running.getLocalDatacenter(),
                  "journal_image_it",
                  1));
      cassandra = connected;
    }
    return connected.journal();
  }

  private CassandraContainer container() {
    CassandraContainer running = container;
    if (running == null) {
      DockerImageName name = DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("cassandra");
      running =
          new CassandraContainer(name)
              .withImagePullPolicy(_ -> false)
              .waitingFor(Wait.forLogMessage(".*Startup complete.*\\n", 1));
      running.start();
      container = running;
    }
    return running;
  }

  @AfterAll
  void stop() {
    if (cassandra != null) {
      cassandra.close();
    }
    if (container != null) {
      container.close();
    }
  }
}
