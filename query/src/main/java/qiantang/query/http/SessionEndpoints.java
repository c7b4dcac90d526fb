package qiantang.query.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.change.Drawn;
import qiantang.query.change.Logins;
import qiantang.query.json.RegistryJson;
import qiantang.store.access.Act;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Role;

/** Browsers that log in by a link and log out again. */
public final class SessionEndpoints {
  /** Where the console takes a link; what is behind the # never leaves the browser by itself. */
  public static final String PAGE = "/login#";

  private static final int SECRET_LENGTH_MAX = 256;

  private final Logins logins;
  private final AuditTrail trail;

  /** Answers by this use case. */
  public SessionEndpoints(Logins logins, AuditTrail trail) {
    this.logins = logins;
    this.trail = trail;
  }

  /** Makes a link. */
  Answer link(Caller caller, Request request) {
    if (caller.isProgram()) {
      return Doorkeeper.forbidden(caller); // a program has no browser
    }
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    EnterpriseId enterprise = members.enterprise("enterprise");
    Role role =
        members.parsed(
            "role",
            "it is admin or viewer, or left out for the caller's own",
            word -> word.equals("admin") || word.equals("viewer") ? Role.ofWord(word) : null);
    members.refuseOthers();
    if (role == null && enterprise != null && caller.isOperator() && !members.isGiven("role")) {
      members.fault("role", "say as whom of the enterprise: admin or viewer");
    }
    if (role != null && enterprise == null && caller.isOperator()) {
      members.fault("enterprise", "say whose " + role.word());
    }
    if (faults.areAny()) {
      return faults.answer();
    }
    if (enterprise != null && !caller.maySee(enterprise)) {
      return Answer.notFound("enterprise");
    }
    if (role == Role.ADMIN && !caller.mayChange()) {
      return Doorkeeper.forbidden(caller);
    }
    Drawn.Token drawn = logins.link(caller, role == null ? caller.role() : role, enterprise);
    return Answer.json(
        201,
        out ->
            out.object()
                .text("path", PAGE + drawn.token().text())
                .time("expires", drawn.credential().expires())
                .endObject());
  }

  /** Uses a link up: the browser gets a cookie that no script can read. */
  Answer open(Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    String secret =
        members.parsed(
            "secret",
            "it is what the link has behind the #",
            text -> text.length() <= SECRET_LENGTH_MAX ? text : null);
    if (!members.isGiven("secret")) {
      members.fault("secret", "it must be given");
    }
    members.refuseOthers();
    Sender sender = request.sender();
    if (sender.origin() == Sender.Origin.OTHER) {
      return Dispatcher.forged(); // another page must not log anybody in as somebody else
    }
    if (faults.areAny() || secret == null) {
      return faults.answer();
    }
    Optional<Drawn.Token> opened = logins.open(secret);
    if (opened.isEmpty()) {
      trail.login(Act.LOGIN, Act.Actor.NOBODY, EnterpriseId.OPERATOR, sender, 410);
      return Answer.problem(
          Problem.LINK_USED,
          "it was used already, is older than "
              + Logins.LINK_KEPT.toMinutes()
              + " minutes, is mistyped, or the token that it was made with was revoked: get another"
              + " one with 'qiantang admin link'");
    }
    Drawn.Token session = opened.get();
    Credential credential = session.credential();
    trail.login(Act.LOGIN, actor(credential), credential.owner(), sender, 201);
    return Answer.json(201, RegistryJson.one(credential, RegistryJson::credential))
        .with(
            "Set-Cookie",
            cookie(session.token().text(), Logins.SESSION_KEPT.toSeconds(), sender.isTls()));
  }

  /** Logs the browser out; it is no error where it was not logged in. */
  Answer close(Request request) {
    Sender sender = request.sender();
    if (sender.origin() == Sender.Origin.OTHER) {
      return Dispatcher.forged();
    }
    String cookie = sender.cookie();
    Optional<Credential> closed = cookie == null ? Optional.empty() : logins.close(cookie);
    closed.ifPresent(
        session -> trail.login(Act.LOGOUT, actor(session), session.owner(), sender, 200));
    return Answer.json(200, out -> out.object().flag("loggedOut", closed.isPresent()).endObject())
        .with("Set-Cookie", cookie("", 0, sender.isTls()));
  }

  private static String cookie(String value, long seconds, boolean isTls) {
    return Sender.COOKIE
        + "="
        + value
        + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
        + seconds
        + (isTls ? "; Secure" : "");
  }

  private static Act.Actor actor(Credential session) {
    return new Act.Actor(session.id(), session.name(), session.role().word(), party(session));
  }

  private static String party(Credential session) {
    Bounds bounds = session.bounds();
    @Nullable String platform = bounds.platform();
    if (platform != null) {
      return new Party(Party.Kind.PLATFORM, platform).text();
    }
    return session.role() == Role.OPERATOR
        ? "operator"
        : new Party(Party.Kind.ENTERPRISE, session.owner().text()).text();
  }
}
