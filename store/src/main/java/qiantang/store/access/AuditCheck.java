package qiantang.store.access;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks whether lines of one subject are whole and none is missing, day by day, oldest day first.
 * What it cannot see is a chain whose last lines were cut off, or all of it: for that somebody
 * keeps the {@link Head heads} of an earlier check elsewhere and compares.
 */
public final class AuditCheck {
  /** Faults that are told; more are the same fault many times. */
  public static final int FAULTS_MAX = 100;

  private final long fromDay;
  private final Map<String, AuditLine> last = new HashMap<>();
  private final List<Fault> faults = new ArrayList<>();
  private long lines;

  /**
   * Something that is not as it was written.
   *
   * @param line the id of the line that shows it
   */
  public record Fault(String line, String detail) {}

  /** Where a chain ends: who keeps this finds out later whether its end was cut. */
  public record Head(String chain, long number, String digest, long micros) {}

  /** Of days from this one on. */
  public AuditCheck(long fromDay) {
    this.fromDay = fromDay;
  }

  /** All lines of the next day, in any order. */
  public void day(List<AuditLine> ofDay) {
    ofDay.stream().sorted(Comparator.comparing(AuditLine::id)).forEach(this::line);
  }

  private void line(AuditLine line) {
    lines++;
    AuditLine before = last.put(line.chain(), line);
    if (!line.isWhole()) {
      fault(line, "it was changed: its digest is of another text");
    } else if (before == null) {
      if (line.number() > 1 && line.previousDay() >= fromDay) {
        fault(line, "line " + (line.number() - 1) + " of its chain is missing");
      }
    } else if (line.number() != before.number() + 1) {
      fault(line, "lines between " + before.number() + " and " + line.number() + " are missing");
    } else if (!line.previous().equals(before.digest())) {
      fault(line, "the line before it is not the one that was there");
    }
  }

  private void fault(AuditLine line, String detail) {
    if (faults.size() < FAULTS_MAX) {
      faults.add(new Fault(line.id(), detail));
    }
  }

  /** How many lines there were. */
  public long lines() {
    return lines;
  }

  /** What was found, at most {@link #FAULTS_MAX}. */
  public List<Fault> faults() {
    return List.copyOf(faults);
  }

  /** Where the chains end, in order of name. */
  public List<Head> heads() {
    return last.values().stream()
        .map(line -> new Head(line.chain(), line.number(), line.digest(), line.micros()))
        .sorted(Comparator.comparing(Head::chain))
        .toList();
  }
}
