package qiantang.store.memory;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** The tables of identifiers in memory; every stage is complete when it is returned. Any thread. */
public final class MemoryIdentifiers implements IdentifierTables {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  /** Within the world, or within an enterprise. */
  private record Key(Identifier identifier, @Nullable EnterpriseId enterprise) {
    static Key of(Identifier identifier, EnterpriseId enterprise) {
      return new Key(identifier, identifier.kind().isGlobal() ? null : enterprise);
    }

    static Key of(Claim claim) {
      return of(claim.identifier(), claim.enterprise());
    }
  }

  private record Entry(String text, DeviceId device) {}

  // All guarded by this.
  private final Map<Key, Claim> claims = new HashMap<>();
  private final Map<EnterpriseId, Set<Entry>> lists = new TreeMap<>();

  /** Empty tables. */
  public MemoryIdentifiers() {}

  @Override
  public synchronized CompletionStage<Optional<Claim>> claim(Claim claim) {
    return done(Optional.ofNullable(claims.putIfAbsent(Key.of(claim), claim)));
  }

  @Override
  public synchronized CompletionStage<Boolean> takeOver(Claim from, Claim to) {
    return done(claims.replace(Key.of(from), from, to));
  }

  @Override
  public synchronized CompletionStage<Void> release(Claim claim) {
    claims.computeIfPresent(Key.of(claim), (key, now) -> now.isOf(claim) ? null : now);
    return DONE;
  }

  @Override
  public synchronized CompletionStage<Optional<Claim>> read(
      Identifier identifier, EnterpriseId enterprise) {
    return done(Optional.ofNullable(claims.get(Key.of(identifier, enterprise))));
  }

  @Override
  public synchronized CompletionStage<Void> list(Claim claim) {
    listOf(claim.enterprise()).add(new Entry(claim.identifier().text(), claim.device()));
    return DONE;
  }

  @Override
  public synchronized CompletionStage<Void> unlist(Claim claim) {
    listOf(claim.enterprise()).remove(new Entry(claim.identifier().text(), claim.device()));
    return DONE;
  }

  @Override
  public synchronized CompletionStage<List<DeviceId>> search(
      EnterpriseId enterprise, String begin, int limit) {
    Set<Entry> all = listOf(enterprise);
    return done(
        all.stream()
            .filter(entry -> entry.text().startsWith(begin))
            .limit(limit)
            .map(Entry::device)
            .collect(Collectors.toList()));
  }

  private Set<Entry> listOf(EnterpriseId enterprise) {
    return lists.computeIfAbsent(
        enterprise,
        id -> new TreeSet<>(Comparator.comparing(Entry::text).thenComparing(Entry::device)));
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
