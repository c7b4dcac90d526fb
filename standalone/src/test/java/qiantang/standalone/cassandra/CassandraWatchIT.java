package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CassandraWatchIT {
  @TempDir Path temp;

  @Test
  void aNodeThatEndsByItselfIsNoticed() throws Exception {
    try (DataDirectory data = DataDirectory.open(temp);
        CassandraProcess node = start(data)) {
      CompletableFuture<String> watched = watch(node, data);
      ProcessHandle.of(node.pid()).orElseThrow().destroyForcibly();
      String sentence = watched.get(60, TimeUnit.SECONDS);
      assertTrue(sentence.startsWith("Cassandra ended by itself with code 137: "), sentence);
    }
  }

  /** What a full disk does to it: the process lives, and takes no connections. */
  @Test
  void aNodeThatServesNoMoreIsNoticedThoughItsProcessLives() throws Exception {
    try (DataDirectory data = DataDirectory.open(temp);
        CassandraProcess node = start(data)) {
      CompletableFuture<String> watched = watch(node, data);
      stopServing(node.jmxPort());
      String sentence = watched.get(60, TimeUnit.SECONDS);
      assertTrue(sentence.startsWith("Cassandra stopped serving: "), sentence);
      assertTrue(ProcessHandle.of(node.pid()).orElseThrow().isAlive());
    }
  }

  private static CassandraProcess start(DataDirectory data) throws Exception {
    return CassandraProcess.start(data, CassandraProcess.Config.forTests(), line -> {});
  }

  private static CompletableFuture<String> watch(CassandraProcess node, DataDirectory data) {
    CompletableFuture<String> watched = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                watched.complete(new CassandraWatch(node, data).awaitEnd());
              } catch (InterruptedException | RuntimeException | Error e) {
                watched.completeExceptionally(e);
              }
            });
    return watched;
  }

  @SuppressWarnings("BanJNDI") // JMX is found by it; the other end is the node of this test.
  private static void stopServing(int jmxPort) throws Exception {
    JMXServiceURL url =
        new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:%d/jmxrmi".formatted(jmxPort));
    try (JMXConnector connector = JMXConnectorFactory.connect(url)) {
      ObjectName service = new ObjectName("org.apache.cassandra.db:type=StorageService");
      connector
          .getMBeanServerConnection()
          .invoke(service, "stopNativeTransport", new Object[0], new String[0]);
    }
  }
}
