package qiantang.store.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import java.util.List;
import org.junit.jupiter.api.Test;

class CassandraTest {
  /** Without the keyspace's schema the driver knows no replicas and asks any node for any row. */
  @Test
  void requestsCanBeSentToTheNodesThatHaveTheRow() {
    try (DriverConfigLoader loader = Cassandra.driverConfig(CassandraConfig.local(9042))) {
      DriverExecutionProfile told = loader.getInitialConfig().getDefaultProfile();
      assertTrue(told.getBoolean(DefaultDriverOption.METADATA_TOKEN_MAP_ENABLED));
      assertTrue(told.getBoolean(DefaultDriverOption.METADATA_SCHEMA_ENABLED));
      assertEquals(
          List.of("qiantang"),
          told.getStringList(DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES));
    }
  }
}
