package qiantang.sim.course;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.preflight.Machine;

class NetworkTest {
  private static final String NET = "faults: {net: {latency: 5ms}}\n";

  private static final Machine USUAL = new Machine(1_024, 20_000, 1, 9, 1, 1, 2);

  @Test
  void withoutFaultsThereIsNothingInBetween() throws IOException {
    try (Network network = new Network(Faults.Net.NONE, 1)) {
      InetSocketAddress target = InetSocketAddress.createUnresolved("broker", 1883);
      assertEquals(target, network.before(target));
      assertNull(network.counts());
    }
  }

  @Test
  void aProxyTakesTwoFilesMoreForEachConnection() {
    assertNull(Network.lacks(scenario(6_000, NET), 1, USUAL));
    String lacks = Objects.requireNonNull(Network.lacks(scenario(7_000, NET), 1, USUAL));
    assertTrue(lacks.contains("takes 21300 open files of this process"), lacks);
    assertNull(Network.lacks(scenario(7_000, NET), 2, USUAL));
    assertNull(Network.lacks(scenario(7_000, ""), 1, USUAL));
  }

  private static Scenario scenario(int count, String rest) {
    String text =
        "version: 1\nduration: 1m\nfleets: [{name: a, count: " + count + ", model: pump}]\n" + rest;
    return switch (ScenarioReader.read("t", text)) {
      case Outcome.Done<Scenario>(Scenario scenario) -> scenario;
      case Outcome.Failed<Scenario> failed -> fail(failed.message());
    };
  }
}
