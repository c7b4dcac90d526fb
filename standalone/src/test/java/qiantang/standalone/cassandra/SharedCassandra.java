package qiantang.standalone.cassandra;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import qiantang.store.cassandra.CassandraConfig;

/**
 * One node for all test classes that ask for it, each with a keyspace of its own: a start takes
 * longer than most of their tests together.
 *
 * <p>It lives as long as the JVM's session and not as long as the root context: where tests run in
 * several JVMs, each class is an execution of its own with a root of its own.
 */
public final class SharedCassandra implements ParameterResolver {
  /** Where the node answers. */
  public record Address(InetSocketAddress contactPoint, int jmxPort) {
    public CassandraConfig keyspace(String name) {
      return new CassandraConfig(List.of(contactPoint), "datacenter1", name, 1);
    }
  }

  private record Running(Path folder, DataDirectory data, CassandraProcess process)
      implements AutoCloseable {
    static Running start() {
      try {
        Path folder = Files.createTempDirectory("qiantang-it");
        DataDirectory data = DataDirectory.open(folder);
        CassandraProcess process =
            CassandraProcess.start(data, CassandraProcess.Config.forTests(), line -> {});
        return new Running(folder, data, process);
      } catch (IOException | CannotStartException e) {
        throw new AssertionError("cannot start Cassandra for the tests", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }

    @Override
    public void close() throws IOException {
      process.close();
      data.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Address.class;
  }

  @Override
  public Address resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return of(context);
  }

  /** The node, which the first who asks starts. */
  public static Address of(ExtensionContext context) {
    // The store closes it after the last class.
    Running running =
        context
            .getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(SharedCassandra.class))
            .computeIfAbsent(Running.class, key -> Running.start(), Running.class);
    return new Address(running.process().contactPoint(), running.process().jmxPort());
  }
}
