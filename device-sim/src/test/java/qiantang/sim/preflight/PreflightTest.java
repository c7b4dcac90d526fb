package qiantang.sim.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void tooManyConnectionsOfAProcessNeedWorkers() {
    Finding files = check(100_000, 1, 8).getFirst();
    assertEquals(Finding.Level.LACKS, files.level());
    assertTrue(files.remedy().startsWith("--workers 6"), files.remedy());
    assertTrue(files.text().contains("need 100300 open files"), files.text());
    assertTrue(check(100_000, 6, 8).getFirst().fits(), "as the remedy said");
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
    List<Finding> findings = Preflight.check(new Demand(10, 200_000_000, 1e6, 200, 1, 1), USUAL);
    assertEquals(Finding.Level.DOUBTFUL, findings.get(2).level());
    assertTrue(findings.get(2).remedy().startsWith("QIANTANG_JAVA_OPTS=-Xmx"));
    assertEquals(Finding.Level.DOUBTFUL, findings.get(3).level());
    assertTrue(Preflight.possible(findings));
  }

  @Test
  void aMachineThatDoesNotTellIsNotAccused() {
    Machine silent = Machine.of("", "", "", 4L << 30, 8);
    List<Finding> findings =
        Preflight.check(new Demand(100_000, 100_000, 1e5, 2_000_000, 1, 1), silent);
    assertTrue(findings.stream().allMatch(Finding::fits), findings::toString);
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
  }

  private static List<Finding> check(long connections, int workers, int sources) {
    return Preflight.check(
        new Demand(connections, connections, 100, connections * 20, workers, sources), USUAL);
  }
}
