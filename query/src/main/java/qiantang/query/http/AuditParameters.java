package qiantang.query.http;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import qiantang.query.audit.ReadAudit;
import qiantang.store.access.Act;
import qiantang.store.access.AuditTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** Which lines of the audit a request asks for. */
final class AuditParameters {
  // Without 'from' a month: who asks more rarely says from when on.
  private static final Duration USUAL_SPAN = Duration.ofDays(30);
  private static final int TEXT_LENGTH_MAX = 128;

  private final Parameters parameters;
  private final Faults faults;
  private final Instant now;

  AuditParameters(Request request, Faults faults, Instant now) {
    parameters = new Parameters(request, faults);
    this.faults = faults;
    this.now = now;
  }

  Parameters parameters() {
    return parameters;
  }

  /**
   * Lines of a subject.
   *
   * @param grant null for all, whether by grants or not
   * @param isOfReads whether only those that tell of reads may be told
   */
  ReadAudit.Wanted read(EnterpriseId subject, @Nullable String grant, boolean isOfReads) {
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    long toMicros = toMicros();
    long fromMicros = fromMicros(toMicros);
    String actor = text("actor");
    String action = parameters.word("action", Act.ACTIONS);
    DeviceId device = grant == null ? device() : null;
    ReadAudit.Position before = parameters.cursor(Cursor.AUDIT, ReadAudit.Position::parse);
    parameters.refuseOthers();
    return new ReadAudit.Wanted(
        subject, fromMicros, toMicros, actor, action, grant, device, isOfReads, before, limit);
  }

  private @Nullable DeviceId device() {
    return parameters.parsed("device", "it is the id of a device", DeviceEndpoints::id);
  }

  /** Until when, exclusive: no line is younger than now. */
  long toMicros() {
    long latest = micros(now.plusSeconds(60));
    return Math.min(latest, parameters.timeMicros("to", latest));
  }

  /** From when on: no line is older than they are kept. */
  long fromMicros(long toMicros) {
    long oldest = micros(now.minus(AuditTables.KEPT).minus(Duration.ofDays(1)));
    long usual = toMicros - USUAL_SPAN.toNanos() / 1000;
    long fromMicros = parameters.timeMicros("from", usual);
    if (fromMicros > toMicros) {
      faults.parameter("from", "it lies behind 'to', or behind now");
      return toMicros;
    }
    return Math.max(oldest, fromMicros);
  }

  private @Nullable String text(String name) {
    return parameters.parsed(
        name, "it is shorter", text -> text.length() <= TEXT_LENGTH_MAX ? text : null);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
