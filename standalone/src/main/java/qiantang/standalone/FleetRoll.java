package qiantang.standalone;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import qiantang.sim.DemoFleet;
import qiantang.standalone.Catalogue.EnterpriseSeed;
import qiantang.standalone.Catalogue.FactorySeed;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * Enrols the fleet of a demo: its devices spread over all enterprises, half of them behind one
 * gateway of each. Devices behind gateways are not enrolled: ingest discovers them.
 */
final class FleetRoll {
  /** Registry writes under way at once; each is a transaction. */
  private static final int UNDER_WAY_MAX = 64;

  private static final int TOKEN_ID_CHARACTERS = 16;

  private final Registry registry;
  private final FleetKey key;
  private final Instant now;
  private final List<DemoFleet.Connection> connections = new ArrayList<>();
  private final List<CompletableFuture<?>> underWay = new ArrayList<>();

  private FleetRoll(Registry registry, FleetKey key, Instant now) {
    this.registry = registry;
    this.key = key;
    this.now = now;
  }

  /** Blocks until all are stored. Run at each start: who is enrolled already stays. */
  static List<DemoFleet.Connection> enrol(
      Registry registry, FleetKey key, Catalogue catalogue, int devices, Instant now) {
    FleetRoll roll = new FleetRoll(registry, key, now);
    int enterprises = catalogue.enterprises().size();
    for (int i = 0; i < enterprises; i++) {
      int share = (devices + i) / enterprises; // These sum up to the whole fleet.
      if (share > 0) {
        roll.enrol(catalogue.enterprises().get(i), share);
      }
    }
    roll.awaitAll();
    return roll.connections;
  }

  private void enrol(EnterpriseSeed seed, int devices) {
    EnterpriseId enterprise = new EnterpriseId(seed.id());
    FactorySeed factory = seed.factories().getFirst();
    int behindGateway = devices / 2;
    if (behindGateway > 0) {
      List<String> subDevices =
          IntStream.rangeClosed(1, behindGateway).mapToObj("plc-%04d"::formatted).toList();
      AccessToken token =
          enrol(enterprise, new DeviceId("fleet-gateway"), Device.Kind.GATEWAY, factory);
      connections.add(new DemoFleet.Connection(token.text(), true, subDevices));
    }
    for (int number = 1; number <= devices - behindGateway; number++) {
      DeviceId id = new DeviceId("machine-%04d".formatted(number));
      AccessToken token = enrol(enterprise, id, Device.Kind.DEVICE, factory);
      connections.add(new DemoFleet.Connection(token.text(), false, List.of()));
    }
  }

  private AccessToken enrol(
      EnterpriseId enterprise, DeviceId id, Device.Kind kind, FactorySeed factory) {
    AccessToken token = key.token(enterprise, id);
    Role role = kind == Device.Kind.GATEWAY ? Role.GATEWAY : Role.DEVICE;
    String tokenId = HexFormat.of().formatHex(token.hash()).substring(0, TOKEN_ID_CHARACTERS);
    Device device =
        new Device(
            enterprise,
            id,
            id.text(),
            kind,
            null,
            "",
            factory.id(),
            "",
            /* disabled= */ false,
            now);
    Credential credential =
        new Credential(enterprise, tokenId, token.hash(), role, id, "fleet", now, null);
    CompletionStage<Void> stored =
        registry.createDevice(device).thenCompose(_ -> registry.putCredential(credential));
    underWay.add(stored.toCompletableFuture());
    if (underWay.size() >= UNDER_WAY_MAX) {
      awaitAll();
    }
    return token;
  }

  private void awaitAll() {
    CompletableFuture.allOf(underWay.toArray(CompletableFuture<?>[]::new)).join();
    underWay.clear();
  }
}
