package qiantang.store.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What every implementation of the registry does. The tables may be shared by all tests of the
 * class: each has an enterprise of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class RegistryContract extends AccessContract {
  @Test
  @Order(1)
  void everythingWorksWhenEmpty() {
    assertEquals(List.of(), Stages.await(registry().platforms()));
    assertEquals(List.of(), Stages.await(registry().enterprises(null, 10)));
    assertEquals(Optional.empty(), Stages.await(registry().enterprise(enterprise)));
    assertEquals(List.of(), Stages.await(registry().devices(enterprise, null, 10)));
    assertEquals(Optional.empty(), device("d"));
    assertEquals(List.of(), Stages.await(registry().tokens(enterprise, null, 10)));
    assertEquals(
        Optional.empty(),
        Stages.await(registry().credential(new AccessToken(enterprise, "s").key())));
  }

  @Test
  @Order(2)
  void platformsAreListedInOrderAndTheLaterHolds() {
    Platform supet = new Platform(Platform.BASE, "supET 平台", "supET", "base");
    Platform chemistry = new Platform("chemistry", "化工", "Chemistry", "industry");
    Stages.await(registry().putPlatform(new Platform(Platform.BASE, "old", "old", "base")));
    Stages.await(registry().putPlatform(supet));
    Stages.await(registry().putPlatform(chemistry));
    assertEquals(List.of(chemistry, supet), Stages.await(registry().platforms()));
  }

  @Test
  @Order(2)
  void anEnterpriseIsCreatedOnceAndTheFirstHolds() {
    Enterprise first =
        new Enterprise(
            enterprise, "杭州 Acme", "Hangzhou", List.of("supet", "x"), Retention.DAYS_30, CREATED);
    Enterprise second =
        new Enterprise(enterprise, "Second", "", List.of(), Retention.YEARS_10, CREATED);
    assertTrue(Stages.await(registry().createEnterprise(first)));
    assertFalse(Stages.await(registry().createEnterprise(second)));
    assertEquals(Optional.of(first), Stages.await(registry().enterprise(enterprise)));
  }

  @Test
  @Order(2)
  void anEnterpriseWithEmptyTextsComesBack() {
    Enterprise bare = new Enterprise(enterprise, "", "", List.of(), Retention.YEAR_1, CREATED);
    assertTrue(Stages.await(registry().createEnterprise(bare)));
    assertEquals(Optional.of(bare), Stages.await(registry().enterprise(enterprise)));
  }

  @Test
  @Order(3)
  void enterprisesAreListedInOrderPageByPage() {
    List<CompletableFuture<Boolean>> creations = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      EnterpriseId id = new EnterpriseId("list-" + i * 7919 % 1000);
      creations.add(
          registry()
              .createEnterprise(new Enterprise(id, "n", "r", List.of(), Retention.YEAR_1, CREATED))
              .toCompletableFuture());
    }
    creations.forEach(Stages::await);
    List<EnterpriseId> whole = ids(Stages.await(registry().enterprises(null, 1000)));
    assertEquals(whole.stream().sorted().distinct().toList(), whole);
    assertTrue(whole.size() >= 120);
    for (int limit : List.of(1, 16, 50, whole.size())) {
      List<EnterpriseId> paged = new ArrayList<>();
      List<EnterpriseId> page = ids(Stages.await(registry().enterprises(null, limit)));
      while (!page.isEmpty()) {
        assertTrue(page.size() <= limit);
        paged.addAll(page);
        page = ids(Stages.await(registry().enterprises(page.getLast(), limit)));
      }
      assertEquals(whole, paged, "limit " + limit);
    }
  }

  @Test
  @Order(2)
  void aDeviceIsCreatedOnceAndTheFirstHolds() {
    Device first =
        new Device(
            enterprise,
            new DeviceId("D.1_x-y"),
            "铣床 1",
            Device.Kind.DEVICE,
            GATEWAY,
            "mill",
            "factory 1",
            "line 2",
            true,
            CREATED);
    Device second = plain("D.1_x-y", Device.Kind.GATEWAY, null);
    assertTrue(Stages.await(registry().createDevice(first)));
    assertFalse(Stages.await(registry().createDevice(second)));
    assertEquals(Optional.of(first), device("D.1_x-y"));
    assertEquals(Optional.empty(), device("d.1_x-y"), "ids are case-sensitive");
  }

  @Test
  @Order(2)
  void whatIsCreatedUnderTheIdOfADeletedOneBeginsThen() {
    Device first = plain("again", Device.Kind.DEVICE, null);
    assertTrue(Stages.await(registry().createDevice(first)));
    assertEquals(Map.of(), Stages.await(registry().beginnings(enterprise)));
    delete(first, after(60));
    Device second = plain("again", Device.Kind.DEVICE, null, after(90));
    assertTrue(Stages.await(registry().createDevice(second)));
    assertEquals(Map.of(first.id(), after(90)), Stages.await(registry().beginnings(enterprise)));

    // What a gateway brings back has been acknowledged before it is entered.
    delete(second, after(100));
    Device third = plain("again", Device.Kind.DEVICE, GATEWAY, after(130));
    assertEquals(0, wordsOf(third));
    assertTrue(Stages.await(registry().discoverDevice(third)));
    assertEquals(1, wordsOf(third), "who remembers beginnings hears of it");
    assertEquals(
        Map.of(first.id(), after(100).plusMillis(1)),
        Stages.await(registry().beginnings(enterprise)));
    assertFalse(Stages.await(registry().discoverDevice(third)));
    delete(third, after(200));
    Device fourth = plain("again", Device.Kind.DEVICE, GATEWAY, after(203));
    assertTrue(Stages.await(registry().discoverDevice(fourth)));
    assertEquals(
        Map.of(first.id(), after(200).plusMillis(1)),
        Stages.await(registry().beginnings(enterprise)));
  }

  /** How many words say that it was changed, besides those of its deletions. */
  private long wordsOf(Device device) {
    Instant now = Instant.now();
    return Stream.of(
            changes(CREATED, after(300)), changes(now.minusSeconds(60), now.plusSeconds(60)))
        .flatMap(List::stream)
        .filter(change -> device.id().equals(change.device()) && change.id() != 1)
        .distinct()
        .count();
  }

  private static Instant after(int seconds) {
    return CREATED.plusSeconds(seconds).truncatedTo(ChronoUnit.MILLIS);
  }

  private void delete(Device device, Instant when) {
    AccessChange change = AccessChange.ofDevice(when, 1, enterprise, device.id());
    Stages.await(registry().deleteDevice(device, when, false, change));
  }

  @Test
  @Order(2)
  void devicesOfOneNameInTwoEnterprisesAreTwo() {
    EnterpriseId rival = new EnterpriseId("rival");
    Device ours = plain("d", Device.Kind.DEVICE, null);
    Device theirs =
        new Device(
            rival, ours.id(), "theirs", Device.Kind.GATEWAY, null, "", "", "", false, CREATED);
    assertTrue(Stages.await(registry().createDevice(ours)));
    assertTrue(Stages.await(registry().createDevice(theirs)));
    assertEquals(Optional.of(ours), device("d"));
    assertEquals(Optional.of(theirs), Stages.await(registry().device(rival, ours.id())));
    assertEquals(List.of(ours), Stages.await(registry().devices(enterprise, null, 10)));
  }

  @Test
  @Order(2)
  void aThousandDevicesAreListedInOrderPageByPage() {
    for (int from = 0; from < 1000; from += 100) {
      List<CompletableFuture<Boolean>> creations = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        String id = (i % 3 == 0 ? "D" : i % 3 == 1 ? "d" : "_") + i * 7919 % 1000;
        creations.add(
            registry().createDevice(plain(id, Device.Kind.DEVICE, null)).toCompletableFuture());
      }
      creations.forEach(Stages::await);
    }
    List<DeviceId> whole = devices(null, 1000);
    assertEquals(1000, whole.size());
    assertEquals(whole.stream().sorted().distinct().toList(), whole);
    assertEquals(whole.subList(0, 100), devices(null, 100));
    for (int limit : List.of(17, 100, 999, 1000)) {
      List<DeviceId> paged = new ArrayList<>();
      List<DeviceId> page = devices(null, limit);
      while (!page.isEmpty()) {
        paged.addAll(page);
        page = devices(page.getLast(), limit);
      }
      assertEquals(whole, paged, "limit " + limit);
    }
    assertEquals(
        whole.subList(0, 1), devices(new DeviceId("-"), 1), "behind one that is not there");
  }

  @Test
  @Order(2)
  void aDiscoveredDeviceIsCreatedOnceAndKeepsItsNewestGateway() {
    Device found = plain("found", Device.Kind.DEVICE, GATEWAY);
    discover(found);
    discover(found);
    assertEquals(Optional.of(found), device("found"));
    DeviceId second = new DeviceId("gateway-2");
    Device again =
        new Device(
            enterprise,
            found.id(),
            "another name",
            Device.Kind.DEVICE,
            second,
            "another model",
            "f",
            "l",
            true,
            CREATED.plusSeconds(5));
    discover(again);
    assertEquals(Optional.of(plain("found", Device.Kind.DEVICE, second)), device("found"));
    assertFalse(Stages.await(registry().createDevice(found)), "its id is taken");
  }

  @Test
  @Order(2)
  void aDiscoveryWithoutGatewayForgetsNone() {
    discover(plain("d", Device.Kind.DEVICE, GATEWAY));
    discover(plain("d", Device.Kind.DEVICE, null));
    assertEquals(Optional.of(plain("d", Device.Kind.DEVICE, GATEWAY)), device("d"));
  }

  @Test
  @Order(2)
  void aDiscoveryOnlyAddsTheGatewayToADeviceThatWasCreated() {
    Device created = plain("d", Device.Kind.DEVICE, null);
    assertTrue(Stages.await(registry().createDevice(created)));
    discover(
        new Device(
            enterprise,
            created.id(),
            "x",
            Device.Kind.DEVICE,
            GATEWAY,
            "x",
            "x",
            "x",
            true,
            CREATED));
    assertEquals(Optional.of(plain("d", Device.Kind.DEVICE, GATEWAY)), device("d"));
  }

  @Test
  @Order(2)
  void aGatewayIsNotTurnedIntoADevice() {
    Device gateway = plain("gateway-1", Device.Kind.GATEWAY, null);
    assertTrue(Stages.await(registry().createDevice(gateway)));
    discover(plain("gateway-1", Device.Kind.DEVICE, GATEWAY));
    assertEquals(Optional.of(gateway), device("gateway-1"));
  }

  @Test
  @Order(2)
  void aCredentialIsFoundByItsSecretAndOwner() {
    AccessToken token = new AccessToken(enterprise, "secret");
    Credential credential = credential(token, "id-1", Role.DEVICE, new DeviceId("d"), CREATED);
    put(credential);
    put(credential);
    assertSame(credential, find(token));
    assertEquals(
        Optional.empty(),
        Stages.await(registry().credential(new AccessToken(enterprise, "secret2").key())));
    assertEquals(
        Optional.empty(),
        Stages.await(
            registry().credential(new AccessToken(new EnterpriseId("thief"), "secret").key())));
    assertEquals(List.of(), Stages.await(registry().tokens(enterprise, null, 10)), "no person's");
  }

  @Test
  @Order(2)
  void anExpiredCredentialIsFoundToo() {
    AccessToken token = new AccessToken(enterprise, "old");
    put(credential(token, "id", Role.VIEWER, null, CREATED));
    assertFalse(find(token).isValidAt(CREATED));
    AccessToken lasting = new AccessToken(enterprise, "lasting");
    put(credential(lasting, "id-2", Role.VIEWER, null, null));
    assertNull(find(lasting).expires());
    assertTrue(find(lasting).isValidAt(Instant.MAX));
  }

  @Test
  @Order(2)
  void tokensAreListedInOrderPageByPage() {
    List<Credential> all = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      AccessToken token = new AccessToken(enterprise, "secret-" + i * 7 % 25);
      Credential credential =
          credential(
              token,
              "id-%02d".formatted(i),
              i % 2 == 0 ? Role.ADMIN : Role.VIEWER,
              null,
              i % 3 == 0 ? null : CREATED);
      all.add(credential);
    }
    all.reversed().forEach(this::put);
    put(credential(new AccessToken(enterprise, "g"), "id-03x", Role.GATEWAY, GATEWAY, null));
    put(
        credential(
            new AccessToken(new EnterpriseId("rival"), "r"), "id-04x", Role.ADMIN, null, null));
    for (int limit : List.of(1, 7, 25, 100)) {
      List<Credential> paged = new ArrayList<>();
      List<Credential> page = Stages.await(registry().tokens(enterprise, null, limit));
      while (!page.isEmpty()) {
        paged.addAll(page);
        page = Stages.await(registry().tokens(enterprise, page.getLast().id(), limit));
      }
      assertEquals(25, paged.size(), "limit " + limit);
      for (int i = 0; i < 25; i++) {
        assertSame(all.get(i), paged.get(i));
      }
    }
  }
}
