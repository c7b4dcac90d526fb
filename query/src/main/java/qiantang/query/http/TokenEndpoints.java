package qiantang.query.http;

import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.change.CreateToken;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.ListTokens;
import qiantang.query.read.Page;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Role;

/** Tokens of people and programs. */
public final class TokenEndpoints {
  private static final int ID_LENGTH_MAX = 64;

  private final ListTokens listTokens;
  private final CreateToken createToken;
  private final InstantSource clock;

  /** Answers by these use cases; the clock tells whether an expiry is still to come. */
  public TokenEndpoints(ListTokens listTokens, CreateToken createToken, InstantSource clock) {
    this.listTokens = listTokens;
    this.createToken = createToken;
    this.clock = clock;
  }

  Answer list(Caller caller, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request.query(), faults);
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    String after =
        parameters.cursor(
            Cursor.TOKENS, id -> id.isEmpty() || id.length() > ID_LENGTH_MAX ? null : id);
    EnterpriseId named =
        parameters.parsed("enterprise", "it is the id of an enterprise", EnterpriseEndpoints::id);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    if (named != null && !caller.maySee(named)) {
      return Answer.notFound("enterprise");
    }
    Page<Credential> page = listTokens.run(named == null ? ownerOf(caller) : named, after, limit);
    String next = Cursor.TOKENS.encode(page.next());
    return Answer.json(200, RegistryJson.page(page, next, RegistryJson::credential));
  }

  Answer create(Caller caller, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    EnterpriseId named = members.enterprise("enterprise");
    Role role = role(members);
    String name = members.nameNeeded("name");
    Instant expires = members.timeToCome("expires", clock.instant());
    members.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    if (named != null && !caller.maySee(named)) {
      return Answer.notFound("enterprise");
    }
    if (role == Role.OPERATOR && !caller.isOperator()) {
      return Answer.problem(Problem.FORBIDDEN, "only an operator makes operators' tokens");
    }
    EnterpriseId owner = owner(caller, role, named, members);
    if (faults.areAny()) {
      return faults.answer();
    }
    return createToken
        .run(new CreateToken.Wanted(owner, role, name, expires))
        .map(drawn -> Answer.json(201, RegistryJson.one(drawn, RegistryJson::created)))
        .orElseGet(() -> Answer.notFound("enterprise"));
  }

  private static Role role(Members members) {
    String form = "it is viewer, admin or operator; devices get theirs by .../credentials";
    Role role =
        members.parsed(
            "role",
            form,
            word ->
                switch (Role.ofWord(word)) {
                  case OPERATOR, ADMIN, VIEWER -> Role.ofWord(word);
                  case GATEWAY, DEVICE -> null;
                  case null -> null;
                });
    if (!members.isGiven("role")) {
      members.fault("role", "it must be given: " + form);
    }
    return role == null ? Role.VIEWER : role;
  }

  private static EnterpriseId owner(
      Caller caller, Role role, @Nullable EnterpriseId named, Members members) {
    if (role == Role.OPERATOR) {
      if (named != null) {
        members.fault("enterprise", "an operator's token belongs to no enterprise");
      }
      return EnterpriseId.OPERATOR;
    }
    if (named == null && caller.isOperator()) {
      members.fault("enterprise", "say whose token it is to be");
    }
    return named == null ? ownerOf(caller) : named;
  }

  private static EnterpriseId ownerOf(Caller caller) {
    EnterpriseId own = caller.enterprise();
    return own == null ? EnterpriseId.OPERATOR : own;
  }
}
