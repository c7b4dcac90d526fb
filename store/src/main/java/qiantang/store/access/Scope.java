package qiantang.store.access;

import org.jspecify.annotations.Nullable;

/** What an application's token is for. None lets it change anything. */
public enum Scope {
  /** Devices, their health, latest values, series and aggregates. */
  READ("read"),
  /** The live stream. */
  STREAM("stream"),
  /** Rejections and connections of its own enterprise, for those who look for faults. */
  DIAGNOSE("diagnose");

  private final String word;

  Scope(String word) {
    this.word = word;
  }

  /** The word used in JSON and CQL. */
  public String word() {
    return word;
  }

  /** The scope of this word, or null. */
  public static @Nullable Scope ofWord(String word) {
    for (Scope scope : values()) {
      if (scope.word.equals(word)) {
        return scope;
      }
    }
    return null;
  }
}
