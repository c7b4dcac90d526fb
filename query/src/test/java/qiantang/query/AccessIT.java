package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Every route with every kind of token. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AccessIT {
  /**
   * What each route answers of the caller's own enterprise; E and D are the paths of an enterprise
   * and of its device. The columns: a viewer; an admin; an operator; an application of the
   * enterprise with all scopes; a platform that is granted the device's samples; then the body.
   */
  private static final String EXPECTED_ROWS =
      """
      GET /v1/me                       200 200 200 200 200
      GET /v1/enterprises              200 200 200 200 200
      POST /v1/enterprises             403 403 400 403 403 {}
      GET E                            200 200 200 403 403
      PATCH E                          403 400 400 403 403 {}
      GET E/health                     200 200 200 403 403
      GET E/quotas                     200 200 200 403 403
      PATCH E/quotas                   403 403 400 403 403 {}
      GET E/units                      200 200 200 403 403
      PATCH E/units                    403 400 400 403 403 {}
      GET E/grants                     200 200 200 403 403
      POST E/grants                    403 400 400 403 403 {}
      DELETE E/grants/{grant}          403 404 404 403 403
      GET E/grants/{grant}/uses        404 404 404 403 403
      GET E/traces                     200 200 200 403 403
      POST E/traces                    403 400 400 403 403 {}
      GET E/traces/{trace}             404 404 404 403 403
      DELETE E/traces/{trace}          403 404 404 403 403
      GET E/devices                    200 200 200 200 200
      POST E/devices                   403 400 400 403 403 {}
      GET E/series                     200 200 200 200 403
      GET E/latest                     200 200 200 200 200
      GET E/stream                     200 200 200 200 200
      POST E/latest:batch              200 200 200 200 200 {"devices":["d1"]}
      POST E/series:query              200 200 200 200 200 {"devices":["d1"]}
      POST E/aggregate:query           200 200 200 200 200 {"metric":"m"}
      GET E/rejections                 200 200 200 200 403
      DELETE E/data                    403 202 202 403 403
      GET E/deletions                  200 200 200 403 403
      GET D                            200 200 200 200 200
      DELETE D/data                    403 202 202 403 403
      PATCH D                          403 400 400 403 403 {}
      DELETE D                         403 200 200 403 404
      GET D/credentials                200 200 200 403 403
      POST D/credentials               403 201 201 403 403
      DELETE D/credentials/{credential} 403 404 404 403 403
      GET D/latest                     200 200 200 200 200
      GET D/series                     200 200 200 200 200
      GET D/health                     200 200 200 200 403
      GET D/connections                200 200 200 200 403
      GET D/rejections                 200 200 200 200 403
      GET /v1/platforms                200 200 200 200 200
      GET /v1/platforms/{platform}     200 200 200 404 404
      GET /v1/platforms/{platform}/enterprises 200 200 200 404 404
      GET /v1/tokens                   200 200 200 404 404
      POST /v1/tokens                  403 400 400 403 403 {}
      DELETE /v1/tokens/{token}        403 404 404 403 403
      POST /v1/links                   201 201 201 403 201 {}
      GET /v1/audit                    200 200 200 200 404
      GET /v1/audit/verify             404 200 200 404 404
      GET /v1/resolve                  400 400 400 400 400
      GET /v1/rejections               404 404 200 404 404
      """;

  private static final String DELETE_DEVICE =
      "DELETE /v1/enterprises/{enterprise}/devices/{device}";

  /** Routes that log in and out, which nobody's token opens. */
  private static final List<String> WITHOUT_TOKEN =
      List.of("POST /v1/session", "DELETE /v1/session");

  private static final List<String> ROLES =
      List.of("viewer", "admin", "operator", "application", "platform");

  /** What a route answers each of {@link #ROLES}; all others get 401 or 404. */
  private record Expected(String line, List<Integer> statuses, String body) {
    static Expected of(String row) {
      String[] words = row.split(" +", -1);
      String path =
          words[1]
              .replaceFirst("^D", "/v1/enterprises/{enterprise}/devices/{device}")
              .replaceFirst("^E", "/v1/enterprises/{enterprise}");
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < ROLES.size(); i++) {
        statuses.add(Integer.valueOf(words[2 + i]));
      }
      int bodyAt = 2 + ROLES.size();
      return new Expected(
          words[0] + " " + path, statuses, words.length > bodyAt ? words[bodyAt] : "");
    }
  }

  private static final List<Expected> EXPECTED = EXPECTED_ROWS.lines().map(Expected::of).toList();

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");

  @BeforeAll
  void devices() {
    world.device(mine, "d1");
    world.send(mine, World.reading("d1", World.NOW_MICROS, "m", new Value.Int(1)));
    Subtree d1 = new Subtree(null, null, Set.of(new DeviceId("d1")));
    Party textile = new Party(Party.Kind.PLATFORM, "textile");
    world.grant(mine, "g1", textile, d1, Set.of(), 0);
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void everyRouteIsExpected() {
    List<String> lines = new ArrayList<>(new OpenApi().lines());
    lines.removeIf(line -> !line.contains(" /v1/") || WITHOUT_TOKEN.contains(line));
    assertEquals(
        lines.stream().sorted().toList(), EXPECTED.stream().map(Expected::line).sorted().toList());
  }

  @Test
  void withoutAValidTokenEverythingIs401() {
    List<@Nullable String> tokens = new ArrayList<>();
    tokens.add(null);
    tokens.add("");
    tokens.add("nonsense");
    tokens.add("mine.");
    tokens.add("mine.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    tokens.add("operator.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    tokens.add(world.token(mine, Role.DEVICE));
    tokens.add(world.token(mine, Role.GATEWAY));
    tokens.add(world.token(mine, Role.ADMIN, World.NOW));
    tokens.add(world.token(mine, Role.OPERATOR));
    tokens.add(world.token(EnterpriseId.OPERATOR, Role.ADMIN));
    for (Expected expected : EXPECTED) {
      for (String token : tokens) {
        HttpResponse<String> response = ask(expected, token);
        Api.assertProblem("unauthorized", 401, response);
        assertEquals("Bearer", Api.header(response, "WWW-Authenticate"));
      }
    }
  }

  @Test
  void everyRoleGetsWhatItMay() {
    Map<String, Integer> answers = new TreeMap<>();
    Map<String, Integer> expected = new TreeMap<>();
    for (Expected line : EXPECTED) {
      for (int i = 0; i < ROLES.size(); i++) {
        String cell = ROLES.get(i) + " " + line.line();
        // Who may delete one deletes it: there is one for each.
        String device = line.line().equals(DELETE_DEVICE) ? "for-" + ROLES.get(i) : "d1";
        world.device(mine, device);
        answers.put(cell, askOf(line, token(ROLES.get(i), mine), device).statusCode());
        expected.put(cell, line.statuses().get(i));
      }
    }
    assertEquals(expected, answers);
  }

  /** A token of a role; of an enterprise where the role has one. */
  private String token(String role, EnterpriseId enterprise) {
    return switch (role) {
      case "viewer" -> world.token(enterprise, Role.VIEWER);
      case "admin" -> world.token(enterprise, Role.ADMIN);
      case "operator" -> world.operator;
      case "application" ->
          world.token(
              enterprise,
              Role.APPLICATION,
              "app-of-" + enterprise,
              new Bounds(null, Set.of(Scope.values()), Subtree.ALL));
      case "platform" ->
          world.token(
              EnterpriseId.OPERATOR,
              Role.PLATFORM,
              "platform",
              new Bounds("textile", Set.of(), Subtree.ALL));
      default -> throw new AssertionError(role);
    };
  }

  @Test
  void whoMayNotIsToldHisRole() {
    String viewer = world.token(mine, Role.VIEWER);
    String body = ask(row("PATCH /v1/enterprises/{enterprise}/quotas"), viewer).body();
    assertTrue(body.contains("the token 'viewer of mine' has the role viewer,"), body);
    body = ask(row("POST /v1/enterprises"), world.token(mine, Role.ADMIN)).body();
    assertTrue(body.contains("the token 'admin of mine' has the role admin,"), body);
  }

  @Test
  void anothersEnterpriseCannotBeToldFromOneThatIsNot() {
    for (String role : ROLES) {
      if (role.equals("operator")) {
        continue; // who sees all
      }
      // Of a platform the enterprise that granted it something is no stranger.
      String strange = role.equals("platform") ? "other" : "mine";
      String token = token(role, other);
      for (Expected expected : EXPECTED) {
        if (expected.line().contains("{enterprise}")) {
          HttpResponse<String> response = ask(expected, token, strange);
          Api.assertProblem("not-found", 404, response);
          assertEquals(
              response.body(), ask(expected, token, "no-such-enterprise").body(), expected.line());
          assertEquals(
              response.body(), ask(expected, token, "NOT%20an%20id").body(), expected.line());
        }
      }
    }
    for (Role role : List.of(Role.VIEWER, Role.ADMIN)) {
      String token = world.token(other, role);
      Api.assertProblem("not-found", 404, world.api.get("/v1/tokens?enterprise=mine", token));
    }
  }

  @Test
  void aDeviceThatIsNotGrantedCannotBeToldFromOneThatIsNot() {
    world.device(mine, "hidden");
    String token = token("platform", mine);
    for (Expected expected : EXPECTED) {
      if (expected.line().contains("{device}")) {
        HttpResponse<String> response = askOf(expected, token, "hidden");
        Api.assertProblem("not-found", 404, response);
        assertEquals(response.body(), askOf(expected, token, "none").body(), expected.line());
        assertEquals(response.body(), askOf(expected, token, "no%20id").body(), expected.line());
      }
    }
  }

  @Test
  void anOperatorGets404OfWhatIsNot() {
    for (Expected expected : EXPECTED) {
      if (expected.line().contains("{enterprise}")) {
        Api.assertProblem("not-found", 404, ask(expected, world.operator, "nobody"));
        Api.assertProblem("not-found", 404, ask(expected, world.operator, "NOT%20an%20id"));
        Api.assertProblem("not-found", 404, ask(expected, world.operator, "operator"));
      }
    }
  }

  @Test
  void whatNeedsNoTokenNeedsNone() {
    for (String path :
        List.of(
            "/",
            "/devices",
            "/device",
            "/login",
            "/openapi.json",
            "/metrics",
            "/health/live",
            "/health/ready")) {
      assertEquals(200, world.api.get(path, null).statusCode(), path);
      assertEquals(200, world.api.get(path, "nonsense").statusCode(), path);
    }
  }

  @Test
  void aTokenIsNeverShownByAList() {
    String token = world.token(mine, Role.VIEWER);
    String body = world.api.get("/v1/tokens", token).body();
    assertTrue(body.contains("viewer of mine"), body);
    assertTrue(!body.contains(token.substring(token.indexOf('.') + 1)), body);
  }

  private static Expected row(String line) {
    return EXPECTED.stream().filter(row -> row.line().equals(line)).findFirst().orElseThrow();
  }

  private HttpResponse<String> ask(Expected expected, @Nullable String token) {
    return ask(expected, token, "mine");
  }

  private HttpResponse<String> ask(Expected expected, @Nullable String token, String enterprise) {
    return ask(expected, token, enterprise, "d1");
  }

  private HttpResponse<String> askOf(Expected expected, String token, String device) {
    return ask(expected, token, "mine", device);
  }

  private HttpResponse<String> ask(
      Expected expected, @Nullable String token, String enterprise, String device) {
    String[] line = expected.line().split(" ", 2);
    String path = line[1].replace("{enterprise}", enterprise).replace("{device}", device);
    path = path.replace("{platform}", "supet").replaceAll("\\{[a-z]+}", "none");
    return expected.body().isEmpty()
        ? world.api.send(line[0], path, token, null)
        : world.api.send(line[0], path, token, expected.body(), "Content-Type", "application/json");
  }
}
