package qiantang.sim.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<String> lines = new ArrayList<>();
  private long now;
  private final Patience patience =
      new Patience(Duration.ofSeconds(60), true, lines::add, () -> now);

  /** A thousand questions in a row do not make a thousand minutes. */
  @Test
  void anOutageHasItsTimeOnceHoweverManyQuestionsMeetIt() {
    long first = now;
    while (patience.failed(first, "refused")) {
      now += SECOND;
    }
    assertEquals(60 * SECOND, now);
    assertEquals("the system did not answer for 60 s: refused", patience.gone());
    assertFalse(patience.failed(now, "refused"), "the next question is not repeated");
    assertFalse(patience.waits(now, "it"), "nor waited for");
  }

  @Test
  void anAnswerToAnybodyEndsTheOutage() {
    now = 59 * SECOND;
    assertTrue(patience.failed(0, "refused"));
    patience.answered();
    now = 100 * SECOND;
    assertTrue(patience.failed(99 * SECOND, "refused"));
    assertNull(patience.gone());
    now = 159 * SECOND;
    assertFalse(patience.failed(99 * SECOND, "refused"));
    assertNotNull(patience.gone());
  }

  /** One partition that cannot be read, of many that can: no minute for each of its devices. */
  @Test
  void whereOthersAreAnsweredOneQuestionHasTheTimeForAll() {
    for (now = 0; patience.failed(0, "503"); now += SECOND) {
      patience.answered();
    }
    assertEquals(60 * SECOND, now);
    patience.answered();
    now += SECOND;
    assertNull(patience.gone(), "others are answered");
    assertFalse(patience.failed(now, "503"), "asked once");
  }

  @Test
  void itTellsEveryFewSecondsWhatItTriesAndForHowLong() {
    for (; now < 13 * SECOND; now += SECOND / 4) {
      assertTrue(patience.failed(0, "refused"));
    }
    assertEquals(
        List.of(
            "the system has not answered for 2 s: refused; asking again for 58 s",
            "the system has not answered for 7 s: refused; asking again for 53 s",
            "the system has not answered for 12 s: refused; asking again for 48 s"),
        lines);
    patience.answered();
    assertEquals("the system answers again, after 13 s", lines.getLast());
  }

  /** A system that was stopped takes questions and says nothing. */
  @Test
  void aQuestionWithoutAnAnswerIsTold() {
    for (; now < 8 * SECOND; now += SECOND / 2) {
      assertTrue(patience.waits(0, "http://h"));
    }
    assertEquals(
        List.of(
            "the system has not answered for 2 s: http://h is silent; asking again for 58 s",
            "the system has not answered for 7 s: http://h is silent; asking again for 53 s"),
        lines);
  }

  @Test
  void whatIsShortIsNotWorthALine() {
    assertTrue(patience.failed(0, "refused"));
    now = SECOND;
    patience.answered();
    assertEquals(List.of(), lines);
  }

  @Test
  void questionsThatComeAgainByThemselvesNeverGiveUp() {
    Patience each = new Patience(Duration.ZERO, false, lines::add, () -> now);
    for (; now < 600 * SECOND; now += SECOND) {
      assertFalse(each.failed(now, "refused"));
    }
    assertNull(each.gone());
    assertEquals("the system has not answered for 2 s: refused; asking on", lines.getFirst());
  }
}
