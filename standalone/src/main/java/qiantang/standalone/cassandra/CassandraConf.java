package qiantang.standalone.cassandra;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The settings of the child process, written anew at each start from the files the image has too
 * ({@code docker/cassandra/conf}).
 */
record CassandraConf(Path folder) {
  private static final String LOOPBACK = "127.0.0.1";

  static CassandraConf write(Path folder, int cqlPort, int storagePort) throws IOException {
    Files.createDirectories(folder);
    String yaml = resource("cassandra.yaml");
    Map<String, String> values =
        Map.of(
            "CLUSTER_NAME",
            "qiantang",
            "SEEDS",
            LOOPBACK + ":" + storagePort,
            "LISTEN_ADDRESS",
            LOOPBACK,
            "STORAGE_PORT",
            Integer.toString(storagePort),
            "RPC_ADDRESS",
            LOOPBACK,
            "BROADCAST_RPC_ADDRESS",
            LOOPBACK,
            "CQL_PORT",
            Integer.toString(cqlPort));
    for (Map.Entry<String, String> value : values.entrySet()) {
      yaml = yaml.replace("@" + value.getKey() + "@", value.getValue());
    }
    CassandraConf conf = new CassandraConf(folder);
    Files.writeString(conf.yaml(), yaml);
    Files.writeString(conf.logback(), resource("logback.xml"));
    Files.writeString(conf.jvmOptions(), resource("jvm.options"));
    Files.writeString(conf.rackdc(), resource("cassandra-rackdc.properties"));
    return conf;
  }

  Path yaml() {
    return folder.resolve("cassandra.yaml");
  }

  Path logback() {
    return folder.resolve("logback.xml");
  }

  Path jvmOptions() {
    return folder.resolve("jvm.options");
  }

  Path rackdc() {
    return folder.resolve("cassandra-rackdc.properties");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = CassandraConf.class.getResourceAsStream("/cassandra/" + name)) {
      if (in == null) {
        throw new FileNotFoundException("BUG: /cassandra/" + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
