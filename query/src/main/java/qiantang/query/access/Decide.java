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
    Decision decision = isOwn ? own(asker.bounds().subtree(), wish) : granted(grants, now, wish);
    // What it must not know of comes first: a scope must not tell that there is something. No scope
    // gives what is the owners'.
    if (decision instanceof Decision.Refused(Why why) && (why.isHidden() || why == Why.OWNERS)) {
      return decision;
    }
    Scope scope = scope(wish.action());
    return asker.isProgram() && scope != null && !asker.bounds().scopes().contains(scope)
        ? new Decision.Refused(Why.SCOPE)
        : decision;
  }

  /** A program of the enterprise knows that there is the enterprise, and its part of it. */
  private static Decision own(Subtree subtree, Wish wish) {
    Place place = wish.place();
    boolean isPeoples = wish.action() instanceof Action.Own;
    boolean isCovered = place == null ? isPeoples || subtree.isAll() : subtree.covers(place);
    if (!isCovered) {
      return new Decision.Refused(Why.OUTSIDE);
    }
    return isPeoples ? new Decision.Refused(Why.OWNERS) : new Decision.Allowed(null);
  }

  private static Decision granted(GrantIndex grants, Instant now, Wish wish) {
    return grants.decide(wish.place(), wish.metric(), wish.action(), now);
  }

  /** Null where no scope gives it. */
  private static @Nullable Scope scope(Action action) {
    return switch (action) {
      case Action.Look _, Action.Aggregates _, Action.Samples _ -> Scope.READ;
      case Action.Live _ -> Scope.STREAM;
      case Action.Diagnose _ -> Scope.DIAGNOSE;
      case Action.Own _ -> null;
    };
  }
}
