package qiantang.store.memory;

import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Grant;
import qiantang.store.access.GrantTables;
import qiantang.store.access.Party;
import qiantang.store.model.EnterpriseId;

/** The tables of grants in memory; every stage is complete when it is returned. Any thread. */
public final class MemoryGrants implements GrantTables {
  private final ConcurrentMap<EnterpriseId, NavigableMap<String, Grant>> grants =
      new ConcurrentHashMap<>();

  /** No grants. */
  public MemoryGrants() {}

  @Override
  public CompletionStage<Void> put(Grant grant) {
    of(grant.enterprise()).put(grant.id(), grant);
    return CompletableFuture.runAsync(() -> {}, Runnable::run);
  }

  @Override
  public CompletionStage<Void> revoke(Grant revoked) {
    return put(revoked);
  }

  @Override
  public CompletionStage<List<Grant>> given(
      EnterpriseId enterprise, @Nullable String after, int limit) {
    NavigableMap<String, Grant> own = of(enterprise);
    return done(
        (after == null ? own : own.tailMap(after, false)).values().stream().limit(limit).toList());
  }

  @Override
  public CompletionStage<Optional<Grant>> given(EnterpriseId enterprise, String id) {
    return done(Optional.ofNullable(of(enterprise).get(id)));
  }

  @Override
  public CompletionStage<List<Grant>> received(Party grantee, EnterpriseId enterprise) {
    return done(
        of(enterprise).values().stream().filter(grant -> grant.grantee().equals(grantee)).toList());
  }

  @Override
  public CompletionStage<List<EnterpriseId>> grantors(
      Party grantee, @Nullable EnterpriseId after, int limit) {
    return done(
        grants.values().stream()
            .flatMap(own -> own.values().stream())
            .filter(grant -> grant.grantee().equals(grantee))
            .map(Grant::enterprise)
            .filter(id -> after == null || id.compareTo(after) > 0)
            .distinct()
            .sorted()
            .limit(limit)
            .toList());
  }

  private NavigableMap<String, Grant> of(EnterpriseId enterprise) {
    return grants.computeIfAbsent(enterprise, id -> new ConcurrentSkipListMap<>());
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
