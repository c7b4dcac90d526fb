package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.datastax.oss.driver.api.core.CqlSession;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;
import qiantang.store.registry.RegistryContract;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraRegistryIT extends RegistryContract {
  private final SharedCassandra.Address address;
  private final Cassandra cassandra;

  CassandraRegistryIT(SharedCassandra.Address address) {
    this.address = address;
    cassandra = Cassandra.connect(address.keyspace("registry_it"));
  }

  @AfterAll
  void close() {
    cassandra.close();
  }

  @Override
  protected Registry registry() {
    return cassandra.registry();
  }

  @Test
  @Order(4)
  void aCredentialFromBeforeThereWereListsIsListedWhenItIsLookedUp() {
    EnterpriseId owner = new EnterpriseId("of-old");
    DeviceId device = new DeviceId("d");
    AccessToken token = new AccessToken(owner, "secret");
    try (CqlSession session =
        CqlSession.builder()
            .addContactPoint(address.contactPoint())
            .withLocalDatacenter("datacenter1")
            .build()) {
      session.execute(
          "INSERT INTO registry_it.credentials (owner, hash, id, role, device, name, created)"
              + " VALUES (?, ?, 'id', 'device', 'd', 'd', ?)",
          owner.text(),
          ByteBuffer.wrap(token.hash()),
          Instant.EPOCH);
    }
    assertEquals(List.of(), Stages.await(registry().credentials(owner, device)));
    Credential found = Stages.await(registry().credential(token.key())).orElseThrow();
    assertEquals(Credential.Kind.TOKEN, found.kind());
    List<Credential> listed = Stages.await(registry().credentials(owner, device));
    assertEquals(List.of("id"), listed.stream().map(Credential::id).toList());
    assertEquals(token.key(), listed.getFirst().key());
  }
}
