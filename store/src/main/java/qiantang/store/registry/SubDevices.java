package qiantang.store.registry;

import org.jspecify.annotations.Nullable;

/** What becomes of a device that a gateway names and nobody has created. */
public enum SubDevices {
  /** It is created: gateways are trusted to know what is behind them. */
  CREATE("create"),
  /** What it reports is refused until somebody creates it. */
  KNOWN_ONLY("known-only");

  private final String word;

  SubDevices(String word) {
    this.word = word;
  }

  /** The word used in JSON and CQL. */
  public String word() {
    return word;
  }

  /** The setting of this word, or null. */
  public static @Nullable SubDevices ofWord(String word) {
    for (SubDevices setting : values()) {
      if (setting.word.equals(word)) {
        return setting;
      }
    }
    return null;
  }
}
