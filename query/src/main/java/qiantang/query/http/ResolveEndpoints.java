package qiantang.query.http;

import java.util.Optional;
import qiantang.query.auth.Caller;
import qiantang.query.json.IdentifierJson;
import qiantang.query.read.Resolve;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.EnterpriseId;

/** From an identifier to its device. */
public final class ResolveEndpoints {
  private static final String FORM =
      "it is an identifier 88.<node>.<enterprise>/..., a GS1 Digital Link, or an enterprise's own,"
          + " of at most "
          + Identifier.BYTES_MAX
          + " bytes; in a query a / is written as it is, a + as %2B";

  private final Resolve resolve;
  private final AuditTrail trail;

  /** Answers by this use case; who reads of another's device is written down. */
  public ResolveEndpoints(Resolve resolve, AuditTrail trail) {
    this.resolve = resolve;
    this.trail = trail;
  }

  Answer resolve(Caller caller, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    Optional<Identifier> identifier =
        Optional.ofNullable(
            parameters.parsed("id", FORM, text -> Identifier.of(text).orElse(null)));
    if (parameters.text("id") == null) {
      faults.parameter("id", "it must be given: " + FORM);
    }
    EnterpriseId within =
        parameters.parsed("enterprise", "it is the id of an enterprise", EnterpriseEndpoints::id);
    parameters.refuseOthers();
    if (faults.areAny() || identifier.isEmpty()) {
      return faults.answer();
    }
    return switch (resolve.run(caller, identifier.get(), within)) {
      case Resolve.Result.Found found -> {
        trail.resolved(caller, found.leave(), found.device().id(), request);
        yield Answer.json(200, IdentifierJson.resolved(found));
      }
      case Resolve.Result.Nothing _ -> Answer.notFound("identifier");
      // Written down behind the answer: how long it takes tells nobody that there is one.
      case Resolve.Result.Hidden(EnterpriseId enterprise) ->
          Answer.notFound("identifier").releasing(() -> trail.refused(caller, enterprise, request));
    };
  }
}
