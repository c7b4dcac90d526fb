package qiantang.standalone;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How much of something is logged.
 *
 * @param logger a package or class; the root for all
 */
record LogLevel(String logger, Level level) {
  private static final List<Level> LEVELS =
      List.of(Level.TRACE, Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR, Level.OFF);

  /** {@code debug}, or {@code qiantang.ingest=debug}. */
  static final class Reader implements ITypeConverter<LogLevel> {
    @Override
    public LogLevel convert(String word) {
      int equals = word.indexOf('=');
      String logger = equals < 0 ? Logger.ROOT_LOGGER_NAME : word.substring(0, equals);
      String wanted = word.substring(equals + 1);
      return LEVELS.stream()
          .filter(level -> level.levelStr.equalsIgnoreCase(wanted) && !logger.isBlank())
          .findFirst()
          .map(level -> new LogLevel(logger, level))
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s': it takes trace, debug, info, warn, error or off, or LOGGER=LEVEL"
                          .formatted(word)));
    }
  }

  /** These hold from now on, in the place of those before. */
  static void apply(List<LogLevel> before, List<LogLevel> now) {
    boolean isAny = !before.isEmpty() || !now.isEmpty();
    // A first look at a logger makes the log's file, which a start that fails leaves behind.
    if (isAny && LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
      for (LogLevel each : before) {
        boolean isRoot = each.logger.equals(Logger.ROOT_LOGGER_NAME);
        loggers.getLogger(each.logger).setLevel(isRoot ? Level.INFO : null);
      }
      now.forEach(each -> loggers.getLogger(each.logger).setLevel(each.level));
    }
  }

  @Override
  public String toString() {
    return logger.equals(Logger.ROOT_LOGGER_NAME) ? level.levelStr : logger + "=" + level;
  }
}
