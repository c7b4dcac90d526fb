package qiantang.ingest.net.ws;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of the web may open a WebSocket here. A browser opens it for any page that its user
 * looks at, and says which in {@code Origin} (RFC 6455, 10.2); what is no browser says nothing.
 * Allowed are pages of the very host that is asked, on any port, and those that are named.
 */
public final class Origins {
  /** Those of the same host alone. */
  public static final Origins SAME_HOST = new Origins(Set.of());

  private final Set<String> named;

  private Origins(Set<String> named) {
    this.named = named;
  }

  /**
   * These too.
   *
   * @throws IllegalArgumentException where one is none; the message says what it takes
   */
  public static Origins of(List<String> texts) {
    return new Origins(texts.stream().map(Origins::checked).collect(toUnmodifiableSet()));
  }

  /** Why a request is not served; null where it is. */
  @Nullable String fault(HttpHeaders headers) {
    List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
    if (origins.isEmpty()) {
      return null;
    }
    String origin = origins.getFirst();
    if (origins.size() == 1
        && (named.contains(origin.toLowerCase(Locale.ROOT))
            || isOfHost(origin, headers.get(HttpHeaderNames.HOST)))) {
      return null;
    }
    return "pages of this origin may not open a WebSocket here: let the operator name it with"
        + " --ws-origin";
  }

  /** The port may differ: a page comes from a web server, and MQTT from here. */
  private static boolean isOfHost(String origin, @Nullable String host) {
    @Nullable String page = hostOf(origin);
    return page != null && host != null && page.equalsIgnoreCase(hostOf("any://" + host));
  }

  private static @Nullable String hostOf(String text) {
    try {
      return URI.create(text).getHost();
    } catch (IllegalArgumentException ignored) {
      return null; // "null" of a page without an origin has no host either
    }
  }

  private static String checked(String text) {
    String origin = text.toLowerCase(Locale.ROOT);
    if (hostOf(origin) == null || !origin.matches("[a-z][a-z0-9+.-]*://[^/?#@]+")) {
      throw new IllegalArgumentException(
          "'%s': it takes an origin such as https://console.example:8443".formatted(text));
    }
    return origin;
  }
}
