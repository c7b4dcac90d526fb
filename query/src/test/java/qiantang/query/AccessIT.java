package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Every route with every kind of token. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AccessIT {
  private static final String D = "/v1/enterprises/{enterprise}/devices/{device}";

  /** What each route answers a viewer, an admin and an operator; all others get 401 or 404. */
  private record Expected(String line, int viewer, int admin, int operator, String body) {}

  private static final List<Expected> EXPECTED =
      List.of(
          new Expected("GET /v1/me", 200, 200, 200, ""),
          new Expected("GET /v1/enterprises", 200, 200, 200, ""),
          new Expected("POST /v1/enterprises", 403, 403, 400, "{}"),
          new Expected("GET /v1/enterprises/{enterprise}", 200, 200, 200, ""),
          new Expected("PATCH /v1/enterprises/{enterprise}", 403, 400, 400, "{}"),
          new Expected("GET /v1/enterprises/{enterprise}/quotas", 200, 200, 200, ""),
          new Expected("PATCH /v1/enterprises/{enterprise}/quotas", 403, 403, 400, "{}"),
          new Expected("GET /v1/enterprises/{enterprise}/traces", 200, 200, 200, ""),
          new Expected("POST /v1/enterprises/{enterprise}/traces", 403, 400, 400, "{}"),
          new Expected("GET /v1/enterprises/{enterprise}/traces/{trace}", 404, 404, 404, ""),
          new Expected("DELETE /v1/enterprises/{enterprise}/traces/{trace}", 403, 404, 404, ""),
          new Expected("GET /v1/enterprises/{enterprise}/devices", 200, 200, 200, ""),
          new Expected("POST /v1/enterprises/{enterprise}/devices", 403, 400, 400, "{}"),
          new Expected("GET /v1/enterprises/{enterprise}/series", 200, 200, 200, ""),
          new Expected("GET /v1/enterprises/{enterprise}/latest", 200, 200, 200, ""),
          new Expected("GET /v1/enterprises/{enterprise}/rejections", 200, 200, 200, ""),
          new Expected("DELETE /v1/enterprises/{enterprise}/data", 403, 202, 202, ""),
          new Expected("GET /v1/enterprises/{enterprise}/deletions", 200, 200, 200, ""),
          new Expected("GET " + D, 200, 200, 200, ""),
          new Expected("DELETE " + D + "/data", 403, 202, 202, ""),
          new Expected("PATCH " + D, 403, 400, 400, "{}"),
          new Expected("GET " + D + "/credentials", 200, 200, 200, ""),
          new Expected("POST " + D + "/credentials", 403, 201, 201, ""),
          new Expected("DELETE " + D + "/credentials/{credential}", 403, 404, 404, ""),
          new Expected("GET " + D + "/latest", 200, 200, 200, ""),
          new Expected("GET " + D + "/series", 200, 200, 200, ""),
          new Expected("GET " + D + "/connections", 200, 200, 200, ""),
          new Expected("GET " + D + "/rejections", 200, 200, 200, ""),
          new Expected("GET /v1/tokens", 200, 200, 200, ""),
          new Expected("POST /v1/tokens", 403, 400, 400, "{}"),
          new Expected("GET /v1/rejections", 404, 404, 200, ""));

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");

  @BeforeAll
  void devices() {
    world.device(mine, "d1");
    world.send(mine, World.reading("d1", World.NOW_MICROS, "m", new Value.Int(1)));
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void everyRouteIsExpected() {
    List<String> lines = new ArrayList<>(new OpenApi().lines());
    lines.removeIf(line -> !line.contains(" /v1/"));
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
      answers.put("viewer " + line.line(), ask(line, world.token(mine, Role.VIEWER)).statusCode());
      expected.put("viewer " + line.line(), line.viewer());
      answers.put("admin " + line.line(), ask(line, world.token(mine, Role.ADMIN)).statusCode());
      expected.put("admin " + line.line(), line.admin());
      answers.put("operator " + line.line(), ask(line, world.operator).statusCode());
      expected.put("operator " + line.line(), line.operator());
    }
    assertEquals(expected, answers);
  }

  @Test
  void whoMayNotIsToldHisRole() {
    String viewer = world.token(mine, Role.VIEWER);
    String body = ask(EXPECTED.get(6), viewer).body();
    assertTrue(body.contains("the token 'viewer of mine' has the role viewer,"), body);
    body = ask(EXPECTED.get(2), world.token(mine, Role.ADMIN)).body();
    assertTrue(body.contains("the token 'admin of mine' has the role admin,"), body);
  }

  @Test
  void anothersEnterpriseCannotBeToldFromOneThatIsNot() {
    for (Role role : List.of(Role.VIEWER, Role.ADMIN)) {
      String token = world.token(other, role);
      for (Expected expected : EXPECTED) {
        if (expected.line().contains("{enterprise}")) {
          HttpResponse<String> response = ask(expected, token);
          Api.assertProblem("not-found", 404, response);
          assertEquals(
              response.body(), ask(expected, token, "no-such-enterprise").body(), expected.line());
        }
      }
      Api.assertProblem("not-found", 404, world.api.get("/v1/tokens?enterprise=mine", token));
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

  private HttpResponse<String> ask(Expected expected, @Nullable String token) {
    return ask(expected, token, "mine");
  }

  private HttpResponse<String> ask(Expected expected, @Nullable String token, String enterprise) {
    String[] line = expected.line().split(" ", 2);
    String path = line[1].replace("{enterprise}", enterprise).replace("{device}", "d1");
    path = path.replace("{credential}", "none").replace("{trace}", "none");
    return expected.body().isEmpty()
        ? world.api.send(line[0], path, token, null)
        : world.api.send(line[0], path, token, expected.body(), "Content-Type", "application/json");
  }
}
