package qiantang.store.memory;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.AuditLine;
import qiantang.store.access.AuditTables;
import qiantang.store.model.EnterpriseId;

/** The table of the audit in memory; every stage is complete when it is returned. Any thread. */
public final class MemoryAudit implements AuditTables {
  private record Day(EnterpriseId subject, long day) {}

  private final Map<Day, NavigableMap<String, AuditLine>> lines = new ConcurrentHashMap<>();

  /** No lines. */
  public MemoryAudit() {}

  @Override
  public CompletionStage<Void> append(List<AuditLine> some) {
    for (AuditLine line : some) {
      of(line.act().subject(), line.day()).put(line.id(), line);
    }
    return CompletableFuture.runAsync(() -> {}, Runnable::run);
  }

  @Override
  public CompletionStage<List<AuditLine>> read(
      EnterpriseId subject, long day, @Nullable String beforeId, int limit) {
    NavigableMap<String, AuditLine> all = of(subject, day).descendingMap();
    return CompletableFuture.completedFuture(
        (beforeId == null ? all : all.tailMap(beforeId, false))
            .values().stream().limit(limit).toList());
  }

  private NavigableMap<String, AuditLine> of(EnterpriseId subject, long day) {
    return lines.computeIfAbsent(new Day(subject, day), key -> new ConcurrentSkipListMap<>());
  }
}
