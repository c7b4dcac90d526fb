package qiantang.query.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Decision.Why;
import qiantang.store.access.Place;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;

/** The one decision whether somebody may read something. Pure. */
public final class Decide {
  private Decide() {}

  /**
   * Decides.
   *
   * @param grants what the wish's enterprise granted to the asker's party
   */
  public static Decision decide(Asker asker, GrantIndex grants, Instant now, Wish wish) {
    if (asker.isOperator()) {
      return new Decision.Allowed(null);
    }
    boolean isOwn = wish.enterprise().equals(asker.own());
    if (isOwn && !asker.isProgram()) {
      return new Decision.Allowed(null);
    }
    Decision decision =
        isOwn ? own(asker.bounds().subtree(), wish.place()) : granted(grants, now, wish);
    // What it must not know of comes first: a scope must not tell that there is something.
    if (decision instanceof Decision.Refused refused && refused.why().isHidden()) {
      return decision;
    }
    return asker.isProgram() && !asker.bounds().scopes().contains(scope(wish.action()))
        ? new Decision.Refused(Why.SCOPE)
        : decision;
  }

  private static Decision own(Subtree subtree, @Nullable Place place) {
    boolean isCovered = place == null ? subtree.isAll() : subtree.covers(place);
    return isCovered ? new Decision.Allowed(null) : new Decision.Refused(Why.OUTSIDE);
  }

  private static Decision granted(GrantIndex grants, Instant now, Wish wish) {
    return grants.decide(wish.place(), wish.metric(), wish.action(), now);
  }

  private static Scope scope(Action action) {
    return switch (action) {
      case Action.Look _, Action.Aggregates _, Action.Samples _ -> Scope.READ;
      case Action.Live _ -> Scope.STREAM;
    };
  }
}
