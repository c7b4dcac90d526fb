package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What an answer's entity tag is made of: what it says, to this caller and at this time, found only
 * after it was decided that the caller may be told. So a tag of somebody else who sees another part
 * never opens anything: it matches where the very same would be told.
 *
 * @param version of what people change; empty where nothing of it can be changed
 * @param content digest of what is said; null for that of the body
 */
record Tag(String version, @Nullable String content) {
  /** Of what nobody can change by this path. */
  static final Tag BY_CONTENT = new Tag("", null);

  /** What is sent along with it: kept for its caller alone, and asked for again each time. */
  static final String KEPT = "private, no-cache";

  private static final String GZIP = "-gzip";

  // 64 bits: who wants two answers of its own to collide only deceives itself.
  private static final int DIGEST_BYTES = 8;

  private static final int VERSION_BYTES = 4;

  /** By content, and by what can be changed of it. */
  static Tag of(Object... changeable) {
    byte[] text = Arrays.deepToString(changeable).getBytes(UTF_8);
    return new Tag(hex(sha256().digest(text), VERSION_BYTES), null);
  }

  /** By a digest that was made beforehand. */
  static Tag of(MessageDigest content) {
    return new Tag("", hex(content.digest(), DIGEST_BYTES));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every JDK has SHA-256", e);
    }
  }

  /**
   * Virtual thread. The answer with its tag, or 304 where the caller has it. Writes the body once
   * more where the tag is made of it: a page of 1,000 devices takes 5 ms.
   *
   * @param isRead whether nothing was changed: what was is always told
   */
  static Answer resolve(Answer answer, Request request, boolean isRead) {
    Tag tag = answer.tag();
    if (tag == null || answer.status() / 100 != 2) {
      return answer;
    }
    String content = tag.content == null ? digest(answer) : tag.content;
    if (content == null) {
      return answer;
    }
    String text = tag.version.isEmpty() ? content : tag.version + "." + content;
    String known = isRead ? known(request.ifNoneMatch(), text) : null;
    Answer tagged =
        answer.with("ETag", known == null ? "\"" + text + "\"" : known).with("Cache-Control", KEPT);
    return known == null ? tagged : tagged.notModified();
  }

  /** Null where it cannot be written: then whoever sends it finds out why. */
  private static @Nullable String digest(Answer answer) {
    MessageDigest digest = sha256();
    try {
      answer.body().writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      return hex(digest.digest(), DIGEST_BYTES);
    } catch (IOException e) {
      return null;
    }
  }

  /** The tag that the client has of this answer, as it wrote it; null if it has another one. */
  private static @Nullable String known(@Nullable String ifNoneMatch, String text) {
    if (ifNoneMatch == null) {
      return null;
    }
    for (String each : ifNoneMatch.split(",", -1)) {
      String strong = each.strip().replaceFirst("^W/", "");
      if (strong.equals("\"" + text + "\"") || strong.equals("\"" + text + GZIP + "\"")) {
        return strong;
      }
    }
    return ifNoneMatch.strip().equals("*") ? "\"" + text + "\"" : null;
  }

  /** The tag of the same answer when it is compressed: other bytes, another tag. */
  static String zipped(String etag) {
    return etag.endsWith(GZIP + "\"") || etag.length() < 2
        ? etag
        : etag.substring(0, etag.length() - 1) + GZIP + "\"";
  }

  /**
   * Whether what the caller wants to change is still what it has seen: nobody changed it since.
   * What devices did meanwhile does not count, so the rest of the tag is not looked at.
   */
  boolean allows(@Nullable String ifMatch) {
    if (ifMatch == null || ifMatch.strip().equals("*")) {
      return true;
    }
    return Arrays.stream(ifMatch.split(",", -1))
        .map(each -> each.strip())
        .anyMatch(each -> each.startsWith("\"" + version + "."));
  }

  private static String hex(byte[] digest, int bytes) {
    return HexFormat.of().formatHex(digest, 0, bytes);
  }
}
