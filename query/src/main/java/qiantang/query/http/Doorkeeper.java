package qiantang.query.http;

import java.util.Optional;
import qiantang.query.access.Action;
import qiantang.query.access.Decision;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Enterprises;
import qiantang.query.auth.Leave;
import qiantang.query.auth.Leaves;
import qiantang.query.read.Places;
import qiantang.store.access.Place;
import qiantang.store.access.Scope;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Who is let to the routes of an enterprise: the one check before anything of it is read. What a
 * route does not say to be for others is for its own people and operators alone. Blocks: virtual
 * threads only.
 */
public final class Doorkeeper {
  private final Leaves leaves;
  private final Enterprises enterprises;
  private final Places places;

  /** What is decided. */
  sealed interface Verdict {
    /** It may, within this leave. */
    record Let(Leave leave) implements Verdict {}

    /** There is nothing for it, or nothing at all: this it is told. */
    record Hidden(Answer answer) implements Verdict {}

    /** It sees the enterprise, but may not do this. */
    record Barred(Leave leave, Answer answer) implements Verdict {}
  }

  /** Lets by what callers are, and by grants. */
  public Doorkeeper(Leaves leaves, Enterprises enterprises, Places places) {
    this.leaves = leaves;
    this.enterprises = enterprises;
    this.places = places;
  }

  Verdict admit(Route.ForEnterprise route, Caller caller, Request request) {
    Optional<Leave> found = enterprise(request).flatMap(id -> leaves.of(caller, id));
    if (found.isEmpty() || !enterprises.exists(found.get())) {
      return new Verdict.Hidden(Answer.notFound("enterprise"));
    }
    Leave leave = found.get();
    return switch (route.need()) {
      case READ -> forOwners(true, caller, leave, request);
      case CHANGE -> forOwners(caller.mayChange(), caller, leave, request);
      case OPERATE -> forOwners(caller.isOperator(), caller, leave, request);
      case LOOK, DATA -> forAll(Scope.READ, leave, request);
      case LIVE -> forAll(Scope.STREAM, leave, request);
      case DIAGNOSE ->
          leave.sight().isWhole()
              ? new Verdict.Let(leave)
              : decided(new Action.Diagnose(), caller, leave, request);
    };
  }

  /** Whether an enterprise exists that a caller was not let to: asked when it was answered. */
  Optional<EnterpriseId> existing(Request request) {
    return enterprise(request).filter(enterprises::exists);
  }

  private static Optional<EnterpriseId> enterprise(Request request) {
    String id = request.pathParameter("enterprise");
    return EnterpriseId.isValid(id) ? Optional.of(new EnterpriseId(id)) : Optional.empty();
  }

  /** What is for the enterprise's own people, if they may by their role. */
  private Verdict forOwners(boolean isAllowed, Caller caller, Leave leave, Request request) {
    if (!leave.sight().isWhole()) {
      return decided(new Action.Own(), caller, leave, request);
    }
    return isAllowed ? new Verdict.Let(leave) : new Verdict.Barred(leave, forbidden(caller));
  }

  /** What no grant gives, to who does not see the whole. */
  private Verdict decided(Action action, Caller caller, Leave leave, Request request) {
    String id = request.pathParameters().get("device");
    if (id != null && !DeviceId.isValid(id)) {
      return new Verdict.Hidden(Answer.notFound("device"));
    }
    Place place = id == null ? null : places.of(leave, new DeviceId(id));
    return switch (leave.sight().decide(place, null, action)) {
      case Decision.Allowed _ -> new Verdict.Let(place == null ? leave : leave.at(place));
      case Decision.Refused(Decision.Why why) -> {
        if (why == Decision.Why.OWNERS) {
          // It knows that there is such an enterprise, so 404 would be no secret, but untrue.
          yield new Verdict.Barred(
              leave, leave.sight().isByGrants() ? noGrantGives() : forbidden(caller));
        }
        if (why == Decision.Why.SCOPE) {
          yield new Verdict.Barred(leave, outOfScope(Scope.DIAGNOSE));
        }
        if (place != null) {
          yield new Verdict.Hidden(Answer.notFound("device"));
        }
        yield leave.sight().isByGrants()
            ? new Verdict.Hidden(Answer.notFound("enterprise"))
            : new Verdict.Barred(leave, bounded());
      }
    };
  }

  private Verdict forAll(Scope scope, Leave leave, Request request) {
    if (leave.sight().isWhole()) {
      return new Verdict.Let(leave);
    }
    return leave.sight().hasScope(scope)
        ? device(leave, request)
        : new Verdict.Barred(leave, outOfScope(scope));
  }

  /** Where a route has a device, it must be one that the caller sees. */
  private Verdict device(Leave leave, Request request) {
    String id = request.pathParameters().get("device");
    if (id == null) {
      return new Verdict.Let(leave);
    }
    if (!DeviceId.isValid(id)) {
      return new Verdict.Hidden(Answer.notFound("device"));
    }
    Place place = places.of(leave, new DeviceId(id));
    boolean isSeen = leave.sight().covers(place);
    return isSeen
        ? new Verdict.Let(leave.at(place))
        : new Verdict.Hidden(Answer.notFound("device"));
  }

  private static Answer noGrantGives() {
    return Answer.problem(
        Problem.FORBIDDEN,
        "you see a part of this enterprise by a grant, and no grant gives this: it is for the"
            + " enterprise's own people, who can look it up for you; what is granted is read by"
            + " .../devices, .../latest, .../series, .../stream and the questions about many"
            + " devices");
  }

  private static Answer bounded() {
    return Answer.problem(
        Problem.FORBIDDEN,
        "the token is bounded to a part of the enterprise: ask device by device");
  }

  private static Answer outOfScope(Scope scope) {
    return Answer.problem(
        Problem.FORBIDDEN,
        "the token has not the scope '" + scope.word() + "': use one that has it");
  }

  static Answer forbidden(Caller caller) {
    return Answer.problem(
        Problem.FORBIDDEN,
        "the token '"
            + caller.name()
            + "' has the role "
            + caller.role().word()
            + ", which may not do this: use a token that may");
  }
}
