package qiantang.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class LogFormatTest {
  private final LoggerContext loggers = new LoggerContext();

  @Test
  void aLineIsAnObjectThatAProgramReads() throws Exception {
    LoggingEvent event =
        new LoggingEvent(
            LogFormatTest.class.getName(),
            loggers.getLogger("qiantang.X"),
            Level.WARN,
            "cannot write {}: \"{}\"",
            new IllegalStateException("gone"),
            new Object[] {7, "a\nb"});
    String line = new String(LogFormat.encoder(loggers).encode(event), UTF_8);
    JsonNode object = new ObjectMapper().readTree(line);
    assertEquals("WARN", object.path("level").asText());
    assertEquals("qiantang.X", object.path("loggerName").asText());
    assertEquals("cannot write 7: \"a\nb\"", object.path("formattedMessage").asText());
    assertEquals("gone", object.path("throwable").path("message").asText());
    assertTrue(object.path("timestamp").asLong() > 0);
    assertEquals(1, line.lines().count());
  }

  @Test
  void levelsAreOfAllOrOfOneLogger() {
    LogLevel.Reader reader = new LogLevel.Reader();
    assertEquals(new LogLevel("ROOT", Level.DEBUG), reader.convert("Debug"));
    assertEquals(new LogLevel("qiantang.x", Level.OFF), reader.convert("qiantang.x=off"));
    assertEquals("qiantang.x=OFF", reader.convert("qiantang.x=off").toString());
    for (String wrong : List.of("", "loud", "=info", "x=", "x=all")) {
      assertThrows(TypeConversionException.class, () -> reader.convert(wrong), wrong);
    }
  }
}
