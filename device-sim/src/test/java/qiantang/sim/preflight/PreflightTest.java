package qiantang.sim.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;

class PreflightTest {
  private static final String LIMITS =
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max processes             95000                95000                processes
      Max open files            1024                 20000                files
      """;
  private static final Machine USUAL =
      Machine.of(LIMITS, "32768\t60999\n", "MemAvailable:   16000000 kB\n", 4L << 30, 2);

  @Test
  void readsWhatLinuxTells() {
    assertEquals(new Machine(1_024, 20_000, 32_768, 60_999, 16_384_000_000L, 4L << 30, 2), USUAL);
    assertEquals(28_232, USUAL.ports());
    Machine endless = Machine.of("Max open files unlimited unlimited files", "", "", 1, 1);
    assertEquals(Long.MAX_VALUE, endless.filesHard());
    assertEquals(Machine.UNKNOWN, endless.ports());
  }

  @Test
  void aSmallLoadFits() {
    List<Finding> findings = check(1_000, 1, 1);
    assertTrue(findings.stream().allMatch(Finding::fits), findings::toString);
  }

  @Test
  void oneOfEachIsCountedAsOne() {
    Demand one = new Demand(1, 0, 1, 1, 1, 1, 1, 1, false);
    String text = Preflight.check(one, USUAL).toString();
    assertTrue(text.contains("301 open files in 1 process"), text);
    assertTrue(text.contains("1 port on 1 source address, to one"), text);
    assertTrue(text.contains("for 1 message/s"), text);
    assertTrue(check(1_000, 2, 2).toString().contains("in each of 2 processes"));
    assertTrue(check(1_000, 2, 2).toString().contains("on each of 2 source addresses"));
  }

  @Test
  void tooManyConnectionsOfAProcessNeedWorkers() {
    Finding files = check(100_000, 1, 8).getFirst();
    assertEquals(Finding.Level.LACKS, files.level());
    assertTrue(files.remedy().startsWith("ulimit -n 100300, or as root"), files.remedy());
    assertTrue(files.remedy().endsWith("; or --workers 6"), files.remedy());
    assertTrue(files.text().contains("need 100300 open files"), files.text());
    assertTrue(check(100_000, 6, 8).getFirst().fits(), "as the remedy said");
  }

  /**
   * As with ulimit -n 250, which the simulator itself takes; or with more than the option takes.
   */
  @ParameterizedTest
  @CsvSource({"250, 100", "300, 100", "310, 1000"})
  void moreWorkersThanTheOptionTakesAreNoRemedy(int limit, int connections) {
    Machine small =
        Machine.of(
            "Max open files %d %d files".formatted(limit, limit), "1 65000", "", 1L << 30, 2);
    Demand demand =
        new Demand(connections, 0, connections, 1, connections, 1, connections, 1, false);
    Finding files = Preflight.check(demand, small).getFirst();
    assertEquals(Finding.Level.LACKS, files.level());
    assertTrue(files.remedy().startsWith("ulimit -n " + (connections + 300)), files.remedy());
    assertFalse(files.remedy().contains("--workers"), files.remedy());
  }

  @Test
  void theHighestLoadOfAllPhasesCounts() {
    Demand.Spread spread = new Demand.Spread(1, 1, 1, 1);
    String burst =
        "phases: [{name: b, kind: burst, duration: 1m, load: 800%, share: 10%, every: 10s}]";
    double steady = Demand.of(scenario(100, 0, ""), 0, spread).messagesPerSecond();
    assertEquals(8 * steady, Demand.of(scenario(100, 0, burst), 0, spread).messagesPerSecond());
  }

  @Test
  void tooManyConnectionsOfAnAddressNeedAddresses() {
    Finding ports = check(100_000, 6, 1).get(1);
    assertEquals(Finding.Level.LACKS, ports.level());
    assertTrue(ports.remedy().contains("with 4 addresses"), ports.remedy());
    assertTrue(ports.remedy().contains("127.0.0.2-127.0.0.5"), ports.remedy());
    assertTrue(check(100_000, 6, 4).get(1).fits(), "as the remedy said");
  }

  @Test
  void whatIsEstimatedOnlyRaisesDoubts() {
    List<Finding> findings =
        Preflight.check(new Demand(10, 0, 200_000_000, 1e6, 200, 1, 10, 1, false), USUAL);
    assertEquals(Finding.Level.DOUBTFUL, findings.get(2).level());
    assertTrue(findings.get(2).remedy().startsWith("QIANTANG_JAVA_OPTS=-Xmx"));
    assertEquals(Finding.Level.DOUBTFUL, findings.get(3).level());
    assertTrue(Preflight.possible(findings));
  }

  @Test
  void aMachineThatDoesNotTellIsDoubtfulAndNotAccused() {
    Machine silent = Machine.of("", "", "", 4L << 30, 8);
    List<Finding> findings =
        Preflight.check(
            new Demand(100_000, 0, 100_000, 1e5, 2_000_000, 1, 100_000, 1, false), silent);
    assertTrue(Preflight.possible(findings), findings::toString);
    assertEquals(Finding.Level.DOUBTFUL, findings.get(0).level(), "files");
    assertEquals(Finding.Level.DOUBTFUL, findings.get(1).level(), "ports");
  }

  @Test
  void rangesOfAddressesAreOfTheLastByte() {
    List<InetAddress> pool = SourceAddresses.parse("127.0.0.2-127.0.0.9, 10.0.0.5");
    assertEquals(9, pool.size());
    assertEquals("127.0.0.9", pool.get(7).getHostAddress());
    assertEquals("10.0.0.5", pool.get(8).getHostAddress());
    assertEquals(3, SourceAddresses.parse("fd00::fe-fd00::ff,::1").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "127.0.0.9-127.0.0.2",
        "10.0.0.1-10.0.1.1",
        "1-2-3",
        "::1-1.2.3.4"
      })
  void otherTextsAreNoAddresses(String text) {
    assertThrows(IllegalArgumentException.class, () -> SourceAddresses.parse(text));
  }

  @Test
  void thePoolIsForTargetsOnThisLinux() {
    assertEquals(8, byDefault("127.0.0.1", true));
    assertEquals(0, byDefault("127.0.0.1", false));
    assertEquals(0, byDefault("::1", true));
    assertEquals(0, byDefault("10.1.2.3", true));
  }

  private static int byDefault(String target, boolean linux) {
    InetAddress address = SourceAddresses.parse(target).getFirst();
    return SourceAddresses.byDefault(new InetSocketAddress(address, 1883), linux).size();
  }

  @Test
  void thisMachineTellsSomething() {
    Machine here = Machine.read();
    assertTrue(here.cores() > 0 && here.heapBytes() > 0);
    assertFalse(here.filesHard() == 0);
    if (Files.exists(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))) {
      assertTrue(here.ports() > 1, here::toString);
    }
  }

  private static List<Finding> check(long connections, int workers, int sources) {
    return Preflight.check(
        new Demand(
            connections,
            0,
            connections,
            100,
            connections * 20,
            workers,
            connections,
            sources,
            false),
        USUAL);
  }

  /**
   * Publishers without and with TLS, half-open sockets, workers, source addresses, targets without
   * and with TLS; what follows: files of a process, ports of a source address to one target.
   */
  @ParameterizedTest
  @CsvSource({
    "1000,    0,    0, 1, 1, 1, 1,   1300,   1000",
    // Each half-open socket is one file and one port more,
    "1000,    0,  400, 1, 1, 1, 1,   1700,   1400",
    // spread over the workers,
    "1000,    0,  400, 2, 1, 1, 1,   1000,   1400",
    // and nobody has more than one beside the one in use.
    "1000,    0, 1000, 1, 1, 1, 1,   2300,   2000",
    // A port serves each address of the system once more,
    "90000,   0,    0, 6, 1, 4, 1,  15300,  22500",
    // from each source address,
    "90000,   0,    0, 6, 8, 4, 1,  15300,   2813",
    // where those over TLS go to addresses of their own.
    "1000, 3000,    0, 1, 1, 4, 2,   4300,   1500",
    "1000, 3000,  500, 1, 1, 4, 2,   4800,   1750",
    "   0, 3000,    0, 1, 2, 0, 1,   3300,   1500",
  })
  void filesAndPortsAreThoseOfAllSockets(
      int plain,
      int tls,
      long halfOpen,
      int workers,
      int sources,
      int targets,
      int tlsTargets,
      long files,
      long ports) {
    Demand.Spread spread = new Demand.Spread(workers, sources, targets, tlsTargets);
    List<Finding> findings =
        Preflight.check(Demand.of(scenario(plain, tls, ""), halfOpen, spread), USUAL);
    assertTrue(findings.get(0).need().startsWith(files + " open files"), findings::toString);
    assertTrue(findings.get(1).need().startsWith(ports + " ports on"), findings::toString);
  }

  /** The proxy of the simulator connects from the machine's one address, whatever the pool is. */
  @Test
  void aProxyInBetweenHasOneSourceAddress() {
    Demand.Spread spread = new Demand.Spread(2, 8, 2, 0);
    Demand demand = Demand.of(scenario(80_000, 0, "faults: {net: {latency: 5ms}}"), 0, spread);
    Finding ports = Preflight.check(demand, USUAL).get(1);
    assertEquals(Finding.Level.LACKS, ports.level());
    assertTrue(ports.need().startsWith("40000 ports on 1 source address"), ports.need());
    assertTrue(ports.remedy().startsWith("more addresses of the system"), ports.remedy());
  }

  private static Scenario scenario(int plain, int tls, String rest) {
    String duration = rest.startsWith("phases") ? "" : "duration: 1m\n";
    StringBuilder text = new StringBuilder("version: 1\n" + duration + rest + "\nfleets:\n");
    if (plain > 0) {
      text.append("  - {name: a, count: %d, model: pump}\n".formatted(plain));
    }
    if (tls > 0) {
      text.append("  - {name: b, count: %d, model: pump, tls: true}\n".formatted(tls));
    }
    return switch (ScenarioReader.read("t", text.toString())) {
      case Outcome.Done<Scenario>(Scenario scenario) -> scenario;
      case Outcome.Failed<Scenario> failed -> fail(failed.message());
    };
  }
}
