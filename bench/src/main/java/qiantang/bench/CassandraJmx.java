package qiantang.bench;

import java.io.IOException;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What a benchmark asks of the Cassandra node it started, as nodetool would. */
final class CassandraJmx implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection beans;

  private CassandraJmx(JMXConnector connector) throws IOException {
    this.connector = connector;
    beans = connector.getMBeanServerConnection();
  }

  /** Connects to the node's port on loopback. */
  @SuppressWarnings("BanJNDI") // Our own child process is asked, on loopback.
  static CassandraJmx connect(int port) throws IOException {
    String url = "service:jmx:rmi:///jndi/rmi://127.0.0.1:%d/jmxrmi".formatted(port);
    return new CassandraJmx(JMXConnectorFactory.connect(new JMXServiceURL(url)));
  }

  /** Writes the memtables of these tables to disk; of all where none is named. */
  void flush(String keyspace, List<String> tables) throws IOException, JMException {
    beans.invoke(
        new ObjectName("org.apache.cassandra.db:type=StorageService"),
        "forceKeyspaceFlush",
        new Object[] {keyspace, tables.toArray(String[]::new)},
        new String[] {String.class.getName(), String[].class.getName()});
  }

  /** Merges the files of each table; returns when it is done. */
  void compact(String keyspace) throws IOException, JMException {
    beans.invoke(
        new ObjectName("org.apache.cassandra.db:type=StorageService"),
        "forceKeyspaceCompaction",
        new Object[] {false, keyspace, new String[0]},
        new String[] {boolean.class.getName(), String.class.getName(), String[].class.getName()});
  }

  /** Bytes of the table's files that are in use. */
  long liveBytes(String keyspace, String table) throws IOException, JMException {
    return count(keyspace, table, "LiveDiskSpaceUsed");
  }

  private long count(String keyspace, String table, String metric) throws IOException, JMException {
    ObjectName name =
        new ObjectName(
            "org.apache.cassandra.metrics:type=Table,keyspace=%s,scope=%s,name=%s"
                .formatted(keyspace, table, metric));
    return ((Number) beans.getAttribute(name, "Count")).longValue();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
