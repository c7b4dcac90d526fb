package qiantang.store.memory;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import qiantang.store.model.EnterpriseId;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceRecord;
import qiantang.store.trace.TraceTables;

/** The tables of live traces in memory; every stage is complete when it is returned. Any thread. */
public final class MemoryTraces implements TraceTables {
  private record Key(EnterpriseId enterprise, String id) {}

  private final Map<Key, Trace> traces = new ConcurrentHashMap<>();
  private final Map<Key, NavigableMap<String, TraceRecord>> records = new ConcurrentHashMap<>();

  /** No traces. */
  public MemoryTraces() {}

  @Override
  public CompletionStage<Void> write(Trace trace) {
    traces.put(new Key(trace.enterprise(), trace.id()), trace);
    return CompletableFuture.runAsync(() -> {}, Runnable::run);
  }

  @Override
  public CompletionStage<List<Trace>> traces(EnterpriseId enterprise) {
    return CompletableFuture.completedFuture(
        traces.values().stream().filter(trace -> trace.enterprise().equals(enterprise)).toList());
  }

  @Override
  public CompletionStage<Optional<Trace>> trace(EnterpriseId enterprise, String id) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(traces.get(new Key(enterprise, id))));
  }

  @Override
  public CompletionStage<List<Trace>> living(Instant now, int limit) {
    return CompletableFuture.completedFuture(
        traces.values().stream()
            .filter(trace -> trace.until().isAfter(now))
            .sorted(Comparator.comparing(Trace::until))
            .limit(limit)
            .toList());
  }

  @Override
  public CompletionStage<Void> insert(
      EnterpriseId enterprise, String trace, List<TraceRecord> some) {
    NavigableMap<String, TraceRecord> own =
        records.computeIfAbsent(new Key(enterprise, trace), key -> new ConcurrentSkipListMap<>());
    some.forEach(record -> own.put(record.id(), record));
    return CompletableFuture.runAsync(() -> {}, Runnable::run);
  }

  @Override
  public CompletionStage<List<TraceRecord>> records(
      EnterpriseId enterprise, String trace, String fromId, int limit) {
    NavigableMap<String, TraceRecord> own =
        records.getOrDefault(new Key(enterprise, trace), new ConcurrentSkipListMap<>());
    return CompletableFuture.completedFuture(
        own.tailMap(fromId, true).values().stream().limit(limit).toList());
  }
}
