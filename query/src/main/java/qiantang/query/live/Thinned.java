package qiantang.query.live;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.query.live.LiveEvent.Measured;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;

/**
 * The newest value of each metric of each device since the last time that values were told. What is
 * told all at once is taken piece by piece; meanwhile what comes newer takes the place of what
 * waits. Guarded by its stream.
 */
final class Thinned {
  /** A slot with its keys and links; texts come on top. */
  private static final int SLOT_BYTES = 150;

  private record Slot(DeviceId device, String metric) {}

  private Map<Slot, Measured> waiting = new LinkedHashMap<>();
  private Map<Slot, Measured> leaving = new LinkedHashMap<>();
  private int bytes;

  int bytes() {
    return bytes;
  }

  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  boolean isLeaving() {
    return !leaving.isEmpty();
  }

  /** How much more is held once this is put. */
  static int bytesOf(Measured measured) {
    int bytes = 0;
    for (MetricValue value : measured.values()) {
      bytes += bytesOf(value.value());
    }
    return bytes;
  }

  private static int bytesOf(Value value) {
    return SLOT_BYTES
        + switch (value) {
          case Value.Text text -> text.value().length();
          case Value.Json json -> json.text().length();
          case Value.Bool _, Value.Int _, Value.Real _ -> 0;
        };
  }

  void put(Measured measured) {
    for (MetricValue value : measured.values()) {
      Slot slot = new Slot(measured.device(), value.metric());
      Map<Slot, Measured> into = leaving.containsKey(slot) ? leaving : waiting;
      Measured before = into.get(slot);
      if (before == null || before.eventTimeMicros() <= measured.eventTimeMicros()) {
        bytes += bytesOf(value.value()) - (before == null ? 0 : bytesOf(before));
        into.put(slot, measured.of(List.of(value)));
      }
    }
  }

  /** All that waits is to be told; nothing that is leaving is left. */
  void release() {
    Map<Slot, Measured> empty = leaving;
    leaving = waiting;
    waiting = empty;
  }

  /** The next of what is leaving: all values of one device at one instant; null for none. */
  @Nullable Measured next() {
    if (leaving.isEmpty()) {
      return null;
    }
    Measured first = leaving.values().iterator().next();
    List<MetricValue> values = new ArrayList<>();
    var all = leaving.values().iterator();
    boolean isSame = true;
    while (isSame && all.hasNext()) { // what came together was put together
      Measured each = all.next();
      isSame =
          each.device().equals(first.device())
              && each.eventTimeMicros() == first.eventTimeMicros()
              && each.micros() == first.micros();
      if (isSame) {
        values.addAll(each.values());
        bytes -= bytesOf(each);
        all.remove();
      }
    }
    return first.of(values);
  }

  void clear() {
    waiting.clear();
    leaving.clear();
    bytes = 0;
  }
}
