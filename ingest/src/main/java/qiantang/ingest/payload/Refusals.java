package qiantang.ingest.payload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.Decoded.Refusal;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Reason;

/** What is refused of one message; identical refusals are one with a count. */
public final class Refusals {
  /** Distinct refusals of one message; more are summed up, or 256 KiB would become 3 MB. */
  static final int REFUSALS_MAX = 256;

  private record Key(
      @Nullable DeviceId device, Reason reason, String detail, @Nullable Long eventTimeMicros) {}

  // Made when needed: most messages are all good.
  private Map<Key, Refusal> byKey = Map.of();

  /** None yet. */
  public Refusals() {}

  /**
   * Refuses one reading.
   *
   * @param from where in the payload it lies
   */
  public void add(
      @Nullable DeviceId device,
      Reason reason,
      String detail,
      @Nullable Long eventTimeMicros,
      int from,
      int length) {
    Key key = new Key(device, reason, detail, eventTimeMicros);
    Refusal refusal = new Refusal(device, reason, detail, eventTimeMicros, 1, from, length);
    if (byKey.size() >= REFUSALS_MAX && !byKey.containsKey(key)) {
      key = new Key(null, reason, "", null);
      refusal = new Refusal(null, reason, "more of: " + detail, null, 1, from, length);
    }
    byKey = byKey.isEmpty() ? new LinkedHashMap<>() : byKey;
    byKey.merge(
        key,
        refusal,
        (first, next) ->
            new Refusal(
                first.device(),
                first.reason(),
                first.detail(),
                first.eventTimeMicros(),
                first.readings() + 1,
                first.from(),
                first.length()));
  }

  /** All of them, in the order in which they came. */
  public List<Refusal> list() {
    return List.copyOf(byKey.values());
  }
}
