package qiantang.query.http;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.json.ItemProblem;
import qiantang.store.model.DeviceId;

/** What the bodies of questions about many devices have in common. */
final class BatchMembers {
  /** Devices of one question: a screen shows fewer, and a body of them has 70 KiB at most. */
  static final int DEVICES_MAX = 1000;

  private static final int METRICS_MAX = 1000;

  // As in questions about one device: the last hour, up to where event times may lie.
  private static final Duration USUAL_SPAN = Duration.ofHours(1);
  private static final Duration AHEAD_MAX = Duration.ofMinutes(5);

  private BatchMembers() {}

  /**
   * A device that is named.
   *
   * @param text as it is repeated to whoever sent it
   * @param id null where the text has not the form of an id: this is told of it alone
   */
  record Named(String text, @Nullable DeviceId id) {}

  /** Event times, from inclusive to exclusive. */
  record Times(long fromMicros, long toMicros) {}

  /** The devices, in the order given; at least one. */
  static List<Named> devices(Members members) {
    List<?> elements = members.elements("devices", 1, DEVICES_MAX);
    List<Named> devices = new ArrayList<>(elements.size());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < elements.size(); i++) {
      if (!(elements.get(i) instanceof String text)) {
        members.fault("devices", i, "it takes a text: the id of a device");
      } else if (!seen.add(text)) {
        members.fault("devices", i, "it is given twice: give it once");
      } else {
        devices.add(new Named(Parameters.shortened(text), DeviceEndpoints.id(text)));
      }
    }
    return devices;
  }

  /** Those that have the form of an id. */
  static List<DeviceId> ids(List<Named> devices) {
    return devices.stream().map(Named::id).filter(Objects::nonNull).toList();
  }

  /** What is told of one that has not. */
  static ItemProblem malformed() {
    return SeriesOfMany.problem(
        Problem.INVALID_REQUEST, "a device id takes 1 to 64 of [A-Za-z0-9._-]");
  }

  /** Names of metrics, none for all. */
  static List<String> metrics(Members members) {
    List<?> elements = members.elements("metrics", 0, METRICS_MAX);
    Set<String> metrics = new LinkedHashSet<>();
    for (int i = 0; i < elements.size(); i++) {
      if (elements.get(i) instanceof String text && !text.isEmpty()) {
        metrics.add(text);
      } else {
        members.fault("metrics", i, "it takes the name of a metric");
      }
    }
    return List.copyOf(metrics);
  }

  /** From when to when. */
  static Times times(Members members, Instant now) {
    Long to = members.timeMicros("to");
    Long from = members.timeMicros("from");
    long nowMicros = micros(now);
    long toMicros = to == null ? micros(now.plus(AHEAD_MAX)) : to;
    long fromMicros =
        from == null ? Math.min(nowMicros, toMicros) - USUAL_SPAN.toNanos() / 1000 : from;
    if (fromMicros > toMicros) {
      members.fault("from", "it lies behind 'to'");
      return new Times(toMicros, toMicros);
    }
    return new Times(fromMicros, toMicros);
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
