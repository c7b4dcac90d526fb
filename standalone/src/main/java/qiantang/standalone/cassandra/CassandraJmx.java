package qiantang.standalone.cassandra;

import java.io.IOException;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What we ask of the Cassandra node we started, as nodetool would. */
public final class CassandraJmx implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection beans;

  private CassandraJmx(JMXConnector connector) throws IOException {
    this.connector = connector;
    beans = connector.getMBeanServerConnection();
  }

  /** Connects to the node's port on loopback. */
  @SuppressWarnings("BanJNDI") // Our own child process is asked, on loopback.
  public static CassandraJmx connect(int port) throws IOException {
    String url = "service:jmx:rmi:///jndi/rmi://127.0.0.1:%d/jmxrmi".formatted(port);
    return new CassandraJmx(JMXConnectorFactory.connect(new JMXServiceURL(url)));
  }

  /** Writes the memtables of these tables to disk; of all where none is named. */
  public void flush(String keyspace, List<String> tables) throws IOException, JMException {
    beans.invoke(
        new ObjectName("org.apache.cassandra.db:type=StorageService"),
        "forceKeyspaceFlush",
        new Object[] {keyspace, tables.toArray(String[]::new)},
        new String[] {String.class.getName(), String[].class.getName()});
  }

  /** Merges the files of each table; returns when it is done. */
  public void compact(String keyspace) throws IOException, JMException {
    beans.invoke(
        new ObjectName("org.apache.cassandra.db:type=StorageService"),
        "forceKeyspaceCompaction",
        new Object[] {false, keyspace, new String[0]},
        new String[] {boolean.class.getName(), String.class.getName(), String[].class.getName()});
  }

  /** Drops from the files of these tables what tombstones hide; returns when that is done. */
  public void collectGarbage(String keyspace, List<String> tables) throws IOException, JMException {
    Object status =
        beans.invoke(
            new ObjectName("org.apache.cassandra.db:type=StorageService"),
            "garbageCollect",
            new Object[] {"ROW", 1, keyspace, tables.toArray(String[]::new)},
            new String[] {
              String.class.getName(),
              int.class.getName(),
              String.class.getName(),
              String[].class.getName()
            });
    if (!Integer.valueOf(0).equals(status)) {
      throw new IOException("the node did not collect garbage: it answered " + status);
    }
  }

  /** Bytes of the table's files that are in use. */
  public long liveBytes(String keyspace, String table) throws IOException, JMException {
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
