package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import qiantang.sim.Await;
import qiantang.sim.Mosquitto;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.wire.MqttVersion;

/** What a subscriber of a broker that is not ours is told of messages with QoS 2 and 0. */
class QosMosquittoIT {
  private static final Backoff SOON = new Backoff(Duration.ofMillis(20), Duration.ofMillis(100));

  @TempDir private Path folder = Path.of("");

  private final Map<String, Integer> seen = new ConcurrentHashMap<>();

  @ParameterizedTest
  @EnumSource
  void withQos2EachMessageIsSeenOnceThoughConnectionsAreCut(MqttVersion version) throws Exception {
    Plan plan = plan(2, version, 3);
    long start = System.currentTimeMillis();
    try (Mosquitto broker = new Mosquitto(folder);
        Subscriber _ = new Subscriber(broker);
        Fleet fleet = Fleet.connect("t", seats(plan), options(broker))) {
      Figures figures = fleet.figures();
      fleet.begin(start);
      for (int cut = 1; cut <= 8; cut++) {
        long until = plan.messages() * cut / 10;
        Await.until("more is acknowledged", () -> figures.counts().acked() >= until);
        fleet.disturb(new Disturbance(Disturbance.Kind.DROP, most(plan, cut), SOON));
      }
      Await.until("all is acknowledged", () -> figures.counts().acked() == plan.messages());
      assertTrue(figures.counts().resent() > 0, "a cut that cut nothing off");
      assertTrue(figures.counts().connectionsLost() > 0);
      Await.until("all is seen", () -> seen.size() == payloads(plan, start).size());
    }
    assertEquals(payloads(plan, start), seen);
  }

  private static Lot most(Plan plan, int seed) {
    int publishers = plan.publishers().size();
    return new Lot(seed, Math.ceilDiv(7 * publishers, 10), publishers);
  }

  @Test
  void withQos0WhatFellDueWhileTheServerWasAwayIsSentLate() throws Exception {
    Plan plan = plan(0, MqttVersion.V5, 3);
    long start = System.currentTimeMillis();
    try (Mosquitto broker = new Mosquitto(folder);
        Fleet fleet = Fleet.connect("t", seats(plan), options(broker))) {
      Figures figures = fleet.figures();
      fleet.begin(start);
      Await.until("some is sent", () -> figures.counts().sent() > plan.messages() / 4);
      broker.signal("KILL");
      Await.until("nobody is there", () -> figures.counts().loggedIn() == 0);
      Figures.Latencies due = Figures.Latencies.empty();
      Await.until(
          "messages fall due",
          () -> {
            figures.drainInto(due);
            return due.lag().getTotalCount() > figures.counts().sent();
          });
      broker.launch();
      try (Subscriber _ = new Subscriber(broker)) {
        Await.until("all is sent", () -> figures.counts().settled() == plan.messages());
        assertEquals(plan.messages(), figures.counts().atMostOnce());
        assertEquals(0, figures.counts().acked());
        assertEquals(0, figures.counts().resent());
        assertTrue(figures.counts().late() > 0);
        List<Ledger> ledgers = fleet.stop();
        assertEquals(plan.messages(), ledgers.stream().mapToLong(Ledger::sent).sum());
        assertEquals(0, ledgers.stream().mapToLong(Ledger::ackedCount).sum());
        PublisherPlan first = plan.publishers().getFirst();
        String last = text(first.payload(first.messages() - 1, start));
        Await.until("the last message is seen", () -> seen.containsKey(last));
      }
    }
  }

  /** Counts what it is told by the payload, which no two messages share. */
  private final class Subscriber implements AutoCloseable {
    private final MqttClient client;

    Subscriber(Mosquitto broker) throws MqttException {
      String uri = "tcp://127.0.0.1:" + broker.address().getPort();
      client = new MqttClient(uri, "watcher", new MemoryPersistence());
      client.connect();
      client.subscribe(
          "#", 2, (_, message) -> seen.merge(text(message.getPayload()), 1, Integer::sum));
    }

    @Override
    public void close() throws MqttException {
      client.disconnectForcibly(1_000, 1_000);
      client.close();
    }
  }

  private static Map<String, Integer> payloads(Plan plan, long startMillis) {
    Map<String, Integer> payloads = new HashMap<>();
    for (PublisherPlan publisher : plan.publishers()) {
      LongStream.range(0, publisher.messages())
          .forEach(n -> payloads.merge(text(publisher.payload(n, startMillis)), 1, Integer::sum));
    }
    return payloads;
  }

  private static String text(byte[] payload) {
    return new String(payload, StandardCharsets.UTF_8);
  }

  private static FleetOptions options(Mosquitto broker) {
    return new FleetOptions(broker.address(), 1_000, 1, FleetOptions.KEEP_ALL, System::nanoTime);
  }

  private static Plan plan(int qos, MqttVersion version, int seconds) {
    FleetSpec fleet =
        FleetSpec.direct("mills", 10, SignalModel.PUMP, Duration.ofMillis(10))
            .withJitter(0.5)
            .withInFlightMax(8)
            .withMqtt(version)
            .withQos(qos);
    return Plan.of(
        new Scenario(
            1,
            Duration.ofSeconds(seconds),
            1_000,
            Duration.ofSeconds(10),
            List.of(fleet),
            List.of()),
        "r1");
  }

  private static List<Seat> seats(Plan plan) {
    return plan.publishers().stream().map(publisher -> new Seat(publisher, "any")).toList();
  }
}
