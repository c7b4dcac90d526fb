package qiantang.query;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Value;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Role;
import qiantang.store.registry.SubDevices;

/** What lets devices in: credentials, whether they are disabled, the setting for sub-devices. */
final class CredentialsIT {
  private static final String DEVICE = "/v1/enterprises/mine/devices/d";
  private static final String CREDENTIALS = DEVICE + "/credentials";
  private static final DeviceId ID = new DeviceId("d");

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void eachKindIsMadeListedAndRevoked() {
    world.device(mine, "d", Device.Kind.GATEWAY, null);
    JsonObject token = create("{}");
    JsonObject password = create("{'kind':'password','expires':'2027-01-01T00:00:00Z'}");
    JsonObject any = create("{'kind':'certificate'}");
    JsonObject pinned = create("{'kind':'certificate','fingerprint':'" + "0F:".repeat(31) + "0F'}");

    assertEquals("token", token.getString("kind"));
    CredentialKey ofToken = AccessToken.parse(token.getString("token")).orElseThrow().key();
    assertEquals(Role.GATEWAY, find(ofToken).orElseThrow().role());
    assertEquals("mine/d", password.getString("userName"));
    byte[] secret = password.getString("password").getBytes(US_ASCII);
    CredentialKey ofPassword = CredentialKey.ofPassword(mine, ID, secret);
    assertEquals(Instant.parse("2027-01-01T00:00:00Z"), find(ofPassword).orElseThrow().expires());
    assertEquals("mine/d", any.getString("commonName"));
    assertNull(any.getValue("fingerprint"));
    assertEquals("0f".repeat(32), pinned.getString("fingerprint"));
    assertTrue(find(CredentialKey.ofCertificate(mine, ID, "0f".repeat(32))).isPresent());

    String listed = world.api.get(CREDENTIALS, admin).body();
    assertEquals(4, items().size());
    assertFalse(listed.contains(token.getString("token").substring("mine.".length())), listed);
    assertFalse(listed.contains(password.getString("password")), listed);

    String path = CREDENTIALS + "/" + password.getString("id");
    HttpResponse<String> revoked = world.api.delete(path, admin);
    assertEquals(200, revoked.statusCode());
    assertEquals(password.getString("id"), World.json(revoked).getString("id"));
    assertEquals(Optional.empty(), find(ofPassword));
    assertEquals(3, items().size());
    assertTrue(find(ofToken).isPresent(), "the others stay");
    Api.assertProblem("not-found", 404, world.api.delete(path, admin));
    AccessChange change = changes().getLast();
    assertEquals(ofPassword, change.key());
    assertEquals(ID, change.device());
    assertEquals(NOW, change.at());
  }

  @Test
  void theSameLeaveIsGivenOnceAndAgainWhenItWasRevoked() {
    world.device(mine, "d");
    JsonObject first = create("{'kind':'certificate'}");
    Api.assertProblem("conflict", 409, post("{'kind':'certificate'}"));
    assertEquals(
        200, world.api.delete(CREDENTIALS + "/" + first.getString("id"), admin).statusCode());
    create("{'kind':'certificate'}");
  }

  @Test
  void aDeviceHasSixteenAtMost() {
    world.device(mine, "d");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < Credential.OF_DEVICE_MAX; i++) {
      ids.add(create("{}").getString("id"));
    }
    Api.assertProblem("too-many-credentials", 409, post("{}"));
    world.api.delete(CREDENTIALS + "/" + ids.getFirst(), admin);
    create("{}");
  }

  @Test
  void whatIsNoCredentialIsRefused() {
    world.device(mine, "d");
    for (String body :
        List.of(
            "{'kind':'key'}",
            "{'fingerprint':'" + "0f".repeat(32) + "'}",
            "{'kind':'certificate','fingerprint':'0f'}",
            "{'kind':'password','password':'mine'}",
            "{'expires':'2020-01-01T00:00:00Z'}",
            "{'expires':'soon'}")) {
      Api.assertProblem("invalid-request", 400, post(body));
    }
    assertEquals(0, items().size());
    Api.assertProblem(
        "not-found", 404, world.api.get("/v1/enterprises/mine/devices/x/credentials", admin));
    Api.assertProblem("not-found", 404, world.api.delete(CREDENTIALS + "/x", admin));
  }

  @Test
  void aDeviceIsDisabledAndEnabledAgain() {
    world.device(mine, "d");
    JsonObject now = patched(DEVICE, "{'disabled':true}");
    assertEquals("disabled", now.getString("lifecycle"));
    assertEquals(Set.of(ID), disabled());
    assertEquals(ID, changes().getLast().device());
    assertNull(changes().getLast().credential());
    assertEquals("registered", patched(DEVICE, "{'disabled':false}").getString("lifecycle"));
    assertEquals(Set.of(), disabled());
    assertEquals(2, changes().size());
    for (String body : List.of("{}", "{'disabled':'yes'}", "{'disabled':true,'name':'x'}")) {
      Api.assertProblem("invalid-request", 400, patch(DEVICE, body));
    }
    Api.assertProblem(
        "not-found", 404, patch("/v1/enterprises/mine/devices/x", "{'disabled':true}"));
  }

  @Test
  void aDeviceThatOnlyItsRecordsTellOfCanBeDisabled() {
    world.send(
        mine,
        new Entry.Birth(ID, "焊机", new DeviceId("gw"), "welder", NOW_MICROS),
        World.reading("d", NOW_MICROS, "m", new Value.Int(1)));
    assertEquals("disabled", patched(DEVICE, "{'disabled':true}").getString("lifecycle"));
    Device row = world.registry.device(mine, ID).toCompletableFuture().join().orElseThrow();
    assertEquals("焊机", row.name());
    assertEquals(new DeviceId("gw"), row.gateway());
    assertTrue(row.disabled());
  }

  @Test
  void anOperatorSaysWhatMayBeUsedAndAnAdminReadsIt() {
    String path = "/v1/enterprises/mine/quotas";
    JsonObject usual = world.api.json(200, path, admin);
    assertEquals(Quota.values().length, usual.size());
    assertEquals(Quota.DEVICE_MESSAGES.usual(), usual.getLong("deviceMessagesPerSecond"));
    JsonObject change = json("{'deviceMessagesPerSecond':7,'payloadBytes':1000}");
    Api.assertProblem("forbidden", 403, world.api.patch(path, admin, change));
    assertEquals(0, changes().size());
    assertEquals(200, world.api.patch(path, world.operator, change).statusCode());
    assertEquals(1, changes().size());
    JsonObject now = world.api.json(200, path, admin);
    assertEquals(7, now.getLong("deviceMessagesPerSecond"));
    assertEquals(1000, now.getLong("payloadBytes"));
    assertEquals(
        200,
        world
            .api
            .patch(path, world.operator, json("{'deviceMessagesPerSecond':null}"))
            .statusCode());
    now = world.api.json(200, path, admin);
    assertEquals(Quota.DEVICE_MESSAGES.usual(), now.getLong("deviceMessagesPerSecond"));
    for (String body :
        List.of(
            "{}",
            "{'topicLevels':0}",
            "{'topicLevels':17}",
            "{'inFlight':1.5}",
            "{'inFlight':'1'}",
            "{'speed':1}")) {
      Api.assertProblem("invalid-request", 400, world.api.patch(path, world.operator, json(body)));
    }
  }

  @Test
  void anAdminSaysWhatBecomesOfSubDevices() {
    String path = "/v1/enterprises/mine";
    assertEquals("create", world.api.json(200, path, admin).getString("subDevices"));
    JsonObject now = patched(path, "{'subDevices':'known-only'}");
    assertEquals("known-only", now.getString("subDevices"));
    assertEquals("known-only", world.api.json(200, path, admin).getString("subDevices"));
    assertEquals(
        SubDevices.KNOWN_ONLY,
        world.registry.enterprise(mine).toCompletableFuture().join().orElseThrow().subDevices());
    assertNotNull(changes().getLast());
    assertNull(changes().getLast().device());
    for (String body : List.of("{}", "{'subDevices':'none'}", "{'retention':'10y'}")) {
      Api.assertProblem("invalid-request", 400, patch(path, body));
    }
    assertEquals(
        200, world.api.patch(path, world.operator, json("{'subDevices':'create'}")).statusCode());
  }

  private JsonObject create(String body) {
    return world.api.posted(201, CREDENTIALS, admin, json(body));
  }

  private HttpResponse<String> post(String body) {
    return world.api.post(CREDENTIALS, admin, json(body));
  }

  private HttpResponse<String> patch(String path, String body) {
    return world.api.patch(path, admin, json(body));
  }

  private JsonObject patched(String path, String body) {
    HttpResponse<String> response = patch(path, body);
    assertEquals(200, response.statusCode(), response.body());
    return World.json(response);
  }

  private JsonArray items() {
    return world.api.json(200, CREDENTIALS, admin).getJsonArray("items");
  }

  private Optional<Credential> find(CredentialKey key) {
    return world.registry.credential(key).toCompletableFuture().join();
  }

  private Set<DeviceId> disabled() {
    return world.registry.disabledDevices(mine).toCompletableFuture().join();
  }

  private List<AccessChange> changes() {
    return world.registry.changes(Instant.EPOCH, NOW).toCompletableFuture().join();
  }

  private static JsonObject json(String text) {
    return new JsonObject(text.replace('\'', '"'));
  }
}
