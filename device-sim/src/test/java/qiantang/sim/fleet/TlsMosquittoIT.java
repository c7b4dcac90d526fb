package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.Await;
import qiantang.sim.Mosquitto;
import qiantang.sim.TestAuthority;
import qiantang.sim.course.Network;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Servers;
import qiantang.sim.worker.Workers;

/** TLS with a broker that is not ours, and all that can be wrong about it. */
class TlsMosquittoIT {
  private static final String SCENARIO =
      """
      version: 1
      duration: 2s
      fleets:
        - {name: open, count: 3, model: pump, period: 50ms}
        - {name: closed, count: 10, model: pump, period: 50ms, mqtt: "5", tls: true}
        - {name: twice, count: 3, model: pump, period: 50ms, tls: true, qos: 2}
      """;

  private static final String ONE_OVER_TLS =
      "version: 1\nfleets: [{name: a, count: 1, model: pump, tls: true}]\nduration: 2s\n";

  @TempDir private Path folder = Path.of("");

  /** Whether trying again cannot help, of the last trouble. */
  private boolean lasting;

  private @Nullable Mosquitto mosquitto;
  private @Nullable TestAuthority authority;

  @BeforeEach
  void startBroker() throws Exception {
    TestAuthority made = new TestAuthority(folder, "ip:127.0.0.1");
    authority = made;
    mosquitto = new Mosquitto(folder, made);
  }

  @AfterEach
  void stopBroker() {
    if (mosquitto != null) {
      mosquitto.close();
    }
  }

  private Mosquitto broker() {
    return mosquitto == null ? fail("no broker") : mosquitto;
  }

  private Path ca() {
    return authority == null ? fail("no authority") : authority.certificate();
  }

  @Test
  void fleetsWithAndWithoutTlsSendSideBySideAndComeBackWhenCut() {
    Plan plan = plan(SCENARIO);
    Servers servers = servers(broker().address(), broker().tlsAddress(), ca());
    try (Fleet fleet = connect(plan, servers)) {
      Figures figures = fleet.figures();
      fleet.begin(System.currentTimeMillis());
      Await.until("half is acked", () -> figures.counts().acked() >= plan.messages() / 2);
      fleet.disturb(Disturbance.all(Disturbance.Kind.DROP));
      Await.until("all is acked", () -> figures.counts().acked() == plan.messages());
      assertEquals(16, figures.counts().connectionsLost());
      assertEquals("", figures.lastTrouble(), "what is done on purpose is no trouble");
    }
  }

  /**
   * The certificate names a host that no worker could look up, and in between is a proxy with an
   * address of its own: what counts is the name that the user gave.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void throughOurProxyTheCertificateIsStillForTheHostThatWasAskedFor(int workers) throws Exception {
    Path named = Files.createDirectory(folder.resolve("named"));
    TestAuthority ofName = new TestAuthority(named, "dns:broker.test");
    Faults.Net faults = new Faults.Net(Duration.ofMillis(1), Duration.ZERO, 0, 0, 0);
    try (Mosquitto broker = new Mosquitto(named, ofName);
        Network network = new Network(faults, 1)) {
      byte[] ip = broker.tlsAddress().getAddress().getAddress();
      InetSocketAddress byName =
          new InetSocketAddress(
              InetAddress.getByAddress("broker.test", ip), broker.tlsAddress().getPort());
      Servers servers =
          servers(
              Addresses.single(broker.address()), Addresses.single(byName), ofName.certificate());
      Plan plan = plan(SCENARIO);
      try (Load load = load(plan, network.before(servers), workers)) {
        load.begin(System.currentTimeMillis(), () -> Long.MAX_VALUE);
        Figures figures = load.figures();
        Await.until(
            "all is acked",
            () -> figures.counts().acked() == plan.messages() || !figures.lastTrouble().isEmpty());
        assertEquals("", figures.lastTrouble());
        assertEquals(16, figures.counts().loggedIn());
      }
    }
  }

  private static Load load(Plan plan, Servers servers, int workers) {
    if (workers == 1) {
      return connect(plan, servers);
    }
    List<Seat> seats = seats(plan);
    Workers.Source source = new Workers.Source("test", SCENARIO, plan.runId());
    PrintWriter errors = new PrintWriter(new StringWriter());
    return Workers.connect(source, seats, options(servers), workers, errors)
            instanceof Outcome.Done<Load>(Load load)
        ? load
        : fail("no workers");
  }

  @Test
  void anAuthorityThatIsNotTrustedIsToldWithTheRemedy() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path stranger = new TestAuthority(other, "ip:127.0.0.1").certificate();
    String trouble = trouble(servers(broker().address(), broker().tlsAddress(), stranger));
    assertTrue(trouble.contains("cannot open TLS to 127.0.0.1:"), trouble);
    assertTrue(trouble.contains("no authority that is trusted signed"), trouble);
    assertTrue(trouble.contains("--tls-ca"), trouble);
    assertTrue(lasting);
  }

  @Test
  void aCertificateForAnotherHostIsTold() {
    String name = "localhost:" + broker().tlsAddress().getPort();
    String trouble = trouble(servers(broker().address(), name, ca()));
    assertTrue(trouble.contains("the server's certificate is not for localhost"), trouble);
    assertTrue(lasting);
  }

  @Test
  void aPortWithoutTlsIsTold() {
    String trouble = trouble(servers(broker().address(), broker().address(), ca()));
    assertTrue(
        trouble.contains("does not speak TLS") || trouble.contains("closed the connection in the"),
        trouble);
  }

  @Test
  void aCertificateThatHasEndedIsTold() throws Exception {
    Path old = Files.createDirectory(folder.resolve("old"));
    TestAuthority ended =
        new TestAuthority(old, "ip:127.0.0.1", "-startdate", "-9d", "-validity", "3");
    try (Mosquitto broker = new Mosquitto(old, ended)) {
      String trouble = trouble(servers(broker.address(), broker.tlsAddress(), ended.certificate()));
      assertTrue(trouble.contains("the server's certificate has ended"), trouble);
    }
  }

  /** With TLS 1.3 it is told when the client takes the handshake for done. */
  @Test
  void aServerThatWantsACertificateOfTheClientIsTold() throws Exception {
    Path strict = Files.createDirectory(folder.resolve("strict"));
    TestAuthority its = new TestAuthority(strict, "ip:127.0.0.1");
    String demand =
        "require_certificate true\ncafile %s\ntls_version tlsv1.3".formatted(its.certificate());
    try (Mosquitto broker = new Mosquitto(strict, its, demand)) {
      String trouble = trouble(servers(broker.address(), broker.tlsAddress(), its.certificate()));
      assertTrue(trouble.contains("cannot open TLS to 127.0.0.1:"), trouble);
      assertTrue(trouble.contains("asks for a certificate of the client"), trouble);
      assertTrue(lasting);
    }
  }

  @Test
  void aFileThatHoldsNoCertificatesIsRefusedBeforeAnythingIsSent() throws Exception {
    Path file = Files.writeString(folder.resolve("no.pem"), "no certificate");
    Addresses any = Addresses.single(broker().tlsAddress());
    assertTrue(
        Servers.needed(any, any, file, true, true) instanceof Outcome.Failed<Servers> failed
            && failed.message().contains("no.pem")
            && failed.message().contains("-----BEGIN CERTIFICATE-----"));
    assertTrue(
        Servers.needed(any, null, null, true, true) instanceof Outcome.Failed<Servers> failed
            && failed.message().contains("--mqtts"));
    assertTrue(
        Servers.needed(null, any, null, true, true) instanceof Outcome.Failed<Servers> failed
            && failed.message().contains("--mqtt HOST:PORT"));
  }

  private String trouble(Servers servers) {
    try (Fleet fleet = connect(plan(ONE_OVER_TLS), servers)) {
      Figures figures = fleet.figures();
      Await.until("there is trouble", () -> !figures.lastTrouble().isEmpty());
      assertEquals(0, figures.counts().loggedIn());
      lasting = figures.hopeless() != null;
      return figures.lastTrouble();
    }
  }

  private static Fleet connect(Plan plan, Servers servers) {
    return Fleet.connect("t", seats(plan), options(servers));
  }

  private static List<Seat> seats(Plan plan) {
    return plan.publishers().stream().map(publisher -> new Seat(publisher, "any")).toList();
  }

  private static FleetOptions options(Servers servers) {
    return new FleetOptions(servers, 1_000, 2, FleetOptions.KEEP_ALL, System::nanoTime, List.of());
  }

  /** The certificate is for the address, so that is what is asked for, and not its name. */
  private static Servers servers(InetSocketAddress plain, InetSocketAddress secured, Path ca) {
    return servers(plain, "127.0.0.1:" + secured.getPort(), ca);
  }

  private static Servers servers(InetSocketAddress plain, String secured, Path ca) {
    return Addresses.parse("--mqtts", secured) instanceof Outcome.Done<Addresses>(Addresses mqtts)
        ? servers(Addresses.single(plain), mqtts, ca)
        : fail("no addresses");
  }

  private static Servers servers(Addresses mqtt, Addresses mqtts, Path ca) {
    return Servers.needed(mqtt, mqtts, ca, true, true)
            instanceof Outcome.Done<Servers>(Servers servers)
        ? servers
        : fail("no servers");
  }

  private static Plan plan(String scenario) {
    return ScenarioReader.read("test", scenario) instanceof Outcome.Done<Scenario>(Scenario read)
        ? Plan.of(read, "r1")
        : fail("not a scenario");
  }
}
