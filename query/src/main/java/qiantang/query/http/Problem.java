package qiantang.query.http;

/**
 * Everything that can go wrong, as RFC 9457 names it: the type is {@code /problems/<slug>}, and a
 * client decides by it, never by the title.
 */
enum Problem {
  INVALID_REQUEST(400, "invalid-request", "The request is not what this route takes"),
  UNAUTHORIZED(401, "unauthorized", "A valid token is needed"),
  FORBIDDEN(403, "forbidden", "The token may not do this"),
  FOREIGN_PAGE(403, "foreign-page", "Another page sent this"),
  NOT_GRANTED(403, "not-granted", "This is not granted"),
  NOT_FOUND(404, "not-found", "There is no such thing, or not for this token"),
  METHOD_NOT_ALLOWED(405, "method-not-allowed", "This path does not take this method"),
  NOT_ACCEPTABLE(406, "not-acceptable", "There is no such form of the answer"),
  TOO_SLOW(408, "too-slow", "The request came too slowly"),
  CONFLICT(409, "conflict", "It exists already"),
  IDENTIFIER_TAKEN(409, "identifier-taken", "Another device has this identifier"),
  TOO_MANY_DELETIONS(409, "too-many-deletions", "Too many deletions are remembered"),
  TOO_MANY_CREDENTIALS(409, "too-many-credentials", "The device has too many credentials"),
  TOO_MANY_GRANTS(409, "too-many-grants", "The enterprise has too many grants"),
  TOO_MANY_TRACES(409, "too-many-traces", "The enterprise has too many traces"),
  LINK_USED(410, "link-used", "The link opens nothing"),
  CHANGED_MEANWHILE(412, "changed-meanwhile", "Somebody has changed it meanwhile"),
  BODY_TOO_LARGE(413, "body-too-large", "The body is too large"),
  URI_TOO_LONG(414, "uri-too-long", "The path with its query is too long"),
  UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "The body is not plain JSON"),
  RATE_LIMITED(429, "rate-limited", "A limit is used up"),
  TOO_MANY_ATTEMPTS(429, "too-many-attempts", "Too many tokens or links that open nothing"),
  TOO_MANY_READS(429, "too-many-reads", "Too many reads at once with this token"),
  TOO_MANY_STREAMS(429, "too-many-streams", "Too many streams are open"),
  HEADERS_TOO_LARGE(431, "headers-too-large", "The headers are too large"),
  INTERNAL(500, "internal", "A fault of ours"),
  STORE_UNAVAILABLE(503, "store-unavailable", "The store does not answer"),
  OVERLOADED(503, "overloaded", "Too much to do at the moment");

  private final int status;
  private final String slug;
  private final String title;

  Problem(int status, String slug, String title) {
    this.status = status;
    this.slug = slug;
    this.title = title;
  }

  int status() {
    return status;
  }

  String type() {
    return "/problems/" + slug;
  }

  String title() {
    return title;
  }
}
