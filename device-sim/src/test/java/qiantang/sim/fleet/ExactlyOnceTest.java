package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import qiantang.sim.plan.Plan;

/** QoS 2 and QoS 0 in virtual time. */
class ExactlyOnceTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private record Sent(long n, int id, Step step) {}

  private final List<Sent> wire = new ArrayList<>();
  private LoopFigures figures = new LoopFigures(List.of(), _ -> {});

  @Test
  void aMessageIsAcknowledgedByPubComp() {
    Outbound outbound = outbound(2, 1);
    assertEquals(List.of(publish(0)), taken());
    assertTrue(outbound.received(0, 1, true, 0));
    assertEquals(List.of(release(0)), taken());
    assertEquals(0, figures.counts().acked());
    assertFalse(outbound.send(0, 0), "the window is open from PUBCOMP on only");
    assertTrue(outbound.completed(0, 1, 0));
    assertEquals(1, figures.counts().acked());
    outbound.send(0, 0);
    assertEquals(List.of(publish(1)), taken());
  }

  @Test
  void aRefusingPubRecIsTheEnd() {
    Outbound outbound = outbound(2, 1);
    wire.clear();
    assertTrue(outbound.received(0, 1, false, 0));
    assertEquals(List.of(), taken());
    assertEquals(1, figures.counts().refused());
    assertTrue(ledger(outbound).isRefused(0));
    outbound.send(0, 0);
    assertEquals(List.of(publish(1)), taken());
  }

  @Test
  void whatIsCutBeforePubRecIsPublishedAgain() {
    Outbound outbound = outbound(2, 1);
    wire.clear();
    outbound.connected(0, 1, true);
    outbound.send(0, 0);
    assertEquals(List.of(new Sent(0, 1, Step.PUBLISH_AGAIN)), taken());
    outbound.connected(0, 1, false);
    outbound.send(0, 0);
    assertEquals(List.of(publish(0)), taken());
  }

  @Test
  void whatIsCutAfterPubRecIsReleasedAgainIfTheServerKnowsOfItElsePublished() {
    Outbound outbound = outbound(2, 1);
    outbound.received(0, 1, true, 0);
    wire.clear();
    outbound.connected(0, 1, true);
    outbound.send(0, 0);
    assertEquals(List.of(release(0)), taken());
    outbound.connected(0, 1, false);
    outbound.send(0, 0);
    assertEquals(List.of(publish(0)), taken());
    assertFalse(outbound.completed(0, 1, 0), "of a release that this session does not know");
    assertTrue(outbound.received(0, 1, true, 0));
    assertTrue(outbound.completed(0, 1, 0));
    assertEquals(1, figures.counts().acked());
  }

  /** The kept session answers what was not sent again yet, as the window is smaller now. */
  @Test
  void aPubRecForWhatWaitsToGoAgainIsReleasedInItsTurn() {
    Outbound outbound = outbound(2, 3);
    wire.clear();
    outbound.connected(0, 1, true);
    outbound.send(0, 0);
    assertEquals(List.of(new Sent(0, 1, Step.PUBLISH_AGAIN)), taken());
    assertTrue(outbound.received(0, 2, true, 0));
    assertEquals(List.of(), taken());
    outbound.received(0, 1, true, 0);
    outbound.completed(0, 1, 0);
    wire.clear();
    outbound.send(0, 0);
    assertEquals(List.of(release(1)), taken());
  }

  @Test
  void answersForWhatIsNotInFlightAreCounted() {
    Outbound outbound = outbound(2, 1);
    assertFalse(outbound.received(0, 9, true, 0));
    assertFalse(outbound.received(0, 9, false, 0));
    assertFalse(outbound.completed(0, 9, 0));
    assertFalse(outbound.completed(0, 1, 0), "before its PUBREC");
    assertEquals(4, figures.counts().strayAcks());
    assertEquals(1, figures.counts().inFlight());
  }

  /**
   * A server of [MQTT-4.3.3], method B: it passes a message on at PUBREC's time and keeps its id
   * until PUBREL. Connections break at each step, with packets of both directions lost; while the
   * session is kept no message is passed on twice, and in the end each was once.
   */
  @Test
  void everyMessageIsPassedOnOnceHoweverConnectionsBreak() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      wire.clear();
      Outbound outbound = outbound(2, 4);
      Set<Integer> held = new HashSet<>();
      List<Long> passedOn = new ArrayList<>();
      Deque<Sent> answers = new ArrayDeque<>(); // PUBREL here means PUBCOMP, else PUBREC
      long now = SECOND;
      while (ledger(outbound).ackedCount() < 900) {
        now += 1_000_000;
        outbound.becomeDue(0, Math.min(now, 21 * SECOND));
        switch (random.nextInt(25)) {
          case 0 -> {
            wire.clear();
            answers.clear();
            outbound.connected(0, 1 + random.nextInt(6), true);
          }
          case 1, 2, 3, 4, 5, 6 -> outbound.send(0, now);
          case 7, 8, 9, 10, 11, 12, 13, 14, 15 -> {
            if (!wire.isEmpty()) {
              serve(wire.removeFirst(), held, passedOn, answers);
            }
          }
          default -> {
            Sent answer = answers.poll();
            if (answer != null && answer.step() == Step.PUBREL) {
              outbound.completed(0, answer.id(), now);
            } else if (answer != null) {
              assertTrue(outbound.received(0, answer.id(), true, now));
            }
          }
        }
      }
      assertEquals(passedOn.size(), new HashSet<>(passedOn).size(), "twice, seed " + seed);
      for (long n = 0; n < 900; n++) {
        assertEquals(n, passedOn.get((int) n), "in the order in which they were sent");
      }
      assertEquals(0, figures.counts().strayAcks(), "seed " + seed);
    }
  }

  private static void serve(
      Sent packet, Set<Integer> held, List<Long> passedOn, Deque<Sent> answers) {
    if (packet.step() == Step.PUBREL) {
      held.remove(packet.id());
    } else if (held.add(packet.id())) {
      passedOn.add(packet.n());
    }
    answers.add(packet);
  }

  @Test
  void whatGoesWithQos0IsDoneAtOnceAndNeverAcked() {
    Outbound outbound = outbound(0, 4);
    assertEquals(4, wire.size(), "so much at once");
    assertTrue(outbound.isBehindUnanswered(0));
    while (outbound.send(0, SECOND)) {
      // As the socket has room.
    }
    assertFalse(outbound.isBehindUnanswered(0));
    Figures.Counts counts = figures.counts();
    assertEquals(wire.size(), counts.atMostOnce());
    assertEquals(counts.sent(), counts.settled());
    assertEquals(0, counts.inFlight());
    assertEquals(0, figures.sinceLast().ack().getTotalCount());
    assertEquals(counts.sent(), ledger(outbound).sent());
    assertEquals(0, ledger(outbound).ackedCount());
    assertFalse(ledger(outbound).isAcked(0));
    int sent = wire.size();
    outbound.connected(0, 65_535, true);
    assertFalse(outbound.send(0, SECOND), "nothing goes again");
    outbound.becomeDue(0, 2 * SECOND); // while it was away
    assertTrue(outbound.send(0, 5 * SECOND));
    assertEquals(sent, wire.get(sent).n());
    assertTrue(figures.counts().late() > 0);
  }

  private List<Sent> taken() {
    List<Sent> taken = List.copyOf(wire);
    wire.clear();
    return taken;
  }

  private static Sent publish(long n) {
    return new Sent(n, Flights.packetId(n), Step.PUBLISH);
  }

  private static Sent release(long n) {
    return new Sent(n, Flights.packetId(n), Step.PUBREL);
  }

  private static Ledger ledger(Outbound outbound) {
    return outbound.ledgers(0, 1).getFirst();
  }

  /** One publisher with a second's messages due, of which the first window has gone. */
  private Outbound outbound(int qos, int window) {
    Plan plan = OutboundTest.plan(1, qos);
    Seat seat = new Seat(plan.publishers().getFirst(), "any");
    figures = new LoopFigures(List.of(seat), _ -> {});
    Outbound outbound =
        new Outbound(
            List.of(seat),
            figures,
            FleetOptions.KEEP_ALL,
            (p, n, id, step) -> wire.add(new Sent(n, id, step)));
    outbound.connected(0, window, false);
    outbound.becomeDue(0, SECOND);
    outbound.send(0, SECOND);
    return outbound;
  }
}
