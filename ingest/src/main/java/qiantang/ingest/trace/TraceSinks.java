package qiantang.ingest.trace;

import static java.util.stream.Collectors.groupingBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.EnterpriseId;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceTables;

/** The traces that this node tells of. Any thread. */
public final class TraceSinks {
  /** Of all enterprises: more people than look for faults at one time. */
  public static final int ALIVE_MAX = 1000;

  /** Of records that wait to be written, and of messages that are not answered yet. */
  private static final long BYTES_MAX = 4L * 1024 * 1024;

  private final ByteBudget budget = new ByteBudget(BYTES_MAX);
  private final IntSupplier random;
  private volatile Map<EnterpriseId, List<TraceSink>> living = Map.of();

  // Guarded by this.
  private final List<TraceSink> ended = new ArrayList<>();

  /**
   * None yet.
   *
   * @param random tells nodes apart
   */
  public TraceSinks(IntSupplier random) {
    this.random = random;
  }

  /** Those of an enterprise. */
  public List<TraceSink> of(EnterpriseId enterprise) {
    return living.getOrDefault(enterprise, List.of());
  }

  /** All traces that are told. */
  public List<Trace> all() {
    return living.values().stream().flatMap(List::stream).map(TraceSink::trace).toList();
  }

  /** What messages that are traced hold until they are answered. */
  ByteBudget budget() {
    return budget;
  }

  /** Whether there is anything to be written. */
  public boolean areAny() {
    return !living.isEmpty() || !ended.isEmpty();
  }

  /**
   * Takes the traces that there are; says of which enterprises they are others than before.
   *
   * @param traces perhaps some that are over
   */
  public synchronized Set<EnterpriseId> update(List<Trace> traces, Instant now, long nowNanos) {
    Map<EnterpriseId, List<TraceSink>> before = living;
    Map<EnterpriseId, List<TraceSink>> after = new HashMap<>();
    traces.stream()
        .filter(trace -> trace.isAlive(now))
        .collect(groupingBy(Trace::enterprise))
        .forEach((enterprise, own) -> after.put(enterprise, sinks(enterprise, own, nowNanos)));
    Set<EnterpriseId> changed = new HashSet<>(before.keySet());
    changed.addAll(after.keySet());
    changed.removeIf(
        id -> before.getOrDefault(id, List.of()).equals(after.getOrDefault(id, List.of())));
    living = Map.copyOf(after);
    for (List<TraceSink> sinks : before.values()) {
      for (TraceSink sink : sinks) {
        if (!of(sink.trace().enterprise()).contains(sink)) {
          ended.add(sink);
        }
      }
    }
    return changed;
  }

  /** The first that were made: whoever makes more at the same moment gets no more. */
  private List<TraceSink> sinks(EnterpriseId enterprise, List<Trace> traces, long nowNanos) {
    return traces.stream()
        .sorted(Comparator.comparing(Trace::created).thenComparing(Trace::id))
        .limit(Trace.ALIVE_MAX)
        .map(trace -> sink(enterprise, trace, nowNanos))
        .toList();
  }

  private TraceSink sink(EnterpriseId enterprise, Trace trace, long nowNanos) {
    for (TraceSink known : of(enterprise)) {
      if (known.trace().id().equals(trace.id())) {
        return known;
      }
    }
    return new TraceSink(trace, budget, random.getAsInt(), nowNanos);
  }

  /** Writes what waits. */
  public synchronized void flush(TraceTables tables, long nowNanos, long nowMicros) {
    for (List<TraceSink> sinks : living.values()) {
      sinks.forEach(sink -> sink.flush(tables, nowNanos, nowMicros, false));
    }
    ended.forEach(sink -> sink.flush(tables, nowNanos, nowMicros, true));
    ended.removeIf(TraceSink::isDone);
  }
}
