package qiantang.query.auth;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.GrantBook;
import qiantang.query.access.GrantIndex;
import qiantang.query.access.Sight;
import qiantang.store.access.Party;
import qiantang.store.model.EnterpriseId;

/** Who has leave to read what: the one place that makes leave. Blocks: virtual threads only. */
public final class Leaves {
  private final Authenticator authenticator;
  private final GrantBook book;
  private final InstantSource clock;

  /** Leave by what callers are, and by grants. */
  public Leaves(Authenticator authenticator, GrantBook book, InstantSource clock) {
    this.authenticator = authenticator;
    this.book = book;
    this.clock = clock;
  }

  /** What a caller may see of an enterprise; empty where it must not even know of it. */
  public Optional<Leave> of(Caller caller, EnterpriseId enterprise) {
    Party party = caller.party();
    boolean isOwn = caller.isOperator() || enterprise.equals(caller.enterprise());
    GrantIndex grants = isOwn || party == null ? GrantIndex.EMPTY : book.of(party, enterprise);
    Sight sight = new Sight(caller.asker(), enterprise, grants, clock);
    return sight.isAny()
        ? Optional.of(
            new Leave(
                enterprise,
                sight.isWhole() && caller.mayChange(),
                caller.name() + " (" + caller.tokenId() + ")",
                account(caller),
                sight,
                null,
                before -> again(caller, before)))
        : Optional.empty();
  }

  /** Who ever granted the caller something, in order of id; what of it holds {@link #of} tells. */
  public List<EnterpriseId> grantors(Caller caller, @Nullable EnterpriseId after, int limit) {
    Party party = caller.party();
    return party == null ? List.of() : book.grantors(party, after, limit);
  }

  private static String account(Caller caller) {
    EnterpriseId own = caller.enterprise();
    return own == null ? "token " + caller.tokenId() : "enterprise " + own;
  }

  private Optional<Leave> again(Caller caller, Leave before) {
    return authenticator.isStillValid(caller)
        ? of(caller, before.enterprise())
            .map(leave -> before.place() == null ? leave : leave.at(before.place()))
        : Optional.empty();
  }
}
