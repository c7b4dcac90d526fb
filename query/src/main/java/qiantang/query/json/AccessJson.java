package qiantang.query.json;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Choice;
import qiantang.store.access.AuditCheck;
import qiantang.store.access.AuditLine;
import qiantang.store.access.Bounds;
import qiantang.store.access.Grant;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;

/** Grants, what tokens are bounded to, and lines of the audit, as JSON. */
public final class AccessJson {
  private AccessJson() {}

  /** What a token is bounded to. */
  static void bounds(JsonOut out, Bounds bounds) throws IOException {
    out.texts("scopes", bounds.scopes().stream().map(Scope::word).sorted().toList());
    subtree(out, bounds.subtree());
  }

  private static void subtree(JsonOut out, Subtree subtree) throws IOException {
    out.object("subtree")
        .text("factory", subtree.factory())
        .text("line", subtree.line())
        .texts("devices", subtree.sorted().stream().map(DeviceId::text).toList())
        .endObject();
  }

  /** A grant as it is at this moment. */
  public static void grant(JsonOut out, Grant grant, Instant now) throws IOException {
    out.text("id", grant.id())
        .text("enterprise", grant.enterprise().text())
        .object("grantee")
        .text("kind", grant.grantee().kind().word())
        .text("id", grant.grantee().id())
        .endObject();
    subtree(out, grant.subtree());
    out.texts("metrics", grant.metrics().stream().sorted().toList())
        .text("action", grant.isRaw() ? "raw" : "aggregate")
        .number("leastIntervalSeconds", grant.isRaw() ? null : Long.valueOf(grant.leastSeconds()))
        .text("purpose", grant.purpose())
        .time("from", grant.from())
        .time("until", grant.until())
        .text("state", grant.stateAt(now).word())
        .time("created", grant.created())
        .text("createdBy", grant.createdBy())
        .time("revoked", grant.revoked());
  }

  /** A line of the audit. */
  public static void line(JsonOut out, AuditLine line) throws IOException {
    out.text("id", line.id())
        .time("at", Long.valueOf(line.micros()))
        .text("enterprise", line.act().subject().text())
        .object("actor")
        .text("token", line.act().actor().token())
        .text("name", line.act().actor().name())
        .text("role", line.act().actor().role())
        .text("party", line.act().actor().party())
        .endObject()
        .text("action", line.act().action())
        .text("object", line.act().object())
        .text("grant", line.act().grant())
        .text("outcome", line.act().outcome())
        .number("count", line.act().count())
        .text("requestId", line.act().requestId())
        .text("address", line.act().address())
        .text("digest", line.digest());
  }

  /** What a check of the audit found. */
  public static JsonOut.Text check(AuditCheck check) {
    return out -> {
      out.object()
          .flag("whole", check.faults().isEmpty())
          .number("lines", check.lines())
          .array("faults");
      for (AuditCheck.Fault fault : check.faults()) {
        out.object().text("line", fault.line()).text("detail", fault.detail()).endObject();
      }
      out.endArray().array("chains");
      for (AuditCheck.Head head : check.heads()) {
        out.object()
            .text("chain", head.chain())
            .number("lines", head.number())
            .text("digest", head.digest())
            .time("at", Long.valueOf(head.micros()))
            .endObject();
      }
      out.endArray().endObject();
    };
  }

  /** What an answer says of the grants behind it; nothing where it is told without. */
  public static void told(JsonOut out, Choice.@Nullable Told told) throws IOException {
    if (told != null) {
      out.object("access")
          .texts("grants", told.grants())
          .texts("metrics", told.metrics())
          .texts("withheld", told.withheld())
          .endObject();
    }
  }
}
