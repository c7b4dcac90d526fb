package qiantang.store.memory;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qiantang.store.memory.Expiry.Expiring;

/** Rows by partition and key, in order of key, which may expire. Guarded by its owner. */
final class MemoryTable<P, K, R> {
  private final Comparator<? super K> order;
  private final Expiry expiry;
  private final @Nullable Duration usuallyKept;
  private final Map<P, NavigableMap<K, Expiring<R>>> partitions = new HashMap<>();

  /**
   * An empty table.
   *
   * @param usuallyKept for how long rows are kept of which nothing else is said; null for ever
   */
  MemoryTable(Comparator<? super K> order, Expiry expiry, @Nullable Duration usuallyKept) {
    this.order = order;
    this.expiry = expiry;
    this.usuallyKept = usuallyKept;
  }

  /** Puts a row in the place of what is there. */
  void put(P partition, K key, R row) {
    put(partition, key, row, usuallyKept);
  }

  void put(P partition, K key, R row, @Nullable Duration kept) {
    partitions
        .computeIfAbsent(partition, any -> new TreeMap<>(order))
        .put(key, kept == null ? Expiry.never(row) : expiry.after(kept, row));
  }

  /**
   * Puts a row unless what is there stays.
   *
   * @param stays of what is there and of what comes
   */
  void putUnless(P partition, K key, R row, BiPredicate<R, R> stays) {
    putUnless(partition, key, row, usuallyKept, stays);
  }

  void putUnless(P partition, K key, R row, @Nullable Duration kept, BiPredicate<R, R> stays) {
    NavigableMap<K, Expiring<R>> rows = partitions.get(partition);
    Expiring<R> old = rows == null ? null : rows.get(key);
    if (old == null || expiry.isOver(old) || !stays.test(old.value(), row)) {
      put(partition, key, row, kept);
    }
  }

  /** Lets rows that would expire within a time live longer from now on; says how many. */
  int keep(P partition, Predicate<R> which, Duration within, Duration kept) {
    int count = 0;
    for (Map.Entry<K, Expiring<R>> entry :
        partitions.getOrDefault(partition, new TreeMap<>(order)).entrySet()) {
      Expiring<R> row = entry.getValue();
      if (which.test(row.value()) && !expiry.isOver(row) && expiry.isWithin(within, row)) {
        entry.setValue(expiry.after(kept, row.value()));
        count++;
      }
    }
    return count;
  }

  /** Takes rows out. */
  void remove(P partition, Predicate<R> which) {
    NavigableMap<K, Expiring<R>> rows = partitions.get(partition);
    if (rows != null) {
      rows.values().removeIf(row -> which.test(row.value()));
    }
  }

  /** The partitions that have rows. */
  List<P> partitions() {
    return partitions.keySet().stream().filter(partition -> !rows(partition).isEmpty()).toList();
  }

  /** The rows of a partition. */
  List<R> rows(P partition) {
    NavigableMap<K, Expiring<R>> rows = partitions.get(partition);
    return rows == null
        ? List.of()
        : rows.values().stream().filter(row -> !expiry.isOver(row)).map(Expiring::value).toList();
  }
}
