package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import com.datastax.oss.driver.api.core.CqlSession;
import com.github.dockerjava.api.exception.NotFoundException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.cassandra.CassandraContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The image of {@code docker/cassandra}; {@code .ci/run} builds it and starts the engine. */
class CassandraImageIT {
  private static final String IMAGE = "local/cassandra:5.0.9";

  @BeforeAll
  static void requireEngineAndImage() {
    String why = System.getenv("QIANTANG_NO_DOCKER");
    if (why != null) {
      abort("no docker engine: " + why);
    }
    if (System.getenv("DOCKER_HOST") == null) {
      abort("no docker engine: DOCKER_HOST is not set; .ci/run starts one");
    }
    try {
      DockerClientFactory.instance().client().inspectImageCmd(IMAGE).exec();
    } catch (NotFoundException ignored) {
      abort("no image " + IMAGE + ": .ci/run builds it");
    }
  }

  @Test
  void servesCqlUnderTestcontainers() {
    try (CassandraContainer cassandra = container()) {
      cassandra.start();
      try (CqlSession session =
          CqlSession.builder()
              .addContactPoint(cassandra.getContactPoint())
              .withLocalDatacenter(cassandra.getLocalDatacenter())
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
  }

  private static CassandraContainer container() {
    DockerImageName name = DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("cassandra");
    return new CassandraContainer(name)
        .withImagePullPolicy(_ -> false)
        .waitingFor(Wait.forLogMessage(".*Startup complete.*\\n", 1));
  }
}
