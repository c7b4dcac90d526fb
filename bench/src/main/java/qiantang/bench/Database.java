package qiantang.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.standalone.cassandra.CassandraProcess;
import qiantang.standalone.cassandra.DataDirectory;

/**
 * A Cassandra node that keeps what it acknowledges, for one benchmark. It goes with the benchmark,
 * also where a signal ends that, and its folder too unless somebody wants it.
 */
final class Database implements AutoCloseable {
  private final DataDirectory data;
  private final CassandraProcess process;
  private final @Nullable Path temporary;
  private boolean closed;

  private Database(DataDirectory data, CassandraProcess process, @Nullable Path temporary) {
    this.data = data;
    this.process = process;
    this.temporary = temporary;
  }

  /** Starts one in a folder that is deleted with it. */
  static Database inTemporaryFolder()
      throws IOException, CannotStartException, InterruptedException {
    Path temporary = Files.createTempDirectory("qiantang-bench-");
    return start(temporary.resolve("data"), temporary);
  }

  /** Starts one in a folder that stays. */
  static Database in(Path folder) throws CannotStartException, InterruptedException {
    return start(folder, null);
  }

  private static Database start(Path folder, @Nullable Path temporary)
      throws CannotStartException, InterruptedException {
    long memoryBytes =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    DataDirectory data = DataDirectory.open(folder);
    CassandraProcess process =
        CassandraProcess.start(
            data,
            CassandraProcess.Config.durable(0, memoryBytes),
            line -> System.err.println(line));
    Database database = new Database(data, process, temporary);
    Runtime.getRuntime().addShutdownHook(new Thread(database::close));
    return database;
  }

  CassandraProcess process() {
    return process;
  }

  Path folder() {
    return data.path();
  }

  int cqlPort() {
    return process.cqlPort();
  }

  ProcessHandle handle() {
    return ProcessHandle.of(process.pid()).orElseThrow();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    process.close();
    data.close();
    if (temporary != null) {
      try {
        deleteTree(temporary);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + temporary, e);
      }
    }
  }

  static void deleteTree(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
