package qiantang.store.registry;

import java.time.Duration;
import java.util.Optional;

/** How long an enterprise's data is kept; also how old an event time may be (I10). */
public enum Retention {
  /** 30 days. */
  DAYS_30("30d", Duration.ofDays(30)),
  /** One year. */
  YEAR_1("1y", Duration.ofDays(365)),
  /** Ten years. */
  YEARS_10("10y", Duration.ofDays(3653));

  private final String word;
  private final Duration duration;

  Retention(String word, Duration duration) {
    this.word = word;
    this.duration = duration;
  }

  /** The word used in JSON and CQL. */
  public String word() {
    return word;
  }

  /** How long. */
  public Duration duration() {
    return duration;
  }

  /** The class of this word. */
  public static Optional<Retention> ofWord(String word) {
    for (Retention retention : values()) {
      if (retention.word.equals(word)) {
        return Optional.of(retention);
      }
    }
    return Optional.empty();
  }
}
