package qiantang.query.read;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leaves;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;

/** Which enterprises a caller may see: all, its own, and those that granted it something. */
public final class ListEnterprises {
  // Of a platform's 100,000 grantors many may have taken back what they gave: so many are looked
  // at for a page, which may be shorter then.
  private static final int LOOKED_AT_MAX = 1000;

  private final Registry registry;
  private final Leaves leaves;
  private final StoreWait store;

  /**
   * An enterprise of a list.
   *
   * @param isGranted whether the caller sees a part of its data by grants, and no settings
   */
  public record Seen(Enterprise enterprise, boolean isGranted) {}

  /** Lists the enterprises of a registry. */
  public ListEnterprises(Registry registry, Leaves leaves, StoreWait store) {
    this.registry = registry;
    this.leaves = leaves;
    this.store = store;
  }

  /** At most {@code limit} of them in order of id, from behind {@code after}. */
  public Page<Seen> run(Caller caller, @Nullable EnterpriseId after, int limit) {
    if (caller.isOperator()) {
      List<Enterprise> rows = store.await(registry.enterprises(after, limit + 1));
      return Page.of(
          rows.stream().map(row -> new Seen(row, false)).toList(),
          limit,
          seen -> seen.enterprise().id().text());
    }
    int lookedAt = Math.min(LOOKED_AT_MAX, limit + 1);
    List<EnterpriseId> grantors = leaves.grantors(caller, after, lookedAt);
    List<EnterpriseId> ids = new ArrayList<>(grantors);
    EnterpriseId own = caller.enterprise();
    boolean isAll = grantors.size() < lookedAt;
    if (own != null
        && (after == null || own.compareTo(after) > 0)
        && (isAll || own.compareTo(grantors.getLast()) <= 0)) {
      ids.add(own);
    }
    List<EnterpriseId> ordered = ids.stream().distinct().sorted().limit(limit).toList();
    boolean isMore = !isAll || ids.stream().distinct().count() > ordered.size();
    List<Seen> seen = new ArrayList<>();
    for (EnterpriseId id : ordered) {
      look(caller, id).ifPresent(seen::add);
    }
    return new Page<>(seen, isMore && !ordered.isEmpty() ? ordered.getLast().text() : null);
  }

  private Optional<Seen> look(Caller caller, EnterpriseId id) {
    return leaves
        .of(caller, id)
        .flatMap(
            leave ->
                store
                    .await(registry.enterprise(id))
                    .map(row -> new Seen(row, leave.sight().isByGrants())));
  }
}
