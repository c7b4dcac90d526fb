package qiantang.query.http;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.change.CreateToken;
import qiantang.query.change.RevokeToken;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.ListTokens;
import qiantang.query.read.Page;
import qiantang.store.access.Bounds;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Role;

/** Tokens of people and programs. */
public final class TokenEndpoints {
  private static final int ID_LENGTH_MAX = 64;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{2,64}");
  private static final String PLATFORM_FORM = "it is the id of a platform";

  private final ListTokens listTokens;
  private final CreateToken createToken;
  private final RevokeToken revokeToken;
  private final InstantSource clock;

  /** Answers by these use cases; the clock tells whether an expiry is still to come. */
  public TokenEndpoints(
      ListTokens listTokens,
      CreateToken createToken,
      RevokeToken revokeToken,
      InstantSource clock) {
    this.listTokens = listTokens;
    this.createToken = createToken;
    this.revokeToken = revokeToken;
    this.clock = clock;
  }

  Answer list(Caller caller, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
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
    String next = Cursor.TOKENS.encode(request, page.next());
    return Answer.json(200, RegistryJson.page(page, next, RegistryJson::credential));
  }

  Answer create(Caller caller, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    EnterpriseId named = members.enterprise("enterprise");
    Role role = role(members);
    String name = members.nameNeeded("name");
    Instant expires = members.timeToCome("expires", clock.instant());
    Bounds bounds = bounds(role, members);
    members.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    if (named != null && !caller.maySee(named)) {
      return Answer.notFound("enterprise");
    }
    if ((role == Role.OPERATOR || role == Role.PLATFORM) && !caller.isOperator()) {
      return Answer.problem(
          Problem.FORBIDDEN, "only an operator makes tokens of operators and of platforms");
    }
    EnterpriseId owner = owner(caller, role, named, members);
    if (faults.areAny()) {
      return faults.answer();
    }
    return switch (createToken.run(new CreateToken.Wanted(owner, role, name, bounds, expires))) {
      case CreateToken.Result.Created created ->
          Answer.json(201, RegistryJson.one(created.token(), RegistryJson::created));
      case CreateToken.Result.NoEnterprise none -> Answer.notFound("enterprise");
      case CreateToken.Result.NoPlatform none -> {
        faults.member(
            "/platform", "there is no platform '" + none.id() + "': GET /v1/platforms lists all");
        yield faults.answer();
      }
    };
  }

  /** Revokes a token of the caller's enterprise; an operator's of any. */
  Answer revoke(Caller caller, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    EnterpriseId named =
        parameters.parsed("enterprise", "it is the id of an enterprise", EnterpriseEndpoints::id);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    if (named != null && !caller.maySee(named)) {
      return Answer.notFound("enterprise");
    }
    String id = request.pathParameter("token");
    if (!ID.matcher(id).matches()) {
      return Answer.notFound("token");
    }
    return revokeToken
        .run(named == null ? ownerOf(caller) : named, id)
        .map(revoked -> Answer.json(200, RegistryJson.one(revoked, RegistryJson::credential)))
        .orElseGet(() -> Answer.notFound("token"));
  }

  private static Bounds bounds(Role role, Members members) {
    String platform = members.parsed("platform", PLATFORM_FORM, TokenEndpoints::platform);
    Set<Scope> scopes = SubtreeMembers.scopes(members);
    Subtree subtree = SubtreeMembers.read(members, "subtree");
    if ((role == Role.PLATFORM) != members.isGiven("platform")) {
      members.fault("platform", "it must be given for the role platform, and for no other");
    }
    if ((role == Role.APPLICATION) == scopes.isEmpty()) {
      members.fault("scopes", "they must be given for the role application, and for no other");
    }
    if (role != Role.APPLICATION && !subtree.isAll()) {
      members.fault("subtree", "only an application's token is bounded to a part");
    }
    return new Bounds(platform, scopes, subtree);
  }

  private static @Nullable String platform(String id) {
    return ID.matcher(id).matches() ? id : null;
  }

  private static Role role(Members members) {
    String form =
        "it is viewer, admin, application, platform or operator; devices get theirs by"
            + " .../credentials";
    Role role =
        members.parsed(
            "role",
            form,
            word ->
                switch (Role.ofWord(word)) {
                  case OPERATOR, ADMIN, VIEWER, APPLICATION, PLATFORM -> Role.ofWord(word);
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
    if (role == Role.OPERATOR || role == Role.PLATFORM) {
      if (named != null) {
        members.fault("enterprise", "a token of this role belongs to no enterprise");
      }
      return EnterpriseId.OPERATOR;
    }
    if (named == null && caller.isOperator() && role != Role.APPLICATION) {
      members.fault("enterprise", "say whose token it is to be");
    }
    return named == null ? ownerOf(caller) : named;
  }

  private static EnterpriseId ownerOf(Caller caller) {
    EnterpriseId own = caller.enterprise();
    return own == null ? EnterpriseId.OPERATOR : own;
  }
}
