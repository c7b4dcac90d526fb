package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveFindingsTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private final LiveFindings findings = new LiveFindings();

  private static Finding phantom(long micros) {
    return new Finding(Verdict.PHANTOM, "mill-7", "speed", micros, "value 5");
  }

  /** Two samples that were found in three rounds are two findings. */
  @Test
  void aSampleIsOneFindingHoweverOftenItIsSeen() {
    assertTrue(findings.isNew(phantom(0), NOON));
    assertTrue(findings.isNew(phantom(1_000_000), NOON));
    assertFalse(findings.isNew(phantom(0), NOON.plusSeconds(10)));
    assertFalse(findings.isNew(phantom(0), NOON.plusMillis(20_500)));
    assertEquals(
        List.of(
            "PHANTOM mill-7 speed 1970-01-01T00:00:00Z: value 5, seen 3 times, first at"
                + " 2026-01-02T12:00:00Z, last at 2026-01-02T12:00:20Z",
            "PHANTOM mill-7 speed 1970-01-01T00:00:01Z: value 5, seen once, at"
                + " 2026-01-02T12:00:00Z"),
        findings.all().stream().map(Finding::text).toList());
  }

  /** A sample that is lost and comes back with another value has two faults. */
  @Test
  void anotherFaultOfASampleIsAnotherFinding() {
    findings.isNew(new Finding(Verdict.LOST, "mill-7", "speed", 0, ""), NOON);
    assertTrue(findings.isNew(phantom(0), NOON));
    assertTrue(findings.all().getFirst().text().endsWith("Z: seen once, at 2026-01-02T12:00:00Z"));
  }

  @Test
  void aSystemThatLosesMillionsIsNotKeptInMemory() {
    for (int i = 0; i < 1_000; i++) {
      assertEquals(i < LiveFindings.KEPT_MAX, findings.isNew(phantom(i), NOON));
    }
    assertEquals(LiveFindings.KEPT_MAX, findings.all().size());
  }

  @Test
  void whatCouldNotBeReadIsToldWithItsReasonOrNotAtAll() {
    LiveAudit.Result well = new LiveAudit.Result(1, 1, 7, 0, "", List.of());
    assertEquals(
        "while running: 1 round, 1 device read, 7 samples acked and visible, 0 findings",
        well.note());
    LiveAudit.Result away = new LiveAudit.Result(2, 0, 1, 1, "no answer", List.of());
    assertEquals(
        "while running: 2 rounds, 0 devices read, 1 sample acked and visible, 0 findings,"
            + " 1 device not to be read, the last: no answer",
        away.note());
  }
}
