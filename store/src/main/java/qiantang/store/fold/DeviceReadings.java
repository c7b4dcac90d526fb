package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;

/** What one device sent, in order of arrival, to be sorted by event time. Not thread-safe. */
final class DeviceReadings {
  private static final Comparator<Arrived> EVENT_TIME =
      Comparator.comparingLong(arrived -> arrived.reading.eventTimeMicros());

  private final List<Arrived> all = new ArrayList<>();
  // Of the instant at hand: where the last value of each metric is.
  private final Map<String, Integer> lastOf = new HashMap<>();
  // A reading none of whose metrics comes twice: the next one has mostly the same.
  private List<MetricValue> distinct = List.of();

  private record Arrived(Reading reading, long arrivalMicros) {}

  /** Adds a reading that arrived after all others. */
  void add(Reading reading, long arrivalMicros) {
    all.add(new Arrived(reading, arrivalMicros));
  }

  /**
   * All samples in order of event time, those of one instant in order of arrival; of one metric and
   * instant only the last to arrive.
   */
  DeviceColumns columns() {
    all.sort(EVENT_TIME); // stable: order of arrival stays within an instant
    ColumnsBuilder builder = new ColumnsBuilder();
    int from = 0;
    while (from < all.size()) {
      long eventTimeMicros = all.get(from).reading.eventTimeMicros();
      int to = from + 1;
      while (to < all.size() && all.get(to).reading.eventTimeMicros() == eventTimeMicros) {
        to++;
      }
      addInstant(all.subList(from, to), builder);
      from = to;
    }
    return builder.build();
  }

  private void addInstant(List<Arrived> instant, ColumnsBuilder builder) {
    if (instant.size() == 1 && isLikeDistinct(instant.getFirst().reading.values())) {
      Arrived only = instant.getFirst();
      only.reading.values().forEach(value -> add(only, value, builder));
      return;
    }
    lastOf.clear();
    int place = 0;
    for (Arrived arrived : instant) {
      for (MetricValue value : arrived.reading.values()) {
        lastOf.put(value.metric(), place++);
      }
    }
    if (instant.size() == 1 && lastOf.size() == place) {
      distinct = instant.getFirst().reading.values();
    }
    place = 0;
    for (Arrived arrived : instant) {
      for (MetricValue value : arrived.reading.values()) {
        if (lastOf.getOrDefault(value.metric(), -1) == place++) {
          add(arrived, value, builder);
        }
      }
    }
  }

  /** The map took an eighth of what sorting and packing cost together. */
  private boolean isLikeDistinct(List<MetricValue> values) {
    if (values.size() != distinct.size()) {
      return false;
    }
    for (int i = 0; i < values.size(); i++) {
      if (!values.get(i).metric().equals(distinct.get(i).metric())) {
        return false;
      }
    }
    return true;
  }

  private static void add(Arrived arrived, MetricValue value, ColumnsBuilder builder) {
    Reading reading = arrived.reading;
    builder.add(
        reading.eventTimeMicros(),
        arrived.arrivalMicros,
        reading.stamped(),
        reading.possibleRepeat(),
        value.metric(),
        value.value());
  }
}
