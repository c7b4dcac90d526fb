package qiantang.query.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Act;
import qiantang.store.access.AuditCheck;
import qiantang.store.access.AuditLine;
import qiantang.store.access.AuditTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** Reads and checks lines of the audit. Blocks: virtual threads only. */
public final class ReadAudit {
  /** Lines looked at for one answer: a rare filter gets short pages with a cursor. */
  static final int LOOKED_AT_MAX = 10_000;

  /** Days looked at for one answer; the retention of 400 takes eleven. */
  static final int DAYS_MAX = 40;

  /** Lines checked at a time, 1 KB each; more are checked by asking for fewer days. */
  static final int CHECKED_MAX = 100_000;

  private static final int ROWS_AT_ONCE = 1000;

  // Below an enterprise: values of all its devices, or of those that were granted.
  private static final Set<String> OF_ALL = Set.of("latest", "series", "aggregate:query", "stream");

  private final AuditTables tables;
  private final StoreWait store;

  /**
   * Which lines; null for all.
   *
   * @param subject whose lines
   * @param actor token id or party
   * @param grant id of a grant
   * @param device what names it, by its path or in a list, and what tells values of all
   * @param isOfReads whether only those that tell of reads are wanted
   * @param before where the page before ended
   */
  public record Wanted(
      EnterpriseId subject,
      long fromMicros,
      long toMicros,
      @Nullable String actor,
      @Nullable String action,
      @Nullable String grant,
      @Nullable DeviceId device,
      boolean isOfReads,
      @Nullable Position before,
      int limit) {
    boolean accepts(AuditLine line) {
      return line.micros() >= fromMicros
          && line.micros() < toMicros
          && (actor == null
              || actor.equals(line.act().actor().token())
              || actor.equals(line.act().actor().party()))
          && (action == null || action.equals(line.act().action()))
          && (!isOfReads || line.act().action().equals(Act.READ))
          && (device == null || names(line, device))
          && (grant == null || isBy(line, grant));
    }

    /** The object is a path, behind a method where something was changed. */
    private static boolean names(AuditLine line, DeviceId device) {
      String object = line.act().object();
      String path = object.substring(object.indexOf(' ') + 1);
      String enterprise = "enterprises/" + line.act().subject() + "/";
      int list = path.indexOf(Act.DEVICES);
      if (list >= 0) {
        String devices = path.substring(list + Act.DEVICES.length());
        return List.of(devices.split(",", -1)).contains(device.text());
      }
      String whole = enterprise + "devices/" + device;
      return path.equals(whole)
          || path.startsWith(whole + "/")
          || (path.startsWith(enterprise) && OF_ALL.contains(path.substring(enterprise.length())));
    }

    private static boolean isBy(AuditLine line, String grant) {
      String by = line.act().grant();
      return by != null && List.of(by.split(" ", -1)).contains(grant);
    }
  }

  /** Where a page ended: behind a line of a day, or before all of the day. */
  public record Position(long day, @Nullable String id) {
    /** The text of it. */
    public String text() {
      return day + ":" + (id == null ? "" : id);
    }

    /** The position of a text, or null. */
    public static @Nullable Position parse(String text) {
      if (!text.matches("-?[0-9]{1,9}:[0-9a-f-]{0,64}")) {
        return null;
      }
      int colon = text.indexOf(':');
      String id = text.substring(colon + 1);
      return new Position(Long.parseLong(text.substring(0, colon)), id.isEmpty() ? null : id);
    }
  }

  /** A page, newest first; a position where more may follow. */
  public record Found(List<AuditLine> lines, @Nullable Position next) {}

  /** What became of a check. */
  public sealed interface Checked {
    /** All was looked at. */
    record Done(AuditCheck check) implements Checked {}

    /** There are more lines than are checked at a time. */
    record TooMany(int max) implements Checked {}
  }

  /** Reads from these. */
  public ReadAudit(AuditTables tables, StoreWait store) {
    this.tables = tables;
    this.store = store;
  }

  /** A page of lines. */
  public Found run(Wanted wanted) {
    long firstDay = AuditLine.dayOf(wanted.fromMicros());
    long newestDay = AuditLine.dayOf(wanted.toMicros());
    Position at = wanted.before() == null ? new Position(newestDay, null) : wanted.before();
    long lastDay = Math.max(firstDay, at.day() - DAYS_MAX + 1);
    List<AuditLine> found = new ArrayList<>();
    int looked = 0;
    String before = at.id();
    for (long day = at.day(); day >= lastDay; day--) {
      boolean isMore = true;
      while (isMore) {
        List<AuditLine> rows =
            store.await(tables.read(wanted.subject(), day, before, ROWS_AT_ONCE));
        for (AuditLine row : rows) {
          before = row.id();
          looked++;
          if (wanted.accepts(row)) {
            found.add(row);
          }
          if (found.size() == wanted.limit() || looked == LOOKED_AT_MAX) {
            return new Found(found, new Position(day, before));
          }
        }
        isMore = rows.size() == ROWS_AT_ONCE;
      }
      before = null;
    }
    return new Found(found, lastDay > firstDay ? new Position(lastDay - 1, null) : null);
  }

  /** Checks the chains of a subject's lines from a day to another, both included. */
  public Checked check(EnterpriseId subject, long fromDay, long toDay) {
    AuditCheck check = new AuditCheck(fromDay);
    for (long day = fromDay; day <= toDay; day++) {
      List<AuditLine> ofDay = new ArrayList<>();
      String before = null;
      boolean isMore = true;
      while (isMore) {
        List<AuditLine> rows = store.await(tables.read(subject, day, before, ROWS_AT_ONCE));
        ofDay.addAll(rows);
        isMore = rows.size() == ROWS_AT_ONCE;
        before = rows.isEmpty() ? before : rows.getLast().id();
        if (check.lines() + ofDay.size() > CHECKED_MAX) {
          return new Checked.TooMany(CHECKED_MAX);
        }
      }
      check.day(ofDay);
    }
    return new Checked.Done(check);
  }
}
