package qiantang.standalone.system;

import java.io.IOException;
import java.nio.file.Path;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.standalone.cassandra.CassandraProcess;
import qiantang.standalone.cassandra.CassandraProcess.Config;
import qiantang.standalone.cassandra.CassandraProcess.Profile;
import qiantang.standalone.cassandra.DataDirectory;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.cassandra.CassandraConfig;

/** A database that one test has for itself, because it stops or kills it. */
final class OwnCassandra implements AutoCloseable {
  private final DataDirectory data;
  private final int cqlPort = Ports.free();
  private CassandraProcess process;

  OwnCassandra(Path folder) throws CannotStartException, InterruptedException, IOException {
    data = DataDirectory.open(folder);
    process = start();
  }

  private CassandraProcess start() throws CannotStartException, InterruptedException {
    return CassandraProcess.start(data, new Config(cqlPort, 512, Profile.KILLABLE), line -> {});
  }

  CassandraConfig config() {
    return CassandraConfig.local(cqlPort);
  }

  void killAndRestart() throws CannotStartException, InterruptedException {
    process.kill();
    process = start();
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() throws IOException {
    try {
      process.kill();
      data.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("cannot end the database: interrupted", e);
    }
  }
}
