package qiantang.query.http;

import java.time.InstantSource;
import java.util.Optional;
import qiantang.query.audit.ReadAudit;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Enterprises;
import qiantang.query.json.AccessJson;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.Page;
import qiantang.store.access.AuditLine;
import qiantang.store.access.Scope;
import qiantang.store.model.EnterpriseId;

/**
 * Who read and changed what. An enterprise sees its own lines, an operator those of all. Who may
 * not change anything sees who read the enterprise's data, and not who may what.
 */
public final class AuditEndpoints {
  private final ReadAudit readAudit;
  private final Enterprises enterprises;
  private final InstantSource clock;

  /** Answers by these use cases. */
  public AuditEndpoints(ReadAudit readAudit, Enterprises enterprises, InstantSource clock) {
    this.readAudit = readAudit;
    this.enterprises = enterprises;
    this.clock = clock;
  }

  Answer list(Caller caller, Request request) {
    if (!caller.mayChange() && !seesReads(caller)) {
      return Answer.notFound("thing");
    }
    Faults faults = new Faults();
    AuditParameters parameters = new AuditParameters(request, faults, clock.instant());
    Optional<EnterpriseId> subject = subject(caller, parameters.parameters());
    ReadAudit.Wanted wanted =
        parameters.read(subject.orElse(EnterpriseId.OPERATOR), null, !caller.mayChange());
    if (faults.areAny()) {
      return faults.answer();
    }
    return subject.isEmpty() ? Answer.notFound("enterprise") : page(request, readAudit.run(wanted));
  }

  Answer verify(Caller caller, Request request) {
    Faults faults = new Faults();
    AuditParameters parameters = new AuditParameters(request, faults, clock.instant());
    Optional<EnterpriseId> subject = subject(caller, parameters.parameters());
    long toMicros = parameters.toMicros();
    long fromMicros = parameters.fromMicros(toMicros);
    parameters.parameters().refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    if (subject.isEmpty()) {
      return Answer.notFound("enterprise");
    }
    long fromDay = AuditLine.dayOf(fromMicros);
    return switch (readAudit.check(subject.get(), fromDay, AuditLine.dayOf(toMicros))) {
      case ReadAudit.Checked.Done done -> Answer.json(200, AccessJson.check(done.check()));
      case ReadAudit.Checked.TooMany(int max) -> {
        faults.parameter("from", "there are more than " + max + " lines: take a shorter time");
        yield faults.answer();
      }
    };
  }

  /** Whose lines; empty where the caller must not know of the enterprise, or there is none. */
  private Optional<EnterpriseId> subject(Caller caller, Parameters parameters) {
    EnterpriseId named =
        parameters.parsed("enterprise", "it is the id of an enterprise", EnterpriseEndpoints::id);
    EnterpriseId own = caller.enterprise();
    if (named == null) {
      return Optional.of(own == null ? EnterpriseId.OPERATOR : own);
    }
    boolean isSeen = named.equals(own) || caller.maySee(named);
    return isSeen && enterprises.exists(named) ? Optional.of(named) : Optional.empty();
  }

  /** A viewer, and a program for which nothing of the enterprise is hidden. */
  private static boolean seesReads(Caller caller) {
    boolean isWhole =
        caller.bounds().scopes().contains(Scope.READ) && caller.bounds().subtree().isAll();
    return caller.enterprise() != null && (caller.isMember() || (caller.isProgram() && isWhole));
  }

  static Answer page(Request request, ReadAudit.Found found) {
    ReadAudit.Position next = found.next();
    String cursor = Cursor.AUDIT.encode(request, next == null ? null : next.text());
    Page<AuditLine> page = new Page<>(found.lines(), null);
    return Answer.json(200, RegistryJson.page(page, cursor, AccessJson::line));
  }
}
