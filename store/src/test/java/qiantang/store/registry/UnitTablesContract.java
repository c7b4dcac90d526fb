package qiantang.store.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Stages;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.UnitTables.Change;

/** What every implementation of the table of units does. Each test has an enterprise of its own. */
public abstract class UnitTablesContract {
  /** The registry under test. */
  protected abstract Registry registry();

  @Test
  void whoSaidNothingHasNone() {
    assertEquals(Units.NONE, read(new EnterpriseId("says-nothing")));
  }

  @Test
  void aModelsOwnUnitComesBeforeThatOfAll() {
    EnterpriseId own = new EnterpriseId("two-models");
    write(
        own,
        change("", "temperature", "°C"),
        change("reactor", "temperature", "K"),
        change("loom", "speed", "1/min"));
    Units units = read(own);
    assertEquals("K", units.of("reactor", "temperature"));
    assertEquals("°C", units.of("loom", "temperature"));
    assertEquals("°C", units.ofModel("").of("temperature"));
    assertEquals("1/min", units.ofModel("loom").of("speed"));
    assertNull(units.of("reactor", "speed"));
    assertNull(units.of("", "speed"));
    assertTrue(units.nameModels());
    assertEquals(
        List.of(
            new Units.Metric("", "temperature"),
            new Units.Metric("loom", "speed"),
            new Units.Metric("reactor", "temperature")),
        List.copyOf(units.byMetric().keySet()));
  }

  @Test
  void aChangeLeavesAllElseAsItWas() {
    EnterpriseId own = new EnterpriseId("changes");
    write(own, change("", "a", "m"), change("", "b", "s"), change("x", "a", "km"));
    write(own, change("", "a", "mm"), change("", "b", null), change("", "never", null));
    write(own, change("", "a", "mm"), change("", "b", null)); // repeated
    assertEquals(
        new Units(
            new TreeMap<>(
                Map.of(new Units.Metric("", "a"), "mm", new Units.Metric("x", "a"), "km"))),
        read(own));
    write(own, change("x", "a", null), change("", "b", "ms"));
    assertEquals("mm", read(own).of("x", "a"));
    assertEquals("ms", read(own).of("", "b"));
    assertFalse(read(own).nameModels());
    assertEquals(Units.NONE, read(new EnterpriseId("changes-not")));
  }

  @Test
  void asManyAsThereMayBeAreWrittenAtOnce() {
    EnterpriseId own = new EnterpriseId("has-many");
    String longest = "名".repeat(42);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < Units.COUNT_MAX; i++) {
      String metric = "%s%02d".formatted(longest, i % 100);
      changes.add(change(longest + i / 100, metric, "µ".repeat(16)));
    }
    write(own, changes.toArray(Change[]::new));
    assertEquals(Units.COUNT_MAX, read(own).byMetric().size());
    assertEquals("µ".repeat(16), read(own).of(longest + "9", longest + "99"));
  }

  private Units read(EnterpriseId enterprise) {
    return Stages.await(registry().units().read(enterprise));
  }

  private void write(EnterpriseId enterprise, Change... changes) {
    Stages.await(registry().units().write(enterprise, List.of(changes)));
  }

  private static Change change(String model, String metric, @Nullable String unit) {
    return new Change(new Units.Metric(model, metric), unit);
  }
}
