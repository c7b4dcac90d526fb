package qiantang.query.http;

import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.audit.Audit;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;
import qiantang.store.access.Act;
import qiantang.store.access.Party;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;

/** What of a request becomes a line of the audit. Blocks: virtual threads only. */
public final class AuditTrail {
  // An object is a path; whoever makes up longer ones is not written down at length.
  private static final int OBJECT_LENGTH_MAX = 256;

  // A line has 3.3 KB at most, so that 20,000 that are counted within a minute have 66 MB.
  private static final int DEVICES_A_LINE = 50;

  private final Audit audit;

  /** Into an audit. */
  public AuditTrail(Audit audit) {
    this.audit = audit;
  }

  /** What somebody was answered of an enterprise: written before the answer is sent. */
  void answered(Caller caller, Leave leave, Exchange exchange, Answer answer) {
    boolean isRead = isRead(exchange);
    boolean isRefused = answer.status() == 401 || answer.status() == 403;
    if (isRefused) {
      audit.note(act(leave.enterprise(), caller, Act.REFUSED, exchange, null, answer.status()));
    } else if (isRead) {
      boolean isOwners = caller.isMember() && leave.enterprise().equals(caller.enterprise());
      if (!isOwners && answer.status() < 400) {
        List<String> grants = leave.sight().used();
        Act act =
            act(
                leave.enterprise(),
                caller,
                Act.READ,
                exchange,
                grants.isEmpty() ? null : String.join(" ", grants),
                answer.status());
        audit.writeOnce(about(act, answer));
      }
    } else if (answer.status() < 400) {
      audit.write(act(leave.enterprise(), caller, Act.CHANGE, exchange, null, answer.status()));
    }
  }

  /** A line for that of the path or for all, or as many as it takes for those that were named. */
  private static List<Act> about(Act act, Answer answer) {
    List<DeviceId> named = answer.about();
    List<Act> lines = new ArrayList<>();
    for (int i = 0; i < named.size(); i += DEVICES_A_LINE) {
      lines.add(act.about(named.subList(i, Math.min(named.size(), i + DEVICES_A_LINE))));
    }
    return lines.isEmpty() ? List.of(act) : lines;
  }

  /**
   * Somebody begins to follow another's data. Of whom it follows no device by name nobody knows yet
   * which grants will let it something: all that may are on record before anything is told.
   */
  void beginsToFollow(Caller caller, Leave leave, Exchange exchange, Answer answer) {
    List<String> used = leave.sight().used();
    List<String> grants = used.isEmpty() ? leave.sight().usable() : used;
    follows(caller, leave, exchange, answer, "begin", grants);
  }

  /** Somebody followed another's data: the grants by which it was told anything. */
  void followed(Caller caller, Leave leave, Exchange exchange, Answer answer, String reason) {
    follows(caller, leave, exchange, answer, "end " + reason, leave.sight().used());
  }

  private void follows(
      Caller caller,
      Leave leave,
      Exchange exchange,
      Answer answer,
      String outcome,
      List<String> grants) {
    if (caller.isMember() && leave.enterprise().equals(caller.enterprise())) {
      return;
    }
    Act act =
        act(
            leave.enterprise(),
            caller,
            Act.READ,
            exchange,
            grants.isEmpty() ? null : String.join(" ", grants),
            200);
    about(act.with(outcome), answer).forEach(audit::write);
  }

  /** What somebody was answered that is of no enterprise in the path. */
  void answered(Caller caller, Exchange exchange, Request request, Answer answer) {
    if (answer.status() == 403) {
      audit.note(act(ownOf(caller), caller, Act.REFUSED, exchange, null, answer.status()));
    } else if (!isRead(exchange) && answer.status() < 400) {
      audit.write(act(named(caller, request), caller, Act.CHANGE, exchange, null, answer.status()));
    }
  }

  /** An operator's change is the line of the enterprise that it names. */
  private static EnterpriseId named(Caller caller, Request request) {
    String inQuery = request.query().get("enterprise");
    String name = inQuery == null ? request.body().getString("enterprise") : inQuery;
    return name != null && EnterpriseId.isValid(name) && caller.maySee(new EnterpriseId(name))
        ? new EnterpriseId(name)
        : ownOf(caller);
  }

  private static EnterpriseId ownOf(Caller caller) {
    EnterpriseId own = caller.enterprise();
    return own == null ? EnterpriseId.OPERATOR : own;
  }

  /** Somebody asked for an enterprise that exists, of which it must not know. */
  void refused(Caller caller, EnterpriseId enterprise, Exchange exchange) {
    audit.note(act(enterprise, caller, Act.REFUSED, exchange, null, 404));
  }

  /** The same, by what it asked for in another way. */
  void refused(Caller caller, EnterpriseId enterprise, Request request) {
    audit.note(act(enterprise, caller, Act.REFUSED, shown(request.path()), null, request, 404));
  }

  /** An identifier led to a device: a read of it. */
  void resolved(Caller caller, Leave leave, DeviceId device, Request request) {
    boolean isOwners = caller.isMember() && leave.enterprise().equals(caller.enterprise());
    if (!isOwners) {
      String object = "enterprises/" + leave.enterprise() + "/devices/" + device + "/resolve";
      List<String> grants = leave.sight().used();
      String by = grants.isEmpty() ? null : String.join(" ", grants);
      audit.writeOnce(List.of(act(leave.enterprise(), caller, Act.READ, object, by, request, 200)));
    }
  }

  /** Somebody showed nothing valid. */
  void unknown(Exchange exchange) {
    // Its bearer's enterprise is what it says it is, so it is no more than a part of the object.
    audit.note(
        act(EnterpriseId.OPERATOR, Act.Actor.NOBODY, Act.REFUSED, shown(exchange), exchange, 401));
  }

  /** A browser logged in or out; the line comes before the answer. */
  void login(String action, Act.Actor actor, EnterpriseId subject, Sender sender, int status) {
    Act act =
        new Act(
            subject,
            actor,
            action,
            "session",
            null,
            Integer.toString(status),
            1,
            "",
            sender.address());
    if (status < 400) {
      audit.write(act);
    } else {
      audit.note(act);
    }
  }

  static Act.Actor actor(Caller caller) {
    Party party = caller.party();
    return new Act.Actor(
        caller.tokenId(),
        caller.name(),
        caller.role().word(),
        party == null ? "operator" : party.text());
  }

  private static boolean isRead(Exchange exchange) {
    return exchange.method().equals(HttpMethod.GET)
        || exchange.method().equals(HttpMethod.HEAD)
        || isQuestion(exchange.request().path());
  }

  /** A question whose parameters are a body: its path ends in a verb behind a colon. */
  private static boolean isQuestion(String path) {
    return path.endsWith(":query") || path.endsWith(":batch");
  }

  private static Act act(
      EnterpriseId subject,
      Caller caller,
      String action,
      Exchange exchange,
      @Nullable String grant,
      int status) {
    return new Act(
        subject,
        actor(caller),
        action,
        object(exchange),
        grant,
        Integer.toString(status),
        1,
        exchange.requestId(),
        exchange.request().sender().address());
  }

  private static Act act(
      EnterpriseId subject,
      Caller caller,
      String action,
      String object,
      @Nullable String grant,
      Request request,
      int status) {
    return new Act(
        subject,
        actor(caller),
        action,
        object,
        grant,
        Integer.toString(status),
        1,
        "",
        request.sender().address());
  }

  private static Act act(
      EnterpriseId subject,
      Act.Actor actor,
      String action,
      String object,
      Exchange exchange,
      int status) {
    return new Act(
        subject,
        actor,
        action,
        object,
        null,
        Integer.toString(status),
        1,
        exchange.requestId(),
        exchange.request().sender().address());
  }

  /** The method where it changes something, and the path; never the query: it may hold anything. */
  private static String object(Exchange exchange) {
    String shown = shown(exchange.request().path());
    String whole = isRead(exchange) ? shown : exchange.method() + " " + shown;
    return whole.length() <= OBJECT_LENGTH_MAX ? whole : whole.substring(0, OBJECT_LENGTH_MAX);
  }

  private static String shown(String path) {
    return path.startsWith("/v1/") ? path.substring(4) : path;
  }

  private static String shown(Exchange exchange) {
    Sender sender = exchange.request().sender();
    String text = sender.authorization() == null ? sender.cookie() : sender.authorization();
    if (text == null) {
      return "no token";
    }
    String token = text.contains(" ") ? text.substring(text.indexOf(' ') + 1) : text;
    return AccessToken.parse(token)
        .map(parsed -> "token of " + parsed.owner())
        .orElse("no form of a token");
  }
}
