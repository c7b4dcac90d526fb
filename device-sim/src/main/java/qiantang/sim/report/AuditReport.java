package qiantang.sim.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qiantang.sim.audit.AuditResult;
import qiantang.sim.audit.Finding;
import qiantang.sim.audit.Verdict;
import qiantang.sim.outcome.ExitCode;

/**
 * The result of an audit alone, of a run whose process is gone.
 *
 * @param run which run it was, in a line
 * @param journal what its journal says of its end, line by line
 * @param damage why the journal does not tell all that was sent; null where it does
 */
public record AuditReport(
    String run, List<String> journal, AuditResult audit, @Nullable String damage) {
  private static final JsonMapper JSON = new JsonMapper();

  public ExitCode exitCode() {
    if (audit.unknown() != null && audit.seenIsFine()) {
      return ExitCode.UNREACHABLE;
    }
    if (damage != null && audit.seenIsFine()) {
      return ExitCode.USAGE;
    }
    return audit.passed() ? ExitCode.OK : ExitCode.AUDIT_FAILED;
  }

  /** The table for standard output. */
  public String text() {
    Table out = new Table();
    out.line("run", run);
    journal.forEach(line -> out.line("journal", line));
    out.line(
        "samples",
        audit.sentSamples() + " may have been sent" + (damage == null ? "" : ", by what it tells"));
    lines(out, audit);
    out.line("verdict", verdict());
    return out.toString();
  }

  /** What every audit says of its samples: classes, rejections, reach, findings, troubles. */
  static void lines(Table out, AuditResult audit) {
    if (!audit.asked()) {
      audit.notes().forEach(note -> out.line("audit", note));
      return;
    }
    for (Verdict verdict : Verdict.values()) {
      if (verdict == Verdict.ACKED_VISIBLE
          || audit.tally().count(verdict) > 0
          || (!verdict.fine() && audit.unread() == null)) {
        out.count("", audit.tally().count(verdict), verdict.label());
      }
    }
    audit.refusedByReason().forEach((r, n) -> out.count("rejections", n, "reason " + r));
    audit.malformed().forEach(count -> out.line("malformed", count.text()));
    audit.notes().forEach(note -> out.line("audit", note));
    for (Finding finding : audit.whileRunning()) {
      out.line("finding", "while running: " + finding.text());
    }
    for (Finding finding : audit.tally().findings()) {
      out.line("finding", finding.text());
    }
    audit.troubles().forEach(trouble -> out.line("trouble", trouble));
    if (audit.unread() != null) {
      out.line("trouble", audit.unread());
    }
  }

  /** What every audit says of its samples, for a result in JSON. */
  static void put(ObjectNode json, AuditResult audit) {
    json.put("audited", audit.asked());
    if (!audit.asked()) {
      texts(json, "notes", audit.notes().stream());
      return;
    }
    json.put("sentSamples", audit.sentSamples());
    ObjectNode samples = json.putObject("samples");
    for (Verdict verdict : Verdict.values()) {
      samples.put(verdict.name(), audit.tally().count(verdict));
    }
    ArrayNode malformed = json.putArray("malformed");
    audit.malformed().forEach(malformed::addPOJO);
    ObjectNode rejections = json.putObject("rejections");
    audit.refusedByReason().forEach(rejections::put);
    texts(json, "findings", audit.tally().findings().stream().map(Finding::text));
    texts(json, "whileRunning", audit.whileRunning().stream().map(Finding::text));
    texts(
        json,
        "troubles",
        Stream.concat(audit.troubles().stream(), Stream.ofNullable(audit.unread())));
    texts(json, "notes", audit.notes().stream());
  }

  private static void texts(ObjectNode json, String name, Stream<String> texts) {
    texts.forEach(json.putArray(name)::add);
  }

  private String verdict() {
    return switch (exitCode()) {
      case OK -> "PASSED: every sample whose acknowledgement was written down is visible and equal";
      case UNREACHABLE -> "NOT AUDITED: nobody knows whether data is lost, for " + audit.unknown();
      case USAGE -> "NOT AUDITED: " + damage;
      case AUDIT_FAILED, LIMITS_MISSED, GENERATOR_LIMITED ->
          "FAILED: " + wrong(audit) + (damage == null ? "" : "; and " + damage);
    };
  }

  /** What is wrong, each class with its count, in a line. */
  static String wrong(AuditResult audit) {
    List<String> wrong = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      long samples = audit.tally().count(verdict);
      if (!verdict.fine() && samples > 0) {
        wrong.add(verdict.counted(samples));
      }
    }
    if (wrong.isEmpty() && !audit.whileRunning().isEmpty()) {
      wrong.add("by now all is well, and while it ran it was not: see 'finding'");
    }
    if (wrong.isEmpty() && !audit.balanced()) {
      wrong.add("the books do not balance: not every sample that was sent has one verdict");
    }
    return wrong.isEmpty()
        ? "not everything could be read back: " + String.join("; ", audit.troubles())
        : String.join("; ", wrong) + (audit.partly() == null ? "" : "; and " + audit.partly());
  }

  /** Writes {@code audit.json} into the folder. */
  public void write(Path folder) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("run", run);
    texts(json, "journal", journal.stream());
    json.put("exitCode", exitCode().number());
    json.put("verdict", verdict());
    put(json, audit);
    Files.createDirectories(folder);
    JSON.writerWithDefaultPrettyPrinter().writeValue(folder.resolve("audit.json").toFile(), json);
  }
}
