package qiantang.store.model;

/**
 * Identifies an enterprise: the customer, the owner of everything below it and the isolation
 * boundary.
 *
 * @param text 1 to 32 characters of {@code [a-z0-9-]}
 */
public record EnterpriseId(String text) implements Comparable<EnterpriseId> {
  /** Owner of the operator's tokens and of the rejections that belong to no known enterprise. */
  public static final EnterpriseId OPERATOR = new EnterpriseId("operator");

  private static final int LENGTH_MAX = 32;

  public EnterpriseId {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "cannot use '" + text + "' as an enterprise id: it takes 1 to 32 of [a-z0-9-]");
    }
  }

  /** Whether the text has the form of an enterprise id. */
  public static boolean isValid(String text) {
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(EnterpriseId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
