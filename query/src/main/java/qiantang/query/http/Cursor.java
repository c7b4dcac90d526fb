package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a list goes on, as an opaque text: base64url of {@code 2:<list>:<question>:<position>},
 * where the {@link Question} is a digest of what was asked. It is no secret and no permission: a
 * position only chooses among what the caller may see anyway.
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

  private static final String VERSION = "2:";

  // The longest, of a trace that 100 nodes tell; a URL has room for 8 KiB.
  private static final int LENGTH_MAX = 4096;

  private static final String NOT_OURS = "give the 'next' of the page before, unchanged, or none";

  private static final String OF_ANOTHER =
      "it is of another question: ask on with the same path and parameters as before, of which"
          + " 'limit' and 'wait' alone may change; or begin anew without a cursor";

  private final String list;

  Cursor(String list) {
    this.list = list;
  }

  /** The text of a position in the answer to a request, null for none. */
  @Nullable String encode(Request request, @Nullable String position) {
    return position == null ? null : text(Question.digest(request), position);
  }

  /**
   * The position of a text that came with a request; null where it is none of this list and of this
   * question.
   *
   * @param parser answers null where what was decoded has not the form of a position
   * @param fault is told what to do
   */
  <T> @Nullable T decode(
      Request request, String text, Function<String, @Nullable T> parser, Consumer<String> fault) {
    String plain = text.length() > LENGTH_MAX ? null : plain(text);
    String prefix = VERSION + list + ":";
    int end = plain == null ? -1 : plain.indexOf(':', prefix.length());
    if (plain == null || end < 0 || !plain.startsWith(prefix)) {
      fault.accept(plain != null && plain.startsWith(VERSION) ? OF_ANOTHER : NOT_OURS);
      return null;
    }
    String question = plain.substring(prefix.length(), end);
    String position = plain.substring(end + 1);
    // One position has one text: what we would not have written is not ours.
    boolean isOurs = text.equals(text(question, position));
    if (isOurs && !question.equals(Question.digest(request))) {
      fault.accept(OF_ANOTHER);
      return null;
    }
    T parsed = isOurs ? parser.apply(position) : null;
    if (parsed == null) {
      fault.accept(NOT_OURS);
    }
    return parsed;
  }

  private static @Nullable String plain(String text) {
    try {
      return new String(Base64.getUrlDecoder().decode(text), UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private String text(String question, String position) {
    byte[] plain = (VERSION + list + ":" + question + ":" + position).getBytes(UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain);
  }
}
