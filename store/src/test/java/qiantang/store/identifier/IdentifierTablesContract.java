package qiantang.store.identifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Stages;
import qiantang.store.identifier.Identifier.Kind;
import qiantang.store.identifier.IdentifierTables.Claim;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/** What every implementation of the tables of identifiers does, and of devices that are deleted. */
public abstract class IdentifierTablesContract {
  private static final DeviceId D1 = new DeviceId("d1");
  private static final DeviceId D2 = new DeviceId("d2");

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  /** The registry under test. */
  protected abstract Registry registry();

  @Test
  void aGlobalOneIsOneDevicesInTheWorldAndAnOwnOneInItsEnterprise() {
    EnterpriseId a = new EnterpriseId("one-a");
    EnterpriseId b = new EnterpriseId("one-b");
    for (Kind kind : Kind.values()) {
      Identifier identifier = new Identifier(kind, kind.word() + "/once");
      Claim first = new Claim(identifier, a, D1, now);
      assertEquals(Optional.empty(), Stages.await(tables().claim(first)));
      Claim second = new Claim(identifier, a, D2, now);
      assertEquals(Optional.of(first), Stages.await(tables().claim(second)));
      assertEquals(Optional.of(first), Stages.await(tables().claim(first)), "it may be repeated");
      Claim others = new Claim(identifier, b, D1, now);
      Optional<Claim> holder = Stages.await(tables().claim(others));
      assertEquals(kind.isGlobal() ? Optional.of(first) : Optional.empty(), holder);
      assertEquals(Optional.of(first), Stages.await(tables().read(identifier, a)));
      assertEquals(
          Optional.of(kind.isGlobal() ? first : others),
          Stages.await(tables().read(identifier, b)));
    }
  }

  @Test
  void ofManyAtOnceOneGetsIt() {
    Identifier identifier = new Identifier(Kind.INDUSTRIAL, "88.1.1/raced");
    List<CompletableFuture<Optional<Claim>>> claims = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Claim claim = new Claim(identifier, new EnterpriseId("raced-" + i), D1, now);
      claims.add(tables().claim(claim).toCompletableFuture());
    }
    assertEquals(1, claims.stream().map(Stages::await).filter(Optional::isEmpty).count());
  }

  @Test
  void whatIsGivenBackIsFreeAndOnlyItsHolderGivesItBack() {
    EnterpriseId own = new EnterpriseId("back");
    for (Kind kind : Kind.values()) {
      Identifier identifier = new Identifier(kind, kind.word() + "/back");
      Claim first = new Claim(identifier, own, D1, now);
      Claim second = new Claim(identifier, own, D2, now);
      Stages.await(tables().claim(first));
      Stages.await(tables().release(second));
      assertEquals(Optional.of(first), Stages.await(tables().claim(second)));
      Stages.await(tables().release(new Claim(identifier, own, D1, now.plusSeconds(9))));
      assertEquals(Optional.empty(), Stages.await(tables().read(identifier, own)));
      assertEquals(Optional.empty(), Stages.await(tables().claim(second)));
      Claim third = new Claim(identifier, own, D1, now.plusSeconds(1));
      assertFalse(Stages.await(tables().takeOver(first, third)), "it has moved on");
      assertTrue(Stages.await(tables().takeOver(second, third)));
      assertEquals(Optional.of(third), Stages.await(tables().read(identifier, own)));
    }
  }

  @Test
  void devicesAreFoundByTheBeginOfAnIdentifier() {
    EnterpriseId own = new EnterpriseId("begin");
    Claim first = new Claim(new Identifier(Kind.INDUSTRIAL, "88.1.1/CNC-7"), own, D1, now);
    Claim second = new Claim(new Identifier(Kind.INDUSTRIAL, "88.1.1/CNC-8"), own, D2, now);
    Claim third = new Claim(new Identifier(Kind.OWN, "铣床 1"), own, D2, now);
    for (Claim claim : List.of(first, second, third)) {
      Stages.await(tables().list(claim));
      Stages.await(tables().list(claim));
    }
    assertEquals(Set.of(D1, D2), search(own, "88.1.1/C"));
    assertEquals(Set.of(D2), search(own, "88.1.1/CNC-8"));
    assertEquals(Set.of(D2), search(own, "铣"));
    assertEquals(Set.of(), search(own, "88.1.1/CNC-70"));
    assertEquals(Set.of(), search(new EnterpriseId("begins"), "88"));
    Stages.await(tables().unlist(second));
    assertEquals(Set.of(D1), search(own, "88.1"));
  }

  @Test
  void aDeletedDeviceIsThereNoMoreAndCanBeCreatedAgain() {
    EnterpriseId own = new EnterpriseId("deleted");
    Device device = device(own).with(List.of(new Identifier(Kind.OWN, "x"))).disabled(true);
    assertTrue(Stages.await(registry().createDevice(device)));
    assertEquals(Optional.of(device), Stages.await(registry().device(own, D1)));
    Stages.await(registry().setIdentifiers(device, List.of(new Identifier(Kind.OWN, "y"))));
    assertEquals(
        List.of(new Identifier(Kind.OWN, "y")),
        Stages.await(registry().device(own, D1)).orElseThrow().identifiers());

    AccessChange change = AccessChange.ofDevice(now, 21, own, D1);
    Stages.await(registry().deleteDevice(device, now, true, change));
    assertEquals(Optional.empty(), Stages.await(registry().device(own, D1)));
    assertEquals(
        Optional.of(now), Stages.await(registry().deviceRow(own, D1)).map(Device::deleted));
    assertEquals(1, Stages.await(registry().devices(own, null, 10)).size(), "and says so");
    assertEquals(Set.of(D1), Stages.await(registry().disabledDevices(own)));
    assertTrue(Stages.await(registry().changes(now, now)).contains(change));

    Device again = device(own);
    assertTrue(Stages.await(registry().createDevice(again)));
    assertEquals(Optional.of(again), Stages.await(registry().device(own, D1)), "nothing is left");
    assertEquals(Set.of(), Stages.await(registry().disabledDevices(own)));
    assertFalse(Stages.await(registry().createDevice(again)));

    Stages.await(registry().deleteDevice(again, now, false, change));
    assertTrue(Stages.await(registry().discoverDevice(again)), "a gateway speaks for it");
    assertEquals(Optional.of(again), Stages.await(registry().device(own, D1)));
    assertFalse(Stages.await(registry().discoverDevice(again)));
  }

  private Device device(EnterpriseId own) {
    return new Device(own, D1, "名", Device.Kind.DEVICE, null, "m", "f", "l", false, now);
  }

  private Set<DeviceId> search(EnterpriseId own, String begin) {
    return Set.copyOf(Stages.await(tables().search(own, begin, 10)));
  }

  private IdentifierTables tables() {
    return registry().identifiers();
  }
}
