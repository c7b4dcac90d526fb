package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

/**
 * What is to be recorded: readings, a refusal, a birth, a session's begin or end. A device sends
 * its own until it is acknowledged, perhaps again.
 */
final class Message {
  /** The name of a device, in place of a metric's. */
  static final String NAME = "name";

  private static final byte[] PAYLOAD = {'{'};

  final EnterpriseId enterprise;

  /** What it says of each identity: of two values in one message the later one. */
  final Map<Identity, Value> values = new LinkedHashMap<>();

  final List<Delivery> deliveries = new ArrayList<>(2);

  private final Entry unstamped;

  private Message(EnterpriseId enterprise, Entry unstamped) {
    this.enterprise = enterprise;
    this.unstamped = unstamped;
    if (unstamped instanceof Entry.Readings said) {
      for (Reading reading : said.readings()) {
        for (MetricValue value : reading.values()) {
          values.put(
              new Identity(enterprise, reading.device(), value.metric(), reading.eventTimeMicros()),
              value.value());
        }
      }
    } else if (unstamped instanceof Entry.Birth birth) {
      values.put(nameOf(enterprise, birth.device()), new Value.Text(birth.name()));
    }
  }

  /** What a birth says. */
  static Identity nameOf(EnterpriseId enterprise, DeviceId device) {
    return new Identity(enterprise, device, NAME, 0);
  }

  /** A message with readings. */
  static Message readings(EnterpriseId enterprise, DeviceId publisher, List<Reading> readings) {
    return new Message(enterprise, new Entry.Readings(publisher, 0, List.copyOf(readings)));
  }

  /** A message that no node will take. */
  static Message refused(EnterpriseId enterprise, DeviceId publisher) {
    return new Message(
        enterprise,
        new Entry.Rejection(
            publisher,
            null,
            Reason.MALFORMED,
            "no JSON",
            "v1/devices/me/telemetry",
            1,
            PAYLOAD.length,
            PAYLOAD,
            null,
            0));
  }

  /** A device is named by its gateway. */
  static Message birth(EnterpriseId enterprise, DeviceId device, String name) {
    return new Message(enterprise, new Entry.Birth(device, name, new DeviceId("gateway"), null, 0));
  }

  /** A session begins or ends. */
  static Message presence(
      EnterpriseId enterprise, DeviceId device, long session, boolean connected) {
    String reason = connected ? "connect" : "disconnect";
    return new Message(
        enterprise,
        new Entry.Presence(device, session, connected, reason, "client", "10.0.0.1:1", 0));
  }

  /** The record of it. */
  Entry entry(long arrivalMicros) {
    return switch (unstamped) {
      case Entry.Readings said ->
          new Entry.Readings(said.publisher(), arrivalMicros, said.readings());
      case Entry.Birth birth ->
          new Entry.Birth(
              birth.device(), birth.name(), birth.gateway(), birth.model(), arrivalMicros);
      case Entry.Presence said ->
          new Entry.Presence(
              said.publisher(),
              said.session(),
              said.connected(),
              said.reason(),
              said.clientId(),
              said.address(),
              arrivalMicros);
      case Entry.Death _ -> throw new AssertionError("BUG: nobody dies here");
      case Entry.Rejection refused ->
          new Entry.Rejection(
              refused.publisher(),
              refused.device(),
              refused.reason(),
              refused.detail(),
              refused.topic(),
              refused.count(),
              refused.payloadBytes(),
              refused.payload(),
              refused.eventTimeMicros(),
              arrivalMicros);
    };
  }

  /** Whether a record is of this message. */
  boolean isSaidBy(Entry entry) {
    // A rejection holds bytes, by which records do not compare.
    if (entry instanceof Entry.Rejection refused) {
      return isRefused() && publisher().equals(refused.publisher());
    }
    return entry.equals(entry(entry.arrivalMicros()));
  }

  /** Who sent it, or who is spoken of. */
  DeviceId publisher() {
    @Nullable DeviceId publisher =
        switch (unstamped) {
          case Entry.Readings said -> said.publisher();
          case Entry.Birth birth -> birth.device();
          case Entry.Presence said -> said.publisher();
          case Entry.Death death -> death.publisher();
          case Entry.Rejection refused -> refused.publisher();
        };
    return publisher == null ? new DeviceId("nobody") : publisher;
  }

  boolean isReadings() {
    return unstamped instanceof Entry.Readings;
  }

  boolean isRefused() {
    return unstamped instanceof Entry.Rejection;
  }

  /** What it adds to its enterprise's counts. */
  Counts counts() {
    return switch (unstamped) {
      case Entry.Readings said -> new Counts(1, 0, said.readings().size(), 0);
      case Entry.Rejection _ -> new Counts(0, 1, 0, 0);
      case Entry.Birth _, Entry.Presence _, Entry.Death _ -> Counts.NONE;
    };
  }

  boolean isAcknowledged() {
    for (Delivery delivery : deliveries) {
      if (delivery.acknowledged < Long.MAX_VALUE) {
        return true;
      }
    }
    return false;
  }
}
