package qiantang.store.access;

import org.jspecify.annotations.Nullable;

/**
 * Whom data can be granted to.
 *
 * @param id of the platform or enterprise; of an application the id of its token
 */
public record Party(Kind kind, String id) {
  /** What it is. */
  public enum Kind {
    /** One of the 1+N: whoever holds its tokens. */
    PLATFORM("platform"),
    /** A program with a token of its own. */
    APPLICATION("application"),
    /** Another enterprise: its admins and viewers. */
    ENTERPRISE("enterprise");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word used in JSON and CQL. */
    public String word() {
      return word;
    }

    /** The kind of this word, or null. */
    public static @Nullable Kind ofWord(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      return null;
    }
  }

  /** What its grants are found by: {@code platform:supet}. */
  public String text() {
    return kind.word + ":" + id;
  }

  /** The party of a text, or null. */
  public static @Nullable Party parse(String text) {
    int colon = text.indexOf(':');
    Kind kind = colon < 0 ? null : Kind.ofWord(text.substring(0, colon));
    return kind == null ? null : new Party(kind, text.substring(colon + 1));
  }

  @Override
  public String toString() {
    return text();
  }
}
