package qiantang.store.registry;

import org.jspecify.annotations.Nullable;

/** What the bearer of a token is. */
public enum Role {
  /** Runs the platform: sees every enterprise. */
  OPERATOR("operator"),
  /** Runs one enterprise: reads and changes what is its own. */
  ADMIN("admin"),
  /** Reads one enterprise. */
  VIEWER("viewer"),
  /** A program: reads what its scopes, its part of an enterprise and grants let it. */
  APPLICATION("application"),
  /** Runs one of the 1+N: sees its platform's views and what enterprises granted it. */
  PLATFORM("platform"),
  /** A gateway: publishes for the devices behind it; opens no API. */
  GATEWAY("gateway"),
  /** A device: publishes for itself; opens no API. */
  DEVICE("device");

  private final String word;

  Role(String word) {
    this.word = word;
  }

  /** The word used in JSON and CQL. */
  public String word() {
    return word;
  }

  /** The role of this word, or null. */
  public static @Nullable Role ofWord(String word) {
    for (Role role : values()) {
      if (role.word.equals(word)) {
        return role;
      }
    }
    return null;
  }
}
