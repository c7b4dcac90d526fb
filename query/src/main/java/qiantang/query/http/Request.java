package qiantang.query.http;

import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route is told: a copy, so that no virtual thread touches what belongs to the event loop.
 *
 * @param path as it was sent, without the query
 * @param pathParameters decoded
 * @param body empty where there was none
 */
record Request(
    String path,
    Map<String, String> pathParameters,
    MultiMap query,
    Sender sender,
    boolean wantsCsv,
    @Nullable String acceptEncoding,
    @Nullable String ifNoneMatch,
    @Nullable String ifMatch,
    JsonObject body) {
  /** A parameter of the path; the route has it. */
  String pathParameter(String name) {
    String value = pathParameters.get(name);
    if (value == null) {
      throw new AssertionError("BUG: the route has no parameter " + name);
    }
    return value;
  }

  /** This path and query, with one parameter set to another value. */
  String pathWith(String name, String value) {
    QueryStringEncoder url = new QueryStringEncoder(path);
    query.forEach(
        (known, given) -> {
          if (!known.equals(name)) {
            url.addParam(known, given);
          }
        });
    url.addParam(name, value);
    return url.toString();
  }

  Request withBody(JsonObject json) {
    return new Request(
        path, pathParameters, query, sender, wantsCsv, acceptEncoding, ifNoneMatch, ifMatch, json);
  }
}
