package qiantang.query.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the Vert.x router of a route table: what is in no line of it is 404 or 405. */
public final class RouterFactory {
  // One label for everything unknown: a scanner must not fill the metrics.
  private static final String NO_ROUTE = "none";

  private final RouteTable table;
  private final Dispatcher dispatcher;

  /** Routes through a dispatcher. */
  public RouterFactory(RouteTable table, Dispatcher dispatcher) {
    this.table = table;
    this.dispatcher = dispatcher;
  }

  /** A router, one per event loop. */
  public Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    Map<String, List<HttpMethod>> methods = new LinkedHashMap<>();
    for (Route route : table.routes()) {
      Handler<RoutingContext> handler = routing -> dispatcher.handle(routing, route);
      List<HttpMethod> known = methods.computeIfAbsent(route.path(), p -> new ArrayList<>());
      known.add(route.method());
      at(router, route.path()).method(route.method()).handler(handler);
      if (route.method().equals(HttpMethod.GET)) {
        known.add(HttpMethod.HEAD);
        at(router, route.path()).method(HttpMethod.HEAD).handler(handler);
      }
    }
    methods.forEach((path, known) -> refuseOthers(router, path, known));
    router.route().handler(routing -> dispatcher.handle(routing, NO_ROUTE, noPath()));
    for (int status : new int[] {400, 500}) {
      router.errorHandler(status, routing -> failed(routing, status));
    }
    return router;
  }

  private void refuseOthers(Router router, String path, List<HttpMethod> known) {
    String allowed = String.join(", ", known.stream().map(HttpMethod::name).toList()) + ", OPTIONS";
    at(router, path)
        .method(HttpMethod.OPTIONS)
        .handler(
            routing ->
                dispatcher.handle(
                    routing,
                    path,
                    Answer.of(204, Answer.JSON, new byte[0]).with("Allow", allowed)));
    at(router, path)
        .handler(
            routing ->
                dispatcher.handle(
                    routing,
                    path,
                    Answer.problem(Problem.METHOD_NOT_ALLOWED, "it takes " + allowed)
                        .with("Allow", allowed)));
  }

  /** What Vert.x refuses by itself: above all a path that cannot be decoded. */
  private void failed(RoutingContext routing, int status) {
    dispatcher.answerNow(
        routing,
        NO_ROUTE,
        status == 500
            ? Answer.problem(Problem.INTERNAL, "report it with the request id")
            : Answer.problem(
                Problem.INVALID_REQUEST,
                "the path cannot be decoded: write text in UTF-8, and a percent sign as %25"));
  }

  private static Answer noPath() {
    return Answer.problem(
        Problem.NOT_FOUND, "there is no such path; /openapi.json tells which there are");
  }

  /**
   * Where a path of ours lies. Vert.x writes {@code :name} for {@code {name}}, so that a verb
   * behind a colon is a name to it: such a path is given as a pattern.
   */
  private static io.vertx.ext.web.Route at(Router router, String path) {
    return path.contains(":")
        ? router.routeWithRegex(path.replaceAll("\\{([a-z]+)}", "(?<$1>[^/]+)"))
        : router.route(path.replaceAll("\\{([a-z]+)}", ":$1"));
  }
}
