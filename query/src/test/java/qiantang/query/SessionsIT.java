package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.Bounds;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Role;

/** Browsers that log in by a link, and tokens that are revoked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SessionsIT {
  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aLinkLogsInOnceAndTheCookieIsForThisServerAlone() {
    String secret = link(admin, new JsonObject());
    HttpResponse<String> opened = open(secret);
    assertEquals(201, opened.statusCode(), opened.body());
    String set = Api.header(opened, "Set-Cookie");
    assertTrue(set.matches("qiantang=mine\\.[^;]+; Path=/; HttpOnly; SameSite=Strict; .*"), set);
    assertTrue(!set.contains("Secure"), "not over TLS");
    assertTrue(!opened.body().contains(set.substring(9, 40)), "no script reads it");
    String cookie = set.substring(0, set.indexOf(';'));
    JsonObject me = new JsonObject(with(cookie, "GET", "/v1/me").body());
    assertEquals("admin", me.getString("role"));
    assertEquals("mine", me.getString("enterprise"));
    Api.assertProblem("link-used", 410, open(secret));
    assertEquals(200, with(cookie, "DELETE", "/v1/session").statusCode());
    awaitStatus(401, cookie);
    assertEquals(200, with(cookie, "DELETE", "/v1/session").statusCode());
    String lines = world.api.json(200, "/v1/audit", admin).encode();
    assertTrue(lines.contains("\"login\"") && lines.contains("\"logout\""), lines);
  }

  @Test
  void whatAnotherPageSendsWithTheCookieIsRefused() {
    HttpResponse<String> opened = open(link(admin, new JsonObject()));
    String cookie = Api.header(opened, "Set-Cookie").split(";", 2)[0];
    String path = "/v1/enterprises/mine";
    String change = "{\"subDevices\":\"create\"}";
    for (String[] headers :
        new String[][] {
          {},
          {"Sec-Fetch-Site", "cross-site"},
          {"Sec-Fetch-Site", "same-site"},
          {"Origin", "http://evil.test"},
          {"Origin", "null"}
        }) {
      Api.assertProblem("foreign-page", 403, changed(path, change, cookie, headers));
    }
    assertEquals(200, changed(path, change, cookie, "Sec-Fetch-Site", "same-origin").statusCode());
    assertEquals(200, with(cookie, "GET", path).statusCode());
    Api.assertProblem(
        "foreign-page",
        403,
        world.api.send("GET", path, null, null, "Cookie", cookie, "Sec-Fetch-Site", "cross-site"));
    Api.assertProblem(
        "foreign-page",
        403,
        world.api.send(
            "POST",
            "/v1/session",
            null,
            "{\"secret\":\"x\"}",
            "Content-Type",
            "application/json",
            "Origin",
            "http://evil.test"));
  }

  @Test
  void overTlsTheCookieIsSecure() {
    HttpResponse<String> opened =
        world.api.send(
            "POST",
            "/v1/session",
            null,
            new JsonObject().put("secret", link(admin, new JsonObject())).encode(),
            "Content-Type",
            "application/json",
            "X-Forwarded-Proto",
            "https");
    assertTrue(Api.header(opened, "Set-Cookie").endsWith("; Secure"));
  }

  @Test
  void aLinkIsForItsMakerOrForLess() {
    JsonObject viewer = new JsonObject().put("role", "viewer");
    String secret = link(admin, viewer);
    assertEquals("viewer", new JsonObject(open(secret).body()).getString("role"));
    secret = link(world.operator, viewer.copy().put("enterprise", "mine"));
    assertTrue(secret.startsWith("mine."));
    String lesser = world.token(mine, Role.VIEWER);
    assertEquals(
        403,
        world.api.post("/v1/links", lesser, new JsonObject().put("role", "admin")).statusCode());
    assertEquals(
        404,
        world
            .api
            .post("/v1/links", admin, new JsonObject().put("enterprise", "other"))
            .statusCode());
    String app = world.token(mine, Role.APPLICATION, "app", Bounds.NONE);
    assertEquals(403, world.api.post("/v1/links", app, new JsonObject()).statusCode());
  }

  @Test
  void aRevokedTokenOpensNothing() {
    JsonObject wanted = new JsonObject().put("role", "viewer").put("name", "n");
    JsonObject made = world.api.posted(201, "/v1/tokens", admin, wanted);
    String token = made.getString("token");
    assertEquals(200, world.api.get("/v1/me", token).statusCode());
    String path = "/v1/tokens/" + made.getString("id");
    world.enterprise("stranger");
    String stranger = world.token(new EnterpriseId("stranger"), Role.ADMIN);
    Api.assertProblem("not-found", 404, world.api.delete(path, stranger));
    assertEquals(200, world.api.delete(path, admin).statusCode());
    while (world.api.get("/v1/me", token).statusCode() != 401) {
      Thread.onSpinWait();
    }
    Api.assertProblem("not-found", 404, world.api.delete(path, admin));
  }

  @Test
  void aBrowsersSessionEndsWithTheTokenThatMadeItsLink() {
    JsonObject wanted = new JsonObject().put("role", "admin").put("name", "n");
    JsonObject made = world.api.posted(201, "/v1/tokens", admin, wanted);
    String ofToken = cookie(link(made.getString("token"), new JsonObject()));
    // A browser makes links too: what they open ends with the same token.
    JsonObject viewer = new JsonObject().put("role", "viewer");
    HttpResponse<String> link =
        world.api.send(
            "POST",
            "/v1/links",
            null,
            viewer.encode(),
            "Cookie",
            ofToken,
            "Content-Type",
            "application/json",
            "Sec-Fetch-Site",
            "same-origin");
    String path = new JsonObject(link.body()).getString("path");
    String ofBrowser = cookie(path.substring("/login#".length()));
    String ofAnother = cookie(link(admin, new JsonObject()));
    String unused = link(made.getString("token"), new JsonObject());
    for (String cookie : List.of(ofToken, ofBrowser, ofAnother)) {
      assertEquals(200, with(cookie, "GET", "/v1/me").statusCode());
    }
    String token = "/v1/tokens/" + made.getString("id");
    assertEquals(200, world.api.delete(token, admin).statusCode());
    awaitStatus(401, ofToken);
    awaitStatus(401, ofBrowser);
    assertEquals(200, with(ofAnother, "GET", "/v1/me").statusCode());
    Api.assertProblem("link-used", 410, open(unused)); // nor does it begin
  }

  @Test
  void aBrowsersSessionEndsWhenTheTokenExpires() {
    EnterpriseId brief = world.enterprise("short");
    AccessToken token = AccessToken.draw(brief, new SecureRandom());
    Credential credential =
        new Credential(
            brief, "t", token.hash(), Role.ADMIN, null, "t", World.NOW, World.NOW.plusSeconds(9));
    world.registry.putCredential(credential);
    String cookie = cookie(link(token.text(), new JsonObject()));
    assertEquals(200, with(cookie, "GET", "/v1/me").statusCode());
    // The clock stands still, so the token's end comes to it; the word makes nodes look again.
    world.registry.putCredential(
        new Credential(brief, "t", token.hash(), Role.ADMIN, null, "t", World.NOW, World.NOW));
    world.registry.note(AccessChange.ofCredential(World.NOW, 77, credential));
    awaitStatus(401, cookie);
  }

  private String cookie(String secret) {
    HttpResponse<String> opened = open(secret);
    assertEquals(201, opened.statusCode(), opened.body());
    return Api.header(opened, "Set-Cookie").split(";", 2)[0];
  }

  @Test
  void aTokenForAProgramNamesItsScopes() {
    JsonObject wanted = new JsonObject().put("role", "application").put("name", "n");
    world.api.posted(400, "/v1/tokens", admin, wanted);
    wanted.put("scopes", new JsonArray().add("read"));
    JsonObject made = world.api.posted(201, "/v1/tokens", admin, wanted);
    assertEquals("mine", made.getString("enterprise"));
    JsonObject free = world.api.posted(201, "/v1/tokens", world.operator, wanted);
    assertEquals(null, free.getString("enterprise"));
    JsonObject platform =
        new JsonObject().put("role", "platform").put("name", "n").put("platform", "textile");
    assertEquals(403, world.api.post("/v1/tokens", admin, platform).statusCode());
    made = world.api.posted(201, "/v1/tokens", world.operator, platform);
    JsonObject me = world.api.json(200, "/v1/me", made.getString("token"));
    assertEquals("textile", me.getString("platform"));
    world.api.posted(400, "/v1/tokens", world.operator, platform.put("platform", "none"));
  }

  private String link(String token, JsonObject body) {
    String path = world.api.posted(201, "/v1/links", token, body).getString("path");
    assertTrue(path.startsWith("/login#"), path);
    return path.substring("/login#".length());
  }

  private HttpResponse<String> open(String secret) {
    return world.api.post("/v1/session", null, new JsonObject().put("secret", secret));
  }

  private HttpResponse<String> with(String cookie, String method, String path) {
    return world.api.send(method, path, null, null, "Cookie", cookie);
  }

  private HttpResponse<String> changed(String path, String body, String cookie, String... more) {
    String[] headers = new String[more.length + 4];
    System.arraycopy(
        new String[] {"Cookie", cookie, "Content-Type", "application/json"}, 0, headers, 0, 4);
    System.arraycopy(more, 0, headers, 4, more.length);
    return world.api.send("PATCH", path, null, body, headers);
  }

  private void awaitStatus(int status, String cookie) {
    while (with(cookie, "GET", "/v1/me").statusCode() != status) {
      Thread.onSpinWait();
    }
  }
}
