package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

/** What a device or gateway has to say; it sends it until it is acknowledged, perhaps again. */
final class Message {
  private static final byte[] PAYLOAD = {'{'};

  final EnterpriseId enterprise;
  final DeviceId publisher;

  /** Whether it is refused: then its rejection is what is stored and acknowledged. */
  final boolean isRefused;

  /** What it says of each identity: of two values in one message the later one. */
  final Map<Identity, Value> values = new LinkedHashMap<>();

  final List<Delivery> deliveries = new ArrayList<>(2);

  private final List<Reading> readings;

  private Message(
      EnterpriseId enterprise, DeviceId publisher, boolean isRefused, List<Reading> readings) {
    this.enterprise = enterprise;
    this.publisher = publisher;
    this.isRefused = isRefused;
    this.readings = List.copyOf(readings);
    for (Reading reading : readings) {
      for (MetricValue value : reading.values()) {
        values.put(
            new Identity(enterprise, reading.device(), value.metric(), reading.eventTimeMicros()),
            value.value());
      }
    }
  }

  /** A message with readings. */
  static Message of(EnterpriseId enterprise, DeviceId publisher, List<Reading> readings) {
    return new Message(enterprise, publisher, false, readings);
  }

  /** A message that no node will take. */
  static Message refused(EnterpriseId enterprise, DeviceId publisher) {
    return new Message(enterprise, publisher, true, List.of());
  }

  /** The record of it. */
  Entry entry(long arrivalMicros) {
    return isRefused
        ? new Entry.Rejection(
            publisher,
            null,
            Reason.MALFORMED,
            "no JSON",
            "v1/devices/me/telemetry",
            1,
            PAYLOAD.length,
            PAYLOAD,
            null,
            arrivalMicros)
        : new Entry.Readings(publisher, arrivalMicros, readings);
  }

  /** Whether a record is of this message. */
  boolean isSaidBy(Entry entry) {
    return switch (entry) {
      case Entry.Readings said ->
          !isRefused && said.publisher().equals(publisher) && said.readings().equals(readings);
      case Entry.Rejection rejection -> isRefused && publisher.equals(rejection.publisher());
      case Entry.Birth _, Entry.Presence _ -> false;
    };
  }

  /** What it adds to its enterprise's counts. */
  Counts counts() {
    return isRefused ? new Counts(0, 1, 0, 0) : new Counts(1, 0, readings.size(), 0);
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
