package qiantang.query.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;
import static qiantang.query.http.Route.Need.CHANGE;
import static qiantang.query.http.Route.Need.DATA;
import static qiantang.query.http.Route.Need.DIAGNOSE;
import static qiantang.query.http.Route.Need.LIVE;
import static qiantang.query.http.Route.Need.LOOK;
import static qiantang.query.http.Route.Need.OPERATE;
import static qiantang.query.http.Route.Need.READ;
import static qiantang.query.http.Route.Role.ADMIN;
import static qiantang.query.http.Route.Role.ANY;
import static qiantang.query.http.Route.Role.MEMBER;
import static qiantang.query.http.Route.Role.OPERATOR;
import static qiantang.query.http.Route.Weight.HEAVY;
import static qiantang.query.http.Route.Weight.LIGHT;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.stream.Stream;

/** Every route there is. HEAD goes with GET, and OPTIONS with every path. */
public final class RouteTable {
  private static final String E = "/v1/enterprises/{enterprise}";
  private static final String D = E + "/devices/{device}";

  private final List<Route> routes;
  private final StreamEndpoints streams;

  /** The table over its endpoints. */
  public RouteTable(
      OpenEndpoints open,
      ConsoleEndpoints console,
      EnterpriseEndpoints enterprises,
      QuotaEndpoints quotas,
      UnitEndpoints units,
      DeviceEndpoints devices,
      CredentialEndpoints credentials,
      TokenEndpoints tokens,
      DataEndpoints data,
      ConnectionEndpoints connections,
      DeletionEndpoints deletions,
      TraceEndpoints traces,
      GrantEndpoints grants,
      SessionEndpoints sessions,
      AuditEndpoints audit,
      HealthEndpoints health,
      PlatformEndpoints platforms,
      BatchEndpoints batch,
      SeriesQueryEndpoint seriesQuery,
      ResolveEndpoints resolve,
      StreamEndpoints streams) {
    this.streams = streams;
    List<Route> others =
        List.of(
            forAnyone(GET, "/openapi.json", open::openApi),
            forAnyone(GET, "/metrics", open::metrics),
            forAnyone(GET, "/health/live", open::live),
            forAnyone(GET, "/health/ready", open::ready),
            forCaller(GET, "/v1/me", ANY, enterprises::me),
            forCaller(GET, "/v1/enterprises", ANY, enterprises::list),
            forCaller(POST, "/v1/enterprises", OPERATOR, enterprises::create),
            forEnterprise(GET, E, READ, HEAVY, enterprises::read),
            forEnterprise(PATCH, E, CHANGE, LIGHT, enterprises::change),
            forEnterprise(GET, E + "/devices", LOOK, HEAVY, devices::list),
            forEnterprise(POST, E + "/devices", CHANGE, HEAVY, devices::create),
            forEnterprise(GET, E + "/series", DATA, HEAVY, data::seriesOfEnterprise),
            forEnterprise(GET, E + "/latest", DATA, HEAVY, data::latestOfAll),
            forEnterprise(GET, E + "/rejections", DIAGNOSE, HEAVY, data::rejectionsOfEnterprise),
            forEnterprise(DELETE, E + "/data", CHANGE, LIGHT, deletions::deleteOfEnterprise),
            forEnterprise(GET, E + "/deletions", READ, LIGHT, deletions::list),
            forEnterprise(GET, D, LOOK, LIGHT, devices::read),
            forEnterprise(PATCH, D, CHANGE, LIGHT, devices::change),
            forEnterprise(DELETE, D + "/data", CHANGE, HEAVY, deletions::deleteOfDevice),
            forEnterprise(GET, D + "/credentials", READ, LIGHT, credentials::list),
            forEnterprise(POST, D + "/credentials", CHANGE, LIGHT, credentials::create),
            forEnterprise(
                DELETE, D + "/credentials/{credential}", CHANGE, LIGHT, credentials::revoke),
            forEnterprise(GET, D + "/latest", DATA, LIGHT, data::latest),
            forEnterprise(GET, D + "/series", DATA, HEAVY, data::series),
            forEnterprise(GET, D + "/rejections", DIAGNOSE, HEAVY, data::rejectionsOfDevice),
            forEnterprise(GET, D + "/connections", DIAGNOSE, HEAVY, connections::ofDevice),
            forCaller(POST, "/v1/links", ANY, sessions::link),
            forAnyone(POST, "/v1/session", sessions::open),
            forAnyone(DELETE, "/v1/session", sessions::close),
            forCaller(GET, "/v1/rejections", OPERATOR, data::rejectionsOfNobody));
    routes =
        Stream.of(
                consoleRoutes(console),
                others,
                settingRoutes(quotas, units),
                healthRoutes(health, platforms),
                accessRoutes(grants, tokens, audit),
                watchRoutes(streams, traces),
                identifierRoutes(devices, resolve),
                batchRoutes(batch, seriesQuery))
            .flatMap(List::stream)
            .toList();
  }

  private static List<Route> consoleRoutes(ConsoleEndpoints console) {
    return List.of(
        forAnyone(GET, "/", console::page),
        forAnyone(GET, "/devices", console::page),
        forAnyone(GET, "/device", console::page),
        forAnyone(GET, "/login", console::page),
        forAnyone(GET, "/console/{build}/{file}", console::file),
        forAnyone(GET, "/webjars/{library}/{version}/{file}", console::file),
        forAnyone(GET, "/webjars/{library}/{version}/{folder}/{file}", console::file));
  }

  private static List<Route> settingRoutes(QuotaEndpoints quotas, UnitEndpoints units) {
    return List.of(
        forEnterprise(GET, E + "/quotas", READ, LIGHT, quotas::read),
        forEnterprise(PATCH, E + "/quotas", OPERATE, LIGHT, quotas::change),
        forEnterprise(GET, E + "/units", READ, LIGHT, units::read),
        forEnterprise(PATCH, E + "/units", CHANGE, LIGHT, units::change));
  }

  private static List<Route> accessRoutes(
      GrantEndpoints grants, TokenEndpoints tokens, AuditEndpoints audit) {
    return List.of(
        forEnterprise(GET, E + "/grants", READ, LIGHT, grants::list),
        forEnterprise(POST, E + "/grants", CHANGE, HEAVY, grants::create),
        forEnterprise(DELETE, E + "/grants/{grant}", CHANGE, LIGHT, grants::revoke),
        forEnterprise(GET, E + "/grants/{grant}/uses", READ, LIGHT, grants::uses),
        forCaller(GET, "/v1/tokens", MEMBER, tokens::list),
        forCaller(POST, "/v1/tokens", ADMIN, tokens::create),
        forCaller(DELETE, "/v1/tokens/{token}", ADMIN, tokens::revoke),
        forCaller(GET, "/v1/audit", ANY, audit::list),
        forCaller(GET, "/v1/audit/verify", ADMIN, audit::verify));
  }

  private static List<Route> watchRoutes(StreamEndpoints streams, TraceEndpoints traces) {
    return List.of(
        forEnterprise(GET, E + "/stream", LIVE, LIGHT, streams::follow),
        forEnterprise(GET, E + "/traces", READ, LIGHT, traces::list),
        forEnterprise(POST, E + "/traces", CHANGE, LIGHT, traces::begin),
        forEnterprise(GET, E + "/traces/{trace}", READ, LIGHT, traces::read),
        forEnterprise(DELETE, E + "/traces/{trace}", CHANGE, LIGHT, traces::stop));
  }

  private static List<Route> identifierRoutes(DeviceEndpoints devices, ResolveEndpoints resolve) {
    return List.of(
        forEnterprise(DELETE, D, CHANGE, HEAVY, devices::delete),
        forCaller(GET, "/v1/resolve", ANY, resolve::resolve));
  }

  private static List<Route> healthRoutes(HealthEndpoints health, PlatformEndpoints platforms) {
    return List.of(
        forEnterprise(GET, E + "/health", READ, HEAVY, health::ofEnterprise),
        forEnterprise(GET, D + "/health", DIAGNOSE, HEAVY, health::ofDevice),
        forCaller(GET, "/v1/platforms", ANY, platforms::list),
        forCaller(GET, "/v1/platforms/{platform}", ANY, platforms::read),
        forCaller(GET, "/v1/platforms/{platform}/enterprises", ANY, platforms::enterprises));
  }

  /** Tells all that follow that this program ends. */
  public void endStreams() {
    streams.end();
  }

  /** Questions whose parameters are a body: the verb behind the colon says that nothing changes. */
  private static List<Route> batchRoutes(BatchEndpoints batch, SeriesQueryEndpoint seriesQuery) {
    return List.of(
        forEnterprise(POST, E + "/latest:batch", DATA, HEAVY, batch::latest),
        forEnterprise(POST, E + "/series:query", DATA, HEAVY, seriesQuery::answer),
        forEnterprise(POST, E + "/aggregate:query", DATA, HEAVY, batch::aggregate));
  }

  /** Method and path of every line, as people and the API's description write them. */
  public List<String> lines() {
    return routes.stream().map(route -> route.method() + " " + route.path()).toList();
  }

  List<Route> routes() {
    return routes;
  }

  private static Route forAnyone(HttpMethod method, String path, Route.AnyonesUse use) {
    return new Route.ForAnyone(method, path, use);
  }

  private static Route forCaller(
      HttpMethod method, String path, Route.Role role, Route.CallersUse use) {
    return new Route.ForCaller(method, path, role, use);
  }

  private static Route forEnterprise(
      HttpMethod method,
      String path,
      Route.Need need,
      Route.Weight weight,
      Route.EnterprisesUse use) {
    return new Route.ForEnterprise(method, path, need, weight, use);
  }
}
