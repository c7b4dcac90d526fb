package qiantang.query.change;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.read.Page;
import qiantang.query.read.UnknownParts;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Grant;
import qiantang.store.access.GrantTables;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;

/**
 * What an enterprise grants to others: made, listed, taken back. Within 2 s it holds, or holds no
 * more, on every node and for answers under way. Blocks: virtual threads only.
 */
public final class Grants {
  private static final Pattern TOKEN_ID = Pattern.compile("[0-9a-f]{16}|[0-9a-f]{24}");

  private final Registry registry;
  private final UnknownParts parts;
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

    /** There is no such part to be granted. */
    record UnknownPart(UnknownParts.Unknown unknown) implements Result {}

    /** It cannot be granted anything. */
    record NoGrantee(String detail) implements Result {}

    /** Nobody of this id is known: the grant would be that of whoever takes the id later. */
    record UnknownGrantee(String detail) implements Result {}

    /**
     * So many are there.
     *
     * @param detail which, and what to do
     */
    record TooMany(String detail) implements Result {}
  }

  /** Grants of a registry. */
  public Grants(
      Registry registry,
      UnknownParts parts,
      Credentials credentials,
      AccessChanges changes,
      StoreWait store,
      InstantSource clock) {
    this.registry = registry;
    this.parts = parts;
    tables = registry.grants();
    this.credentials = credentials;
    this.changes = changes;
    this.store = store;
    this.clock = clock;
  }

  /** Grants something. Of two requests at one moment both may be let. */
  public Result create(Leave leave, Wanted wanted, String by) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    // Its own names first: with one that is mistyped nobody is told who is a customer.
    UnknownParts.Unknown unknown = parts.of(enterprise, wanted.subtree);
    if (unknown.isAny()) {
      return new Result.UnknownPart(unknown);
    }
    Result fault = fault(enterprise, wanted.grantee);
    if (fault != null) {
      return fault;
    }
    Instant now = clock.instant();
    List<Grant> all = store.await(tables.given(enterprise, null, Grant.REMEMBERED_MAX));
    long alive = all.stream().filter(grant -> grant.isToCome(now)).count();
    long names = all.stream().mapToLong(Grant::names).sum();
    int more = wanted.subtree.devices().size() + wanted.metrics.size();
    if (alive >= Grant.LIVE_MAX) {
      return new Result.TooMany(Grant.LIVE_MAX + " grants are not over: revoke some of them first");
    }
    if (all.size() >= Grant.REMEMBERED_MAX || names + more > Grant.NAMES_MAX) {
      return new Result.TooMany(
          "grants are remembered for 400 days when they are over, "
              + Grant.REMEMBERED_MAX
              + " of them with "
              + Grant.NAMES_MAX
              + " names of devices and metrics: grant factories or lines, and for longer");
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

  /**
   * Whether the grantee exists. That an enterprise does not is told to the grantor, as a mistyped
   * id would give data to whoever takes it later. So an admin could find out which ids are taken.
   * But each that is costs it a grant of its own data, which is on record with its name; and of
   * those that are not it is told few a minute (see {@code GrantEndpoints}).
   */
  private @Nullable Result fault(EnterpriseId enterprise, Party grantee) {
    return switch (grantee.kind()) {
      case PLATFORM ->
          store.await(registry.platforms()).stream().anyMatch(one -> one.id().equals(grantee.id()))
              ? null
              : new Result.NoGrantee(
                  "there is no platform of this id: GET /v1/platforms lists those you belong to,"
                      + " and all of them for the operator");
      case ENTERPRISE -> {
        if (enterprise.text().equals(grantee.id())) {
          yield new Result.NoGrantee("it sees its own data without a grant");
        }
        boolean isKnown =
            EnterpriseId.isValid(grantee.id())
                && store.await(registry.enterprise(new EnterpriseId(grantee.id()))).isPresent();
        yield isKnown
            ? null
            : new Result.UnknownGrantee(
                "there is no enterprise of this id, so nothing was granted: ask your partner for"
                    + " its id, which its GET /v1/me has");
      }
      // Nobody chooses the id of a token: one that is mistyped will never be anybody's.
      case APPLICATION ->
          TOKEN_ID.matcher(grantee.id()).matches()
              ? null
              : new Result.NoGrantee(
                  "it is no id of a token, which has 24 digits of [0-9a-f]: ask its owner for it;"
                      + " it is no secret");
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
