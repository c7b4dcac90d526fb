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
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * Enrols the fleet of a demo: its devices spread over all enterprises and their lines, half of them
 * behind one gateway of each. Devices behind gateways are not enrolled: ingest discovers them.
 */
final class FleetRoll {
  /** Registry writes under way at once; each is a transaction. */
  private static final int UNDER_WAY_MAX = 64;

  private static final int TOKEN_ID_CHARACTERS = 16;

  /** In every fourth enterprise, the first one included, the last machine falls silent. */
  private static final int SILENT_EACH = 4;

  private static final int MACHINES_LEAST = 3; // where there are fewer, all of them report

  private final Registry registry;
  private final FleetKey key;
  private final Instant now;
  private final List<DemoFleet.Connection> connections = new ArrayList<>();
  private final List<CompletableFuture<?>> underWay = new ArrayList<>();

  /** Where in an enterprise a device stands, and what stands there. */
  private record Place(String factory, String line, String model) {
    /** A gateway serves a factory; the catalogue has no models of gateways. */
    Place ofGateway() {
      return new Place(factory, "", "");
    }
  }

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
        roll.enrol(catalogue.enterprises().get(i), share, i % SILENT_EACH == 0);
      }
    }
    roll.awaitAll();
    return roll.connections;
  }

  private void enrol(EnterpriseSeed seed, int devices, boolean hasSilentOne) {
    EnterpriseId enterprise = new EnterpriseId(seed.id());
    List<Place> places = places(seed);
    int behindGateway = devices / 2;
    if (behindGateway > 0) {
      List<String> subDevices =
          IntStream.rangeClosed(1, behindGateway).mapToObj("plc-%04d"::formatted).toList();
      AccessToken token =
          enrol(
              enterprise,
              new DeviceId("fleet-gateway"),
              Device.Kind.GATEWAY,
              places.getFirst().ofGateway());
      String model = places.getFirst().model();
      connections.add(new DemoFleet.Connection(token.text(), true, model, subDevices, false));
    }
    int machines = devices - behindGateway;
    for (int number = 1; number <= machines; number++) {
      DeviceId id = new DeviceId("machine-%04d".formatted(number));
      Place place = places.get((number - 1) % places.size());
      AccessToken token = enrol(enterprise, id, Device.Kind.DEVICE, place);
      boolean fallsSilent = hasSilentOne && machines >= MACHINES_LEAST && number == machines;
      connections.add(
          new DemoFleet.Connection(token.text(), false, place.model(), List.of(), fallsSilent));
    }
  }

  /** Every line of every factory, one after the other. */
  private static List<Place> places(EnterpriseSeed seed) {
    return seed.factories().stream()
        .flatMap(
            factory ->
                factory.lines().stream()
                    .map(line -> new Place(factory.id(), line.id(), line.model())))
        .toList();
  }

  private AccessToken enrol(EnterpriseId enterprise, DeviceId id, Device.Kind kind, Place place) {
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
            place.model(),
            place.factory(),
            place.line(),
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
