package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;

/** What a device or gateway has to say; it sends it until it is acknowledged, perhaps again. */
final class Message {
  final EnterpriseId enterprise;
  final DeviceId publisher;
  final List<Reading> readings;

  /** What it says of each identity: of two values in one message the later one. */
  final Map<Identity, Value> values = new LinkedHashMap<>();

  final List<Delivery> deliveries = new ArrayList<>(2);

  Message(EnterpriseId enterprise, DeviceId publisher, List<Reading> readings) {
    this.enterprise = enterprise;
    this.publisher = publisher;
    this.readings = List.copyOf(readings);
    for (Reading reading : readings) {
      for (MetricValue value : reading.values()) {
        values.put(
            new Identity(enterprise, reading.device(), value.metric(), reading.eventTimeMicros()),
            value.value());
      }
    }
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
