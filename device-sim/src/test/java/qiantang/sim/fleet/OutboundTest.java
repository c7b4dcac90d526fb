package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;

/** Sending and settling in virtual time. */
class OutboundTest {
  private static final int WINDOW = 4;

  private record Packet(int publisher, long n, int id, boolean dup) {}

  private final List<Packet> wire = new ArrayList<>();
  private LoopFigures figures = new LoopFigures(List.of(), _ -> {});
  private long planned;

  @Test
  void theWindowHoldsBackAndNothingIsSkipped() {
    Outbound outbound = outbound(1, FleetOptions.KEEP_ALL);
    outbound.connected(0, 65_535, true);
    outbound.becomeDue(0, Duration.ofSeconds(1).toNanos());
    assertTrue(outbound.send(0, 0));
    assertEquals(List.of(0L, 1L, 2L, 3L), numbers());
    assertFalse(outbound.send(0, 0));
    wire.clear();
    assertTrue(outbound.acknowledged(0, Flights.packetId(2), true, 0));
    outbound.send(0, 0);
    assertEquals(List.of(4L), numbers());
    assertFalse(outbound.acknowledged(0, Flights.packetId(2), true, 0));
    assertEquals(1, figures.counts().strayAcks());
  }

  @Test
  void whatIsOpenGoesAgainFirstUnderItsPacketIdWithinTheNewWindow() {
    Outbound outbound = outbound(1, FleetOptions.KEEP_ALL);
    outbound.connected(0, 65_535, true);
    outbound.becomeDue(0, Duration.ofSeconds(1).toNanos());
    outbound.send(0, 0);
    outbound.acknowledged(0, Flights.packetId(1), true, 0);
    wire.clear();
    outbound.connected(0, 2, true); // the server allows fewer now
    outbound.send(0, 0);
    assertEquals(List.of(new Packet(0, 0, 1, true), new Packet(0, 2, 3, true)), wire);
    // The kept session acknowledges what was not sent again yet; then the rest of the window.
    outbound.acknowledged(0, Flights.packetId(3), true, 0);
    outbound.send(0, 0);
    assertEquals(2, wire.size());
    outbound.acknowledged(0, Flights.packetId(0), true, 0);
    outbound.send(0, 0);
    assertEquals(new Packet(0, 4, 5, false), wire.getLast());
    assertEquals(2, figures.counts().resent());
  }

  @Test
  void aServerThatForgotTheSessionGetsMessagesAsIfForTheFirstTime() {
    Outbound outbound = outbound(1, FleetOptions.KEEP_ALL);
    outbound.connected(0, 65_535, true);
    outbound.becomeDue(0, Duration.ofSeconds(1).toNanos());
    outbound.send(0, 0);
    wire.clear();
    outbound.connected(0, 1, false);
    outbound.send(0, 0);
    assertEquals(List.of(new Packet(0, 0, 1, false)), wire);
  }

  @Test
  void aBacklogThatIsNotKeptIsSkippedAndCounted() {
    Outbound outbound = outbound(1, 3);
    outbound.becomeDue(0, Duration.ofSeconds(1).toNanos());
    long due = figures.counts().skipped() + 3;
    assertTrue(due > 40, "of about 50 messages");
    outbound.connected(0, 65_535, true);
    outbound.send(0, 0);
    assertEquals(due - 3, wire.getFirst().n());
  }

  /** A system that hangs up on broken messages must not keep a device from sending others. */
  @Test
  void aBrokenMessageThatEndsTwoConnectionsIsGivenUp() {
    Faults.Malformed all = new Faults.Malformed(1, List.of(Faults.MalformedKind.TRUNCATED));
    Outbound outbound = outbound(plan(1, 1, all), FleetOptions.KEEP_ALL);
    outbound.connected(0, 1, true);
    outbound.becomeDue(0, Duration.ofSeconds(1).toNanos());
    outbound.send(0, 0);
    outbound.connected(0, 1, true);
    outbound.send(0, 0);
    assertEquals(List.of(0L, 0L), numbers());
    assertEquals(0, figures.counts().refused());
    outbound.connected(0, 1, true);
    outbound.send(0, 0);
    assertEquals(List.of(0L, 0L, 1L), numbers());
    assertEquals(1, figures.counts().refused());
    assertTrue(outbound.ledgers(0, 1).getFirst().isRefused(0));
  }

  /** Every message ends acknowledged once, however connections break and answers come. */
  @Test
  void everyMessageIsSettledOnceUnderBreaksAndDisorder() {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      wire.clear();
      Outbound outbound = outbound(3, FleetOptions.KEEP_ALL);
      long now = 0;
      for (int step = 0; step < 4_000; step++) {
        now += 1_000_000;
        int p = random.nextInt(3);
        outbound.becomeDue(p, now);
        switch (random.nextInt(20)) {
          case 0 -> {
            wire.removeIf(packet -> packet.publisher() == p); // lost with the connection
            outbound.connected(p, 1 + random.nextInt(6), random.nextBoolean());
          }
          case 1, 2, 3, 4, 5 -> outbound.send(p, now);
          default -> {
            if (!wire.isEmpty()) {
              Packet packet = wire.remove(random.nextInt(Math.min(wire.size(), 3)));
              assertTrue(outbound.acknowledged(packet.publisher(), packet.id(), true, now));
            }
          }
        }
      }
      for (int p = 0; p < 3; p++) {
        outbound.connected(p, 65_535, true);
        int publisher = p;
        wire.removeIf(packet -> packet.publisher() == publisher);
        outbound.becomeDue(p, Long.MAX_VALUE / 2);
        while (outbound.send(p, now)) {
          for (Packet packet : List.copyOf(wire)) {
            outbound.acknowledged(packet.publisher(), packet.id(), true, now);
          }
          wire.clear();
        }
        assertEquals(
            outbound.ledgers(p, p + 1).getFirst().sent(),
            outbound.ledgers(p, p + 1).getFirst().ackedCount());
        assertFalse(outbound.hasMore(p));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0.02, 2000", "0.5, 2000", "0.8, 500"})
  void aPauseOfTheServerShowsInTheLatencyAsArithmeticPredicts(double utilisation, int pauseMs) {
    int publishers = 20;
    Outbound outbound = outbound(publishers, FleetOptions.KEEP_ALL);
    Duration run = Duration.ofSeconds(20);
    long pauseBegin = Duration.ofSeconds(5).toNanos();
    long pauseEnd = pauseBegin + Duration.ofMillis(pauseMs).toNanos();
    long messages = planned;
    long serviceNanos = (long) (utilisation * run.toNanos() / messages);
    ArrayDeque<Packet> server = new ArrayDeque<>();
    long serverFree = 0;
    for (int p = 0; p < publishers; p++) {
      outbound.connected(p, 65_535, true);
    }
    for (long now = 0; figures.counts().acked() < messages; now += 100_000) {
      for (int p = 0; p < publishers; p++) {
        if (outbound.hasMore(p) && outbound.nextDueNanos(p) <= now) {
          outbound.becomeDue(p, now);
          outbound.send(p, now);
        }
      }
      server.addAll(wire);
      wire.clear();
      boolean paused = now >= pauseBegin && now < pauseEnd;
      while (!paused && !server.isEmpty() && serverFree <= now) {
        Packet packet = server.remove();
        serverFree = Math.max(serverFree, now - 100_000) + serviceNanos;
        outbound.acknowledged(packet.publisher(), packet.id(), true, now);
        outbound.send(packet.publisher(), now);
        server.addAll(wire);
        wire.clear();
      }
    }
    Figures.Latencies reported = figures.sinceLast();
    PausePrediction predicted =
        new PausePrediction(run, Duration.ofMillis(pauseMs), utilisation, Duration.ofNanos(50_000));
    for (double share : new double[] {0.95, 0.99, 0.999}) {
      double micros = reported.ack().getValueAtPercentile(100 * share);
      double expected = predicted.latencyAt(share).toNanos() / 1e3;
      assertEquals(expected, micros, expected * 0.05 + 1_000, "at " + share);
    }
  }

  @Test
  void aGeneratorThatWaitsForAnswersWouldNotSeeThePause() {
    PausePrediction pause =
        new PausePrediction(Duration.ofSeconds(20), Duration.ofSeconds(2), 0, Duration.ZERO);
    assertEquals(Duration.ofMillis(1_800), pause.latencyAt(0.99));
    assertEquals(Duration.ZERO, pause.latencyAt(0.90));
    assertEquals(Duration.ofSeconds(2), pause.latencyAt(1));
  }

  private List<Long> numbers() {
    return wire.stream().map(Packet::n).toList();
  }

  private Outbound outbound(int publishers, long backlogMax) {
    return outbound(plan(publishers, 1), backlogMax);
  }

  private Outbound outbound(Plan plan, long backlogMax) {
    planned = plan.messages();
    List<Seat> seats =
        plan.publishers().stream().map(publisher -> new Seat(publisher, "any")).toList();
    figures = new LoopFigures(seats, _ -> {});
    return new Outbound(
        seats,
        figures,
        backlogMax,
        (p, n, id, step) -> wire.add(new Packet(p, n, id, step == Step.PUBLISH_AGAIN)));
  }

  /** Publishers with a message each 20 ms, for 20 s. */
  static Plan plan(int publishers, int qos) {
    return plan(publishers, qos, Faults.NONE.malformed());
  }

  private static Plan plan(int publishers, int qos, Faults.Malformed malformed) {
    FleetSpec fleet =
        FleetSpec.direct("mills", publishers, SignalModel.PUMP, Duration.ofMillis(20))
            .withJitter(0.1)
            .withInFlightMax(WINDOW)
            .withQos(qos);
    Scenario sound =
        new Scenario(
            1, Duration.ofSeconds(20), 1_000, Duration.ofSeconds(1), List.of(fleet), List.of());
    Scenario scenario =
        new Scenario(
            1,
            sound.duration(),
            1_000,
            sound.ackGrace(),
            sound.fleets(),
            List.of(),
            sound.phases(),
            sound.disorder(),
            new Faults(malformed, 0, 0, Faults.Net.NONE),
            sound.probes());
    return Plan.of(scenario, "r1");
  }
}
