package qiantang.store.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Identifies a device or a gateway inside its enterprise.
 *
 * @param text 1 to 64 characters of {@code [A-Za-z0-9._-]}, but not {@code .} or {@code ..}
 */
public record DeviceId(String text) implements Comparable<DeviceId> {
  private static final int LENGTH_MAX = 64;

  public DeviceId {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "cannot use '"
              + text
              + "' as a device id: it takes 1 to 64 of [A-Za-z0-9._-], not . or ..");
    }
  }

  /** Whether the text has the form of a device id. */
  public static boolean isValid(String text) {
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      return false;
    }
    if (text.equals(".") || text.equals("..")) {
      return false; // no path of the API could name it: RFC 3986, 5.2.4 removes dot segments
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || c == '.'
          || c == '_'
          || c == '-')) {
        return false;
      }
    }
    return true;
  }

  /**
   * The id of the device that a gateway calls by this name: the name itself where it has the form
   * of an id, else one derived from the name alone, so that every node derives the same.
   */
  public static DeviceId ofName(String name) {
    if (isValid(name)) {
      return new DeviceId(name);
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
      // 80 bits: a collision among 200,000 names of one enterprise has a chance of 2e-14.
      return new DeviceId("n-" + HexFormat.of().formatHex(digest, 0, 10));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every JDK has SHA-256", e);
    }
  }

  @Override
  public int compareTo(DeviceId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
