package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where a list goes on, as an opaque text: base64url of {@code 1:<list>:<position>}. It is no
 * secret and no permission: a position only chooses among what the caller may see anyway.
 */
enum Cursor {
  ENTERPRISES("e"),
  DEVICES("d"),
  LATEST("l"),
  TOKENS("t"),
  REJECTIONS("r"),
  CONNECTIONS("c"),
  SERIES("s"),
  SERIES_OF_MANY("sm"),
  TRACES("x"),
  GRANTS("g"),
  AUDIT("a"),
  MEMBERS("m"),
  RANKED("k"),
  SORTED("o");

  private static final String VERSION = "1:";

  // The longest, of a trace that 100 nodes tell; a URL has room for 8 KiB.
  private static final int LENGTH_MAX = 4096;

  private final String list;

  Cursor(String list) {
    this.list = list;
  }

  /** The text of a position, null for none. */
  @Nullable String encode(@Nullable String position) {
    return position == null
        ? null
        : Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(position));
  }

  /** The position of a text, or null where it is no cursor of this list. */
  @Nullable String decode(String text) {
    if (text.length() > LENGTH_MAX) {
      return null;
    }
    String plain;
    try {
      plain = new String(Base64.getUrlDecoder().decode(text), UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
    String prefix = VERSION + list + ":";
    String position = plain.startsWith(prefix) ? plain.substring(prefix.length()) : null;
    // One position has one text: what we would not have written is not ours.
    return text.equals(encode(position)) ? position : null;
  }

  private byte[] bytes(String position) {
    return (VERSION + list + ":" + position).getBytes(UTF_8);
  }
}
