package qiantang.query.change;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.read.Page;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Grant;
import qiantang.store.access.GrantTables;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;

/**
 * What an enterprise grants to others: made, listed, taken back. Within 2 s it holds, or holds no
 * more, on every node and for answers under way. Blocks: virtual threads only.
 */
public final class Grants {
  // Enough for those that hold and those of the years before.
  private static final int LOOKED_AT_MAX = 10_000;

  private final Registry registry;
  private final GrantTables tables;
  private final Credentials credentials;
  private final AccessChanges changes;
  private final StoreWait store;
  private final InstantSource clock;

  /** What to grant; see {@link Grant}. */
  public record Wanted(
      Party grantee,
      Subtree subtree,
      Set<String> metrics,
      long leastSeconds,
      String purpose,
      Instant from,
      Instant until) {}

  /** What became of it. */
  public sealed interface Result {
    /** It is stored. */
    record Created(Grant grant) implements Result {}

    /** There is no such platform or enterprise; or it is the grantor itself. */
    record NoGrantee(String detail) implements Result {}

    /** So many are there that are not over. */
    record TooMany(int max) implements Result {}
  }

  /** Grants of a registry. */
  public Grants(
      Registry registry,
      Credentials credentials,
      AccessChanges changes,
      StoreWait store,
      InstantSource clock) {
    this.registry = registry;
    tables = registry.grants();
    this.credentials = credentials;
    this.changes = changes;
    this.store = store;
    this.clock = clock;
  }

  /** Grants something. Of two requests at one moment both may be let. */
  public Result create(Leave leave, Wanted wanted, String by) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    String fault = fault(enterprise, wanted.grantee);
    if (fault != null) {
      return new Result.NoGrantee(fault);
    }
    Instant now = clock.instant();
    long alive =
        store.await(tables.given(enterprise, null, LOOKED_AT_MAX)).stream()
            .filter(
                grant ->
                    switch (grant.stateAt(now)) {
                      case WAITING, LIVE -> true;
                      case OVER, REVOKED -> false;
                    })
            .count();
    if (alive >= Grant.LIVE_MAX) {
      return new Result.TooMany(Grant.LIVE_MAX);
    }
    Grant grant =
        new Grant(
            enterprise,
            credentials.id(),
            wanted.grantee,
            wanted.subtree,
            wanted.metrics,
            wanted.leastSeconds,
            wanted.purpose,
            wanted.from,
            wanted.until,
            now,
            by,
            null);
    store.await(tables.put(grant).thenApply(nothing -> grant));
    tell(enterprise);
    return new Result.Created(grant);
  }

  private @Nullable String fault(EnterpriseId enterprise, Party grantee) {
    return switch (grantee.kind()) {
      case PLATFORM -> {
        List<String> known = store.await(registry.platforms()).stream().map(Platform::id).toList();
        yield known.contains(grantee.id()) ? null : "there is no such platform; there are " + known;
      }
      case ENTERPRISE -> {
        if (enterprise.text().equals(grantee.id())) {
          yield "it sees its own data without a grant";
        }
        // Whether it exists is not told: the grantor must not find out who else is a customer.
        yield EnterpriseId.isValid(grantee.id()) ? null : "it is no id of an enterprise";
      }
      case APPLICATION -> null;
    };
  }

  /** A page in order of id. */
  public Page<Grant> list(Leave leave, @Nullable String after, int limit) {
    List<Grant> rows = store.await(tables.given(leave.enterprise(), after, limit + 1));
    return Page.of(rows, limit, Grant::id);
  }

  /** One of them. */
  public Optional<Grant> find(Leave leave, String id) {
    return store.await(tables.given(leave.enterprise(), id));
  }

  /** Takes one back; empty where there is none. Repeating it changes nothing. */
  public Optional<Grant> revoke(Leave leave, String id) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Optional<Grant> found = store.await(tables.given(enterprise, id));
    return found.map(
        grant -> {
          // Written also where it is so already: who was not answered may repeat.
          Grant revoked = grant.revoked() == null ? grant.revoked(clock.instant()) : grant;
          store.await(tables.revoke(revoked).thenApply(nothing -> revoked));
          tell(enterprise);
          return revoked;
        });
  }

  private void tell(EnterpriseId enterprise) {
    var change = changes.ofEnterprise(enterprise);
    store.await(registry.note(change).thenApply(nothing -> change));
  }
}
