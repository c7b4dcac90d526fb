package qiantang.query.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * One file of the console.
 *
 * @param type its media type
 * @param plain its bytes
 * @param zipped the same by gzip
 * @param digest names the content: 16 hex digits
 * @param isForEver whether the same path can never have other content
 */
public record Asset(String type, byte[] plain, byte[] zipped, String digest, boolean isForEver) {
  private static final int DIGEST_BYTES = 8;

  private static final Map<String, String> TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml",
          "html", "text/html; charset=utf-8");

  /** A file of the type that its name ends in; without an ending it is text. */
  static Asset of(String name, byte[] bytes, boolean isForEver) {
    String ending = name.substring(name.lastIndexOf('.') + 1);
    String type = TYPES.getOrDefault(ending, "text/plain; charset=utf-8");
    return new Asset(type, bytes, zip(bytes), hex(sha256(bytes)), isForEver);
  }

  static String hex(byte[] digest) {
    return HexFormat.of().formatHex(Arrays.copyOf(digest, DIGEST_BYTES));
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every JDK has SHA-256", e);
    }
  }

  /** Made once at start, so the best there is costs nobody anything. */
  private static byte[] zip(byte[] bytes) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream stream =
        new GZIPOutputStream(zipped) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      stream.write(bytes);
    } catch (IOException e) {
      throw new AssertionError("BUG: memory refused bytes", e);
    }
    return zipped.toByteArray();
  }
}
