package qiantang.bench;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A length of time as people write it: {@code 30s} or {@code 30}. */
final class Seconds implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    if (!text.matches("[1-9][0-9]{0,5}s?")) {
      throw new TypeConversionException("'" + text + "' is no length of time such as 30s");
    }
    return Duration.ofSeconds(Long.parseLong(text.replace("s", "")));
  }
}
