package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;

/** The devices of two enterprises, which have the same ids, and what they say. */
final class Devices {
  private static final long MINUTE_MICROS = 60_000_000L;
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final List<DeviceId> IDS =
      List.of(new DeviceId("d0"), new DeviceId("d1"), new DeviceId("d2"));
  private static final List<DeviceId> NAMED = List.of(new DeviceId("b0"), new DeviceId("b1"));
  private static final List<DeviceId> CONNECTING = List.of(new DeviceId("p0"), new DeviceId("p1"));
  private static final List<String> METRICS = List.of("m0", "m1");
  private static final int BATCH_READINGS = 35;
  private static final long BATCH_PERIOD_MICROS = 2_000_000L;

  private final VirtualTime time;
  private final Dice dice;
  private final Judge judge;
  private final List<EnterpriseId> enterprises;
  private final int lateWeight;
  private final int earlyWeight;
  private final int edgeWeight;
  private final int conflictWeight;
  private final int batchPerMille;
  private final List<Session> sessions = new ArrayList<>();
  private boolean hasBatches;
  private long values;
  private long firstMicros;
  private long lastMicros;

  Devices(VirtualTime time, Dice dice, Judge judge) {
    this.time = time;
    this.dice = dice;
    this.judge = judge;
    // "ost" shares acme's lane in every start, "nord" does not.
    enterprises = List.of(ACME, new EnterpriseId(dice.chance(500) ? "ost" : "nord"));
    lateWeight = dice.below(4);
    earlyWeight = dice.below(2);
    edgeWeight = dice.below(3);
    conflictWeight = dice.below(4);
    batchPerMille = dice.chance(200) ? 100 : 0;
    firstMicros = time.micros();
    lastMicros = firstMicros;
  }

  List<EnterpriseId> enterprises() {
    return enterprises;
  }

  List<DeviceId> ids() {
    return IDS;
  }

  /** Devices that are born now and then. */
  List<DeviceId> named() {
    return NAMED;
  }

  /** Devices that connect and disconnect. */
  List<DeviceId> connecting() {
    return CONNECTING;
  }

  /** All sessions there were. */
  List<Session> sessions() {
    return sessions;
  }

  /** A session begins on a node. */
  Session connect(IngestNode node, StartId start) {
    Session session =
        new Session(
            dice.pick(enterprises), dice.pick(CONNECTING), node, start, sessions.size() + 1);
    sessions.add(session);
    return session;
  }

  /** Whether there may be chunks with summaries. */
  boolean hasBatches() {
    return hasBatches;
  }

  /** No event time is earlier. */
  long firstMicros() {
    return firstMicros;
  }

  /** No event time is later. */
  long lastMicros() {
    return lastMicros;
  }

  /** A new message: of a device, or of a gateway that speaks for several. */
  Message message() {
    EnterpriseId enterprise = dice.pick(enterprises);
    if (dice.chance(50)) {
      return Message.refused(enterprise, dice.pick(IDS));
    }
    if (dice.chance(40)) {
      return Message.birth(enterprise, dice.pick(NAMED), "name-" + ++values);
    }
    if (dice.chance(batchPerMille)) {
      return batch();
    }
    List<Reading> readings = new ArrayList<>(2);
    for (int i = dice.chance(700) ? 1 : 1 + dice.below(3); i > 0; i--) {
      readings.add(reading(enterprise));
    }
    DeviceId publisher = dice.chance(500) ? readings.getFirst().device() : new DeviceId("gateway");
    return Message.readings(enterprise, publisher, readings);
  }

  /** A message of so many readings that their chunk has a summary. */
  Message batch() {
    hasBatches = true;
    EnterpriseId enterprise = dice.pick(enterprises);
    DeviceId device = dice.pick(IDS);
    long endMicros = dice.chance(500) ? time.micros() : eventTimeMicros();
    List<Reading> readings = new ArrayList<>(BATCH_READINGS);
    for (int i = BATCH_READINGS; i > 0; i--) {
      long micros = endMicros - i * BATCH_PERIOD_MICROS;
      seeEventTime(micros);
      readings.add(
          new Reading(
              device, micros, true, false, List.of(new MetricValue(METRICS.getFirst(), value()))));
    }
    return Message.readings(enterprise, device, readings);
  }

  /** A message that says otherwise of one thing that another has said, or something beside it. */
  Message correction(Message message) {
    Identity again = dice.pick(List.copyOf(message.values.keySet()));
    MetricValue said = new MetricValue(again.metric(), value());
    long beside = dice.chance(500) ? dice.between(1, BATCH_PERIOD_MICROS - 1) : 0;
    seeEventTime(again.eventTimeMicros() + beside);
    Reading reading =
        new Reading(again.device(), again.eventTimeMicros() + beside, true, false, List.of(said));
    return Message.readings(message.enterprise, message.publisher(), List.of(reading));
  }

  private Reading reading(EnterpriseId enterprise) {
    Identity again = dice.weighted(8, conflictWeight) == 1 ? earlier(enterprise) : null;
    DeviceId device = again == null ? dice.pick(IDS) : again.device();
    long micros = again == null ? eventTimeMicros() : again.eventTimeMicros();
    seeEventTime(micros);
    List<MetricValue> said = new ArrayList<>(2);
    if (again == null && dice.chance(300)) {
      METRICS.forEach(metric -> said.add(new MetricValue(metric, value())));
    } else {
      said.add(new MetricValue(again == null ? dice.pick(METRICS) : again.metric(), value()));
    }
    return new Reading(device, micros, true, false, said);
  }

  private void seeEventTime(long micros) {
    firstMicros = Math.min(firstMicros, micros);
    lastMicros = Math.max(lastMicros, micros);
  }

  /** Something this enterprise has said before, to say otherwise. */
  private @Nullable Identity earlier(EnterpriseId enterprise) {
    List<Message> messages = judge.messages();
    for (int tries = 3; tries > 0 && !messages.isEmpty(); tries--) {
      // Mostly of late: conflicts within a frame, a minute and a quarter hour.
      int back = dice.below(dice.chance(700) ? Math.min(5, messages.size()) : messages.size());
      Message message = messages.get(messages.size() - 1 - back);
      if (message.enterprise.equals(enterprise) && message.isReadings()) {
        return dice.pick(List.copyOf(message.values.keySet()));
      }
    }
    return null;
  }

  private Value value() {
    long number = ++values;
    return switch (dice.below(10)) {
      case 0 -> new Value.Real(number + 0.5);
      case 1 -> new Value.Text("t" + number);
      default -> new Value.Int(number);
    };
  }

  private long eventTimeMicros() {
    long now = time.micros();
    return switch (dice.weighted(6, lateWeight, earlyWeight, edgeWeight)) {
      case 0 -> now - dice.between(0, 20_000_000L);
      case 1 ->
          now
              - switch (dice.below(4)) {
                case 0 -> dice.between(0, 30 * MINUTE_MICROS);
                case 1 -> dice.between(0, 4 * 60 * MINUTE_MICROS);
                case 2 -> dice.between(0, 26 * 60 * MINUTE_MICROS);
                default -> dice.between(0, 7 * 1440 * MINUTE_MICROS);
              };
      case 2 -> now + dice.between(0, 5 * MINUTE_MICROS);
      default -> edgeMicros(now);
    };
  }

  /** The first or last moment of a quarter hour, an hour or a day, as near as may be. */
  private long edgeMicros(long now) {
    long unit = MINUTE_MICROS * (dice.chance(600) ? 15 : dice.chance(500) ? 60 : 1440);
    long begin = Math.floorDiv(now + 5 * MINUTE_MICROS, unit) * unit;
    long edge = dice.chance(800) ? begin : begin - unit;
    return edge - dice.below(2);
  }
}
