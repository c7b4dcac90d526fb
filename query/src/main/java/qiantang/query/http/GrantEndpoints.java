package qiantang.query.http;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.query.audit.ReadAudit;
import qiantang.query.auth.Leave;
import qiantang.query.change.Grants;
import qiantang.query.json.AccessJson;
import qiantang.query.json.RegistryJson;
import qiantang.query.limit.Attempts;
import qiantang.query.limit.Refusal;
import qiantang.query.read.Page;
import qiantang.query.read.UnknownParts;
import qiantang.store.access.Grant;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;

/** What an enterprise grants to others, and what became of it. */
public final class GrantEndpoints {
  private static final int NAMED_MAX = 10; // in the words of a problem
  private static final Pattern ID = Pattern.compile("[0-9a-f]{24}");
  private static final Pattern GRANTEE_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
  // A year: a daily mean is the longest that anybody asks for, a month the longest of calendars.
  private static final int LEAST_SECONDS_MAX = 31 * 86_400;

  private final Grants grants;
  private final ReadAudit readAudit;
  private final Attempts attempts;
  private final InstantSource clock;

  /**
   * Answers by these use cases.
   *
   * @param attempts how often an enterprise may name others that do not exist
   */
  public GrantEndpoints(
      Grants grants, ReadAudit readAudit, Attempts attempts, InstantSource clock) {
    this.grants = grants;
    this.readAudit = readAudit;
    this.attempts = attempts;
    this.clock = clock;
  }

  Answer list(Leave leave, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    String after = parameters.cursor(Cursor.GRANTS, GrantEndpoints::id);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    Page<Grant> page = grants.list(leave, after, limit);
    return Answer.json(
        200, RegistryJson.page(page, Cursor.GRANTS.encode(request, page.next()), members()));
  }

  Answer create(Leave leave, Request request) {
    Faults faults = new Faults();
    Grants.Wanted wanted = wanted(new Members(request.body(), "", faults));
    if (faults.areAny()) {
      return faults.answer();
    }
    String grantor = leave.enterprise().text();
    Refusal refusal = attempts.exceeded(grantor);
    if (refusal != null) {
      return Answer.problem(
              Problem.TOO_MANY_ATTEMPTS,
              "too many grants to enterprises that do not exist: look up the id, and try again in "
                  + refusal.retrySeconds()
                  + " s")
          .with("Retry-After", Long.toString(refusal.retrySeconds()));
    }
    return switch (grants.create(leave, wanted, leave.by())) {
      case Grants.Result.Created created ->
          Answer.json(201, RegistryJson.one(created.grant(), members()));
      case Grants.Result.UnknownPart(UnknownParts.Unknown unknown) -> {
        unknownPart(unknown, faults);
        yield faults.answer();
      }
      case Grants.Result.NoGrantee none -> {
        faults.member("/grantee/id", none.detail());
        yield faults.answer();
      }
      case Grants.Result.UnknownGrantee(String detail) -> {
        attempts.failed(grantor);
        faults.member("/grantee/id", detail);
        yield faults.answer();
      }
      case Grants.Result.TooMany(String detail) -> Answer.problem(Problem.TOO_MANY_GRANTS, detail);
    };
  }

  private static void unknownPart(UnknownParts.Unknown unknown, Faults faults) {
    if (!unknown.devices().isEmpty()) {
      List<String> first = unknown.devices().stream().limit(NAMED_MAX).map(DeviceId::text).toList();
      boolean areMore = unknown.devices().size() > NAMED_MAX;
      faults.member(
          "/subtree/devices",
          "there are no devices "
              + first
              + (areMore ? " and others" : "")
              + ", so nothing was granted: create them first, or name those that GET .../devices"
              + " lists");
    }
    if (unknown.factory()) {
      faults.member(
          "/subtree/factory",
          "no device stands in a factory of this name, so nothing was granted: create one there"
              + " first, or name one that GET .../health lists");
    }
    if (unknown.line()) {
      faults.member(
          "/subtree/line",
          "no device of the factory stands in a line of this name, so nothing was granted: create"
              + " one there first, or name one that GET .../health lists");
    }
  }

  private Grants.Wanted wanted(Members members) {
    Party grantee = grantee(members);
    Subtree subtree = SubtreeMembers.read(members, "subtree");
    Set<String> metrics = new HashSet<>(members.bounds("metrics"));
    if (metrics.size() > Grant.METRICS_MAX) {
      members.fault("metrics", "name at most " + Grant.METRICS_MAX + ", or leave it out for all");
    }
    Boolean isRaw =
        members.parsed(
            "action",
            "it is raw or aggregate",
            word ->
                switch (word) {
                  case "raw" -> true;
                  case "aggregate" -> false;
                  default -> null;
                });
    if (!members.isGiven("action")) {
      members.fault("action", "it must be given: raw or aggregate");
    }
    long leastSeconds = members.number("leastIntervalSeconds", 0, LEAST_SECONDS_MAX);
    if (isRaw != null && isRaw != (leastSeconds == 0)) {
      members.fault(
          "leastIntervalSeconds", "it must be given with the action aggregate, and not with raw");
    }
    String purpose = members.nameNeeded("purpose");
    Instant now = clock.instant();
    Long fromMicros = members.timeMicros("from");
    Instant from = fromMicros == null ? now : Instant.EPOCH.plus(fromMicros, ChronoUnit.MICROS);
    Instant until = members.timeToCome("until", now);
    if (until == null) {
      if (!members.isGiven("until")) {
        members.fault("until", "it must be given: no grant holds for ever");
      }
      until = now;
    } else if (!from.isBefore(until)) {
      members.fault("until", "it lies before 'from'");
    } else if (until.isAfter(now.plus(Grant.DURATION_MAX))) {
      members.fault("until", "ten years from now at most: grant anew what is to hold longer");
    }
    members.refuseOthers();
    return new Grants.Wanted(grantee, subtree, metrics, leastSeconds, purpose, from, until);
  }

  private static Party grantee(Members members) {
    JsonObject object = members.object("grantee");
    if (object == null) {
      if (!members.isGiven("grantee")) {
        members.fault("grantee", "it must be given: {\"kind\":\"platform\",\"id\":\"supet\"}");
      }
      return new Party(Party.Kind.PLATFORM, "-");
    }
    Members inner = members.inside("grantee", object);
    Party.Kind kind =
        inner.parsed("kind", "it is platform, application or enterprise", Party.Kind::ofWord);
    String id = inner.nameNeeded("id");
    if (!GRANTEE_ID.matcher(id).matches()) {
      inner.fault("id", "it takes the id of a platform, an enterprise or an application's token");
    }
    if (!inner.isGiven("kind")) {
      inner.fault("kind", "it must be given: platform, application or enterprise");
    }
    inner.refuseOthers();
    return new Party(kind == null ? Party.Kind.PLATFORM : kind, id);
  }

  Answer revoke(Leave leave, Request request) {
    return idOf(request)
        .flatMap(id -> grants.revoke(leave, id))
        .map(revoked -> Answer.json(200, RegistryJson.one(revoked, members())))
        .orElseGet(() -> Answer.notFound("grant"));
  }

  /** The lines of the audit that name a grant. */
  Answer uses(Leave leave, Request request) {
    Faults faults = new Faults();
    AuditParameters parameters = new AuditParameters(request, faults, clock.instant());
    String id = idOf(request).orElse("");
    ReadAudit.Wanted wanted = parameters.read(leave.enterprise(), id, false);
    if (faults.areAny()) {
      return faults.answer();
    }
    return id.isEmpty() || grants.find(leave, id).isEmpty()
        ? Answer.notFound("grant")
        : AuditEndpoints.page(request, readAudit.run(wanted));
  }

  private RegistryJson.Members<Grant> members() {
    Instant now = clock.instant();
    return (out, grant) -> AccessJson.grant(out, grant, now);
  }

  private static Optional<String> idOf(Request request) {
    return Optional.ofNullable(id(request.pathParameter("grant")));
  }

  private static @Nullable String id(String text) {
    return ID.matcher(text).matches() ? text : null;
  }
}
