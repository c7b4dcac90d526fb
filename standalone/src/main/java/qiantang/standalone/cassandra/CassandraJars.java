package qiantang.standalone.cassandra;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Cassandra's jars, in a folder of their own: they bring another Netty than ours. Sorted, because
 * the class archive holds only for the very same class path.
 */
record CassandraJars(Path folder, List<Path> jars) {
  private static final String PROPERTY = "qiantang.cassandra.lib";

  static CassandraJars find() throws CannotStartException {
    String named = System.getProperty(PROPERTY, "docker/cassandra/target/lib");
    Path folder = Path.of(named).toAbsolutePath().normalize();
    try (Stream<Path> children = Files.list(folder)) {
      List<Path> jars =
          children.filter(child -> child.toString().endsWith(".jar")).sorted().toList();
      return new CassandraJars(folder, jars);
    } catch (IOException e) {
      throw new CannotStartException(
          "cannot run Cassandra: its jars are not in %s (property %s); ./qiantang build makes them"
              .formatted(folder, PROPERTY),
          e);
    }
  }

  String classPath() {
    return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
