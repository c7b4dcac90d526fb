package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import qiantang.standalone.DemoFile.EnterpriseTokens;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

class SeederTest {
  private final Registry registry = new MemoryRegistry();

  @Test
  void aFreshRegistryHasTheWholeCatalogue() throws Exception {
    Seeder.Tokens tokens = seed(registry, Optional.empty());
    assertTrue(tokens.enterprises().size() >= 20);
    List<Platform> platforms = registry.platforms().toCompletableFuture().get();
    assertTrue(platforms.stream().anyMatch(platform -> platform.id().equals(Platform.BASE)));
    for (EnterpriseTokens enterprise : tokens.enterprises()) {
      assertEquals(Role.ADMIN, credential(enterprise.admin()).role());
      assertEquals(Role.GATEWAY, credential(enterprise.gateway()).role());
      Credential device = credential(enterprise.device().token());
      assertEquals(Role.DEVICE, device.role());
      assertEquals(new EnterpriseId(enterprise.id()), device.owner());
    }
    assertEquals(Role.OPERATOR, credential(tokens.operator()).role());
  }

  @Test
  void aRestartKeepsEveryToken() throws Exception {
    Seeder.Tokens first = seed(registry, Optional.empty());
    assertEquals(first, seed(registry, Optional.of(file(first))));
  }

  @Test
  void everyEnterpriseHasTheUnitsOfItsModelsAndWhatPeopleChangedStays() throws Exception {
    Seeder.Tokens first = seed(registry, Optional.empty());
    for (EnterpriseTokens enterprise : first.enterprises()) {
      assertTrue(!units(enterprise.id()).byMetric().isEmpty(), enterprise.id());
    }
    String id = first.enterprises().getFirst().id();
    Units.Metric metric = units(id).byMetric().firstKey();
    UnitTables.Change change = new UnitTables.Change(metric, null);
    registry.units().write(new EnterpriseId(id), List.of(change)).toCompletableFuture().get();
    Units left = units(id);
    seed(registry, Optional.of(file(first)));
    assertEquals(left, units(id));
  }

  @Test
  void whatModelsMeasureInTwoUnitsIsSaidOfEachAndAllElseOnce() {
    SortedMap<Units.Metric, String> all = new TreeMap<>();
    DemoUnits.of(List.of("reactor", "compressor", "pump"))
        .forEach(change -> all.put(change.metric(), String.valueOf(change.unit())));
    Units units = new Units(all);
    assertEquals("kPa", units.of("reactor", "pressure"));
    assertEquals("bar", units.of("compressor", "pressure"));
    assertNull(units.of("", "pressure"));
    assertEquals("Wh", units.of("", "energy"));
    assertEquals("°C", units.of("pump", "motorTemperature"));
    assertNull(units.of("pump", "alarm"));
    // What publishes the signals of any model has those that no two measure in two units.
    assertTrue(DemoUnits.of(List.of("unheard-of")).stream().anyMatch(SeederTest::isEnergy));
    assertTrue(
        DemoUnits.of(List.of("unheard-of")).stream()
            .noneMatch(change -> change.metric().name().equals("pressure")));
  }

  private static boolean isEnergy(UnitTables.Change change) {
    return change.equals(new UnitTables.Change(new Units.Metric(Units.Metric.ALL, "energy"), "Wh"));
  }

  private Units units(String enterprise) throws Exception {
    return registry.units().read(new EnterpriseId(enterprise)).toCompletableFuture().get();
  }

  @Test
  void tokensOfAnotherDatabaseAreReplaced() throws Exception {
    Seeder.Tokens first = seed(registry, Optional.empty());
    Seeder.Tokens second = seed(new MemoryRegistry(), Optional.of(file(first)));
    assertNotEquals(first.operator(), second.operator());
  }

  @Test
  void theCatalogueCoversElevenCitiesAndKnowsItsPlatforms() throws IOException {
    Catalogue catalogue = Catalogue.load();
    Set<String> platforms =
        catalogue.platforms().stream().map(Catalogue.PlatformSeed::id).collect(Collectors.toSet());
    Set<String> cities =
        catalogue.enterprises().stream()
            .map(Catalogue.EnterpriseSeed::city)
            .collect(Collectors.toSet());
    assertEquals(11, cities.size());
    for (Catalogue.EnterpriseSeed enterprise : catalogue.enterprises()) {
      assertTrue(platforms.containsAll(enterprise.platforms()), enterprise.id());
      assertTrue(enterprise.platforms().contains(Platform.BASE), enterprise.id());
    }
  }

  private static Seeder.Tokens seed(Registry registry, Optional<DemoFile> before)
      throws IOException {
    return new Seeder(registry, Instant.EPOCH).seed(Catalogue.load(), before);
  }

  private static DemoFile file(Seeder.Tokens tokens) {
    return new DemoFile(
        "", null, null, null, "", tokens.operator(), tokens.enterprises(), List.of());
  }

  private Credential credential(String token) throws Exception {
    AccessToken parsed = AccessToken.parse(token).orElseThrow();
    return registry.credential(parsed.key()).toCompletableFuture().get().orElseThrow();
  }
}
