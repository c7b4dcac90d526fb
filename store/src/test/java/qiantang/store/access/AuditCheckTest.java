package qiantang.store.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import qiantang.store.access.AuditCheck.Fault;
import qiantang.store.model.EnterpriseId;

class AuditCheckTest {
  private static final EnterpriseId SUBJECT = new EnterpriseId("e");
  private static final long DAY = TimeUnit.DAYS.toMicros(1);

  /** Ten lines of two chains, each day two. */
  private static List<AuditLine> lines() {
    List<AuditLine> lines = new ArrayList<>();
    AuditLine a = AuditLine.first("000000000000000a", DAY, act("0", 1));
    AuditLine b = AuditLine.first("000000000000000b", DAY + 5, act("0", 1));
    for (int i = 1; i <= 5; i++) {
      lines.add(a);
      lines.add(b);
      a = a.next(DAY * (i + 1), act("" + i, 1));
      b = b.next(DAY * (i + 1) + 5, act("" + i, 1));
    }
    return lines;
  }

  @Test
  void wholeChainsAreWholeFromAnyDayOn() {
    for (long from = 0; from <= 5; from++) {
      AuditCheck check = check(lines(), from);
      assertEquals(List.of(), check.faults());
      assertEquals(10 - 2 * Math.max(0, from - 1), check.lines());
      assertEquals(List.of(5L, 5L), check.heads().stream().map(AuditCheck.Head::number).toList());
    }
  }

  @Test
  void aLineThatIsCutOutIsMissedWhereverItWas() {
    for (int i = 0; i < 8; i++) { // but for the ends, which only who kept them can miss
      List<AuditLine> cut = lines();
      cut.remove(i);
      List<Fault> faults = check(cut, 0).faults();
      assertEquals(1, faults.size(), "line " + i);
      assertTrue(faults.getFirst().detail().contains("missing"), faults.toString());
    }
  }

  @Test
  void aLineThatIsChangedDoesNotFit() {
    for (int i = 0; i < 10; i++) {
      List<AuditLine> changed = lines();
      AuditLine line = changed.get(i);
      changed.set(
          i,
          new AuditLine(
              line.micros(),
              line.chain(),
              line.number(),
              line.previousDay(),
              line.previous(),
              line.digest(),
              act("else", 1)));
      List<Fault> faults = check(changed, 0).faults();
      assertEquals(1, faults.size());
      assertTrue(faults.getFirst().detail().contains("changed"), faults.toString());
    }
  }

  @Test
  void aLineThatIsWrittenAnewDoesNotFitTheNext() {
    List<AuditLine> anew = lines();
    anew.set(2, anew.get(0).next(DAY * 2, act("1", 99)));
    List<Fault> faults = check(anew, 0).faults();
    assertEquals(1, faults.size());
    assertEquals(anew.get(4).id(), faults.getFirst().line());
  }

  private static AuditCheck check(List<AuditLine> lines, long fromDay) {
    AuditCheck check = new AuditCheck(fromDay);
    for (long day = fromDay; day <= 6; day++) {
      long now = day;
      check.day(lines.reversed().stream().filter(line -> line.day() == now).toList());
    }
    return check;
  }

  private static Act act(String object, long count) {
    return new Act(SUBJECT, Act.Actor.NOBODY, "read", object, null, "200", count, "r", "127.0.0.1");
  }
}
