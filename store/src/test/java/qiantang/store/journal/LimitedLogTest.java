package qiantang.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LimitedLogTest {
  private final LoggerContext loggers = new LoggerContext();
  private final Logger logger = loggers.getLogger("x");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private long seconds;
  private final LimitedLog log = new LimitedLog(logger, () -> TimeUnit.SECONDS.toNanos(seconds));

  LimitedLogTest() {
    lines.start();
    logger.addAppender(lines);
  }

  @Test
  void oneAMinuteAndTheNextSaysHowManyWereLeftOut() {
    for (; seconds < 60; seconds++) {
      log.warn("trouble", new CompletionException(new IOException("gone")));
    }
    assertEquals(List.of("trouble: java.io.IOException: gone"), told());
    log.warn("trouble");
    assertEquals("trouble (and 59 like it before)", told().getLast());
    seconds += 60;
    log.warn("trouble");
    assertEquals("trouble", told().getLast());
  }

  @Test
  void aBugIsToldWithItsTrace() {
    log.error("BUG: it failed", new IllegalStateException("x"));
    log.error("BUG: it failed", new IllegalStateException("x"));
    assertEquals(1, lines.list.size());
    assertEquals("x", lines.list.getFirst().getThrowableProxy().getMessage());
  }

  @Test
  void itIsOverWhenNothingIsLeftToSay() {
    assertTrue(log.isOver());
    log.warn("trouble");
    assertFalse(log.isOver());
    log.warn("trouble");
    seconds = 60;
    assertFalse(log.isOver(), "one was left out");
    log.warn("trouble");
    seconds = 120;
    assertTrue(log.isOver());
  }

  private List<String> told() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
