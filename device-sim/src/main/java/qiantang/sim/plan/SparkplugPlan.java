package qiantang.sim.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Faults.MalformedKind;
import qiantang.sim.sparkplug.SparkplugPayload;

/**
 * The data of an edge node or of its devices: all metrics of one device by alias, at the event
 * time; the payload's own time is that when it is planned to go.
 */
record SparkplugPlan(PublisherPlan plan, long startMillis) {
  /** The plan knows no sequence numbers: they count what goes over a connection. */
  static final int NO_SEQ = -1;

  private static final long NANOS_PER_MILLI = 1_000_000;

  byte[] payload(long n, int seq) {
    @Nullable MalformedKind kind = plan.broken(n);
    int device = plan.turn(n);
    long original = plan.original(n);
    long sentMillis = startMillis + plan.plannedNanos(original) / NANOS_PER_MILLI;
    SparkplugPayload payload =
        new SparkplugPayload(sentMillis, plan.eventTimeMillis(n, startMillis));
    if (kind == MalformedKind.BAD_UTF8) {
      // A system may refuse metrics one by one, so that nothing sound may stand beside it.
      payload.notUtf8(new byte[] {(byte) Breakage.NOT_UTF8});
    } else {
      if (kind == MalformedKind.DEEP_JSON) {
        payload.groups(Breakage.DEPTH);
      }
      append(payload, device, plan.values(device, n));
    }
    byte[] bytes = payload.toBytes();
    byte[] whole = seq == NO_SEQ ? bytes : SparkplugPayload.numbered(bytes, seq);
    return kind == MalformedKind.TRUNCATED ? Breakage.truncated(whole) : whole;
  }

  private void append(SparkplugPayload payload, int device, List<MetricValue> values) {
    for (int i = 0; i < values.size(); i++) {
      long alias = EdgeNodePlan.alias(plan, device, i);
      switch (values.get(i)) {
        case MetricValue.Decimal decimal -> payload.real(alias, decimal.value());
        case MetricValue.Whole whole -> payload.whole(alias, whole.value());
        case MetricValue.Flag flag -> payload.flag(alias, flag.value());
        case MetricValue.Text text -> payload.text(alias, text.value());
      }
    }
  }
}
