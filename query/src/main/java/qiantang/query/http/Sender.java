package qiantang.query.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as far as the request says.
 *
 * @param authorization the header, null where there is none
 * @param cookie the token of a browser that logged in, null where there is none
 * @param origin whether a page of ours sent it
 * @param isTls whether the browser speaks TLS, to us or to a proxy before us
 * @param address where it came from, empty where nobody knows
 */
record Sender(
    @Nullable String authorization,
    @Nullable String cookie,
    Origin origin,
    boolean isTls,
    String address) {
  /** Name of the cookie. */
  static final String COOKIE = "qiantang";

  /** Which page sent it, by what browsers add and no page can change. */
  enum Origin {
    /** Ours, or nobody's: typed, or from a bookmark. */
    OURS,
    /** Another one. */
    OTHER,
    /** Nothing says so: no browser. */
    UNKNOWN
  }

  static Sender of(HttpServerRequest raw) {
    var cookie = raw.getCookie(COOKIE);
    var remote = raw.remoteAddress();
    return new Sender(
        authorization(raw),
        cookie == null ? null : cookie.getValue(),
        origin(
            raw.getHeader("Sec-Fetch-Site"),
            raw.getHeader("Origin"),
            raw.authority() == null ? null : raw.authority().toString()),
        raw.isSSL() || "https".equalsIgnoreCase(raw.getHeader("X-Forwarded-Proto")),
        remote == null ? "" : String.valueOf(remote.hostAddress()));
  }

  /** Two headers are one with a comma (RFC 9110, 5.3), which is no token: nobody chooses one. */
  private static @Nullable String authorization(HttpServerRequest raw) {
    List<String> all = raw.headers().getAll("Authorization");
    return all.isEmpty() ? null : String.join(", ", all);
  }

  /** By Sec-Fetch-Site, which newer browsers send; else by Origin and the host that was asked. */
  static Origin origin(@Nullable String site, @Nullable String origin, @Nullable String host) {
    if (site != null) {
      return site.equals("same-origin") || site.equals("none") ? Origin.OURS : Origin.OTHER;
    }
    if (origin == null) {
      return Origin.UNKNOWN;
    }
    String page = origin.toLowerCase(Locale.ROOT);
    int scheme = page.indexOf("://");
    boolean isOurs =
        scheme > 0
            && host != null
            && page.substring(scheme + 3).equals(host.toLowerCase(Locale.ROOT));
    return isOurs ? Origin.OURS : Origin.OTHER;
  }

  /** Whether the browser's cookie alone says who it is. */
  boolean isByCookie() {
    return authorization == null && cookie != null;
  }
}
