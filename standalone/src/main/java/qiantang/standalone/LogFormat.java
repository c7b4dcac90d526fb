package qiantang.standalone;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a line of the log looks like; named as it is typed. */
enum LogFormat {
  /** Time, level, class and message, for people. */
  text,
  /** An object with the same, for programs. */
  json;

  /** From now on; {@link #text} is how it begins. */
  void apply() {
    if (this == json && LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
      loggers
          .getLogger(Logger.ROOT_LOGGER_NAME)
          .iteratorForAppenders()
          .forEachRemaining(
              appender -> {
                if (appender instanceof OutputStreamAppender<ILoggingEvent> stream) {
                  stream.setEncoder(encoder(loggers));
                }
              });
    }
  }

  /** Each message as it reads, not in the parts that it was made of. */
  static JsonEncoder encoder(LoggerContext loggers) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(loggers);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMDC(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    encoder.start();
    return encoder;
  }
}
