package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import qiantang.sim.DemoFleet;
import qiantang.standalone.Catalogue.EnterpriseSeed;
import qiantang.standalone.Catalogue.FactorySeed;
import qiantang.standalone.Catalogue.LineSeed;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

class FleetRollTest {
  private final Registry registry = new MemoryRegistry();
  private final Catalogue catalogue = load();

  @Test
  void aDeviceStandsAtALineOfTheCatalogueAndIsOfItsModel() throws Exception {
    enrol(400);
    for (EnterpriseSeed enterprise : catalogue.enterprises()) {
      Set<String> used = new HashSet<>();
      for (Device device : devices(enterprise)) {
        if (device.kind() == Device.Kind.DEVICE) {
          used.add(device.factory() + " " + device.line() + " " + device.model());
        } else {
          assertEquals(enterprise.factories().getFirst().id(), device.factory());
        }
      }
      assertEquals(places(enterprise), used, enterprise.id());
    }
  }

  @Test
  void whatIsPublishedIsOfTheModelThatIsRegistered() throws Exception {
    for (DemoFleet.Connection connection : enrol(400)) {
      AccessToken token = AccessToken.parse(connection.token()).orElseThrow();
      Credential credential =
          registry.credential(token.key()).toCompletableFuture().get().orElseThrow();
      DeviceId id = Objects.requireNonNull(credential.device());
      Device device = registry.device(token.owner(), id).toCompletableFuture().get().orElseThrow();
      assertTrue(
          connection.gateway() || connection.model().equals(device.model()), device::toString);
      assertTrue(!connection.model().isEmpty(), device::toString);
    }
  }

  @Test
  void theWholeFleetIsEnrolledAndKeepsItsTokens() {
    List<DemoFleet.Connection> fleet = enrol(47);
    int devices = 0;
    for (DemoFleet.Connection connection : fleet) {
      devices += connection.gateway() ? connection.subDevices().size() : 1;
    }
    assertEquals(47, devices);
    assertEquals(fleet, enrol(47));
  }

  private List<DemoFleet.Connection> enrol(int devices) {
    FleetKey key = new FleetKey(new byte[32]);
    return FleetRoll.enrol(registry, key, catalogue, devices, Instant.EPOCH);
  }

  private List<Device> devices(EnterpriseSeed enterprise) throws Exception {
    return registry
        .devices(new EnterpriseId(enterprise.id()), null, 1000)
        .toCompletableFuture()
        .get();
  }

  private static Set<String> places(EnterpriseSeed enterprise) {
    List<String> places = new ArrayList<>();
    for (FactorySeed factory : enterprise.factories()) {
      for (LineSeed line : factory.lines()) {
        places.add(factory.id() + " " + line.id() + " " + line.model());
      }
    }
    return Set.copyOf(places);
  }

  private static Catalogue load() {
    try {
      return Catalogue.load();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
