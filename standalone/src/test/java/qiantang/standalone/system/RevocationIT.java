package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Role;

/** Access that is given and taken away through the API, as living sessions of clients see it. */
class RevocationIT {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final int BAD_CREDENTIALS = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;

  @RegisterExtension static final RunningPrograms running = new RunningPrograms();

  @Test
  void aTokenIsRotatedAndTheRevokedOnesSessionEnds() throws Exception {
    running.programs().register(Programs.ALPHA, "rotated", Role.DEVICE);
    JsonNode first = credential("rotated", "{}");
    JsonNode second = credential("rotated", "{\"kind\":\"token\"}");
    Client old = new Client("old", first.path("token").asText(), null);
    Client young = new Client("young", second.path("token").asText(), null);
    old.publish("{\"old\":1}");
    young.publish("{\"young\":1}");

    String path = credentials("rotated") + "/" + first.path("id").asText();
    assertEquals(200, admin("DELETE", path, "").status());
    old.awaitEnd();
    assertEquals(NOT_AUTHORIZED, old.endCode());
    assertTrue(old.endReason().contains("was revoked"), old.endReason());
    assertThrows(MqttException.class, () -> old.publish("{\"old\":2}"));
    MqttException refused =
        assertThrows(
            MqttException.class, () -> new Client("old", first.path("token").asText(), null));
    assertEquals(BAD_CREDENTIALS, refused.getReasonCode());

    young.publish("{\"young\":2}");
    assertEquals(2, samples("rotated", "young").size());
    assertEquals(1, samples("rotated", "old").size(), "nothing was written behind the end");
    assertTrue(rejections("was revoked") > 0);
    young.close();
  }

  @Test
  void aDisabledDeviceIsCutAndMayComeBackWhenItIsEnabled() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "disabled", Role.DEVICE);
    String theirs = running.programs().register(Programs.BETA, "disabled", Role.DEVICE);
    Client ours = new Client("ours", token, null);
    Client others = new Client("ours", theirs, null);
    String path = "/v1/enterprises/alpha/devices/disabled";
    Programs.Answer answer = admin("PATCH", path, "{\"disabled\":true}");
    assertEquals("disabled", answer.body().path("lifecycle").asText(), answer.toString());
    ours.awaitEnd();
    assertEquals(NOT_AUTHORIZED, ours.endCode());
    assertTrue(ours.endReason().contains("is disabled"), ours.endReason());
    MqttException refused =
        assertThrows(MqttException.class, () -> new Client("ours", token, null));
    assertEquals(NOT_AUTHORIZED, refused.getReasonCode());
    others.publish("{\"a\":1}");
    others.close();

    assertEquals(200, admin("PATCH", path, "{\"disabled\":false}").status());
    Programs.awaitTrue("the device to come back", () -> comesBack(token));
  }

  @Test
  void aDeletedDeviceIsCutByAllItsCredentialsAndMayComeBackAsAnotherOne() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "scrapped", Role.DEVICE);
    String second = credential("scrapped", "{}").path("token").asText();
    Client first = new Client("first", token, null);
    Client other = new Client("other", second, null);
    first.publish("{\"old\":1}");
    String path = "/v1/enterprises/alpha/devices/scrapped";
    Programs.Answer answer = admin("DELETE", path, "");
    assertEquals(2, answer.body().path("credentials").asInt(), answer.toString());
    for (Client client : List.of(first, other)) {
      client.awaitEnd();
      assertEquals(NOT_AUTHORIZED, client.endCode());
    }
    assertThrows(MqttException.class, () -> new Client("first", token, null));
    // What the ends of its sessions say of it does not bring it back.
    assertEquals(404, admin("GET", path, "").status());
    assertFalse(admin("GET", "/v1/enterprises/alpha/devices", "").toString().contains("scrapped"));
    assertEquals(1, samples("scrapped", "old").size(), "what it sent stays");
    answer = admin("POST", "/v1/enterprises/alpha/devices", "{\"id\":\"scrapped\"}");
    assertTrue(answer.body().path("predecessorDeleted").isNumber(), answer.toString());
    // It begins anew.
    assertEquals(0, samples("scrapped", "old").size());
    assertEquals(0, admin("GET", path + "/latest", "").body().path("metrics").size());
    assertEquals("never", admin("GET", path, "").body().path("connection").asText());
    assertEquals(0, admin("GET", path + "/connections", "").body().path("items").size());
    String third = answer.body().path("token").asText();
    Programs.awaitTrue("its successor to be let in", () -> comesBack(third));
    JsonNode latest = admin("GET", path + "/latest", "").body().path("metrics");
    assertEquals("back", latest.path(0).path("metric").asText(), latest.toString());
    assertEquals(1, latest.size());
    assertEquals(0, samples("scrapped", "old").size());
    assertEquals(1, samples("scrapped", "back").size());
    JsonNode health = admin("GET", path + "/health", "").body();
    assertEquals(1, health.path("data").path("evidence").path("readings").asInt(), "" + health);
  }

  @Test
  void whatAGatewayGoesOnSpeakingForAfterADeletionBeginsAnew() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "hall", Role.GATEWAY);
    Client gateway = new Client("hall", token, null);
    assertEquals(0, gateway.report("behind"));
    String path = "/v1/enterprises/alpha/devices/behind";
    assertEquals(1, samples("behind", "a").size());
    long deleted = admin("DELETE", path, "").body().path("deleted").asLong();
    assertEquals(404, admin("GET", path, "").status());
    Programs.awaitTrue(
        "the session to speak for another one", () -> isBack(gateway, "behind", deleted));
    gateway.close();
  }

  @Test
  void aPasswordLogsInWithMosquittosClient() throws Exception {
    running.programs().register(Programs.ALPHA, "press-1", Role.DEVICE);
    JsonNode made = credential("press-1", "{\"kind\":\"password\"}");
    String userName = made.path("userName").asText();
    assertEquals("alpha/press-1", userName);
    assertEquals(0, mosquitto(userName, made.path("password").asText(), "{\"bar\":7}"));
    assertEquals(1, samples("press-1", "bar").size());
    assertNotEquals(0, mosquitto(userName, "wrong", "{\"bar\":8}"));
    assertNotEquals(0, mosquitto("alpha/other", made.path("password").asText(), "{\"bar\":9}"));
    assertEquals(1, samples("press-1", "bar").size());
    Programs.awaitTrue(
        "the rejections",
        () ->
            rejections("the password does not open device 'press-1'") > 0
                && rejections("the password does not open device 'other'") > 0);
  }

  @Test
  void anEnterpriseMayTakeKnownSubDevicesOnly() throws Exception {
    String token = running.programs().register(Programs.BETA, "gateway", Role.GATEWAY);
    running.programs().register(Programs.BETA, "known", Role.DEVICE);
    Client gateway = new Client("gateway", token, null);
    assertEquals(0, gateway.report("seen"));
    String admin = running.programs().adminToken(Programs.BETA);
    Programs.Answer answer =
        running
            .programs()
            .send("PATCH", "/v1/enterprises/beta", admin, "{\"subDevices\":\"known-only\"}");
    assertEquals("known-only", answer.body().path("subDevices").asText(), answer.toString());
    int[] unknown = {0};
    Programs.awaitTrue(
        "devices that nobody created to be refused",
        () -> gateway.report("unknown-" + unknown[0]++) == NOT_AUTHORIZED);
    assertEquals(0, gateway.report("known"));
    assertEquals(0, gateway.report("seen"), "it was created on first sight");
    String created = "unknown-" + (unknown[0] - 1);
    running.programs().register(Programs.BETA, created, Role.DEVICE);
    Programs.awaitTrue("it to be taken", () -> gateway.report(created) == 0);
    gateway.close();
  }

  @Test
  void anotherEnterprisesAdminSeesNothingOfIt() throws Exception {
    running.programs().register(Programs.ALPHA, "mine", Role.DEVICE);
    String id = credential("mine", "{}").path("id").asText();
    String beta = running.programs().adminToken(Programs.BETA);
    for (List<String> request :
        List.of(
            List.of("GET", credentials("mine"), ""),
            List.of("POST", credentials("mine"), "{}"),
            List.of("DELETE", credentials("mine") + "/" + id, ""),
            List.of("PATCH", "/v1/enterprises/alpha/devices/mine", "{\"disabled\":true}"),
            List.of("PATCH", "/v1/enterprises/alpha", "{\"subDevices\":\"known-only\"}"))) {
      int status =
          running.programs().send(request.get(0), request.get(1), beta, request.get(2)).status();
      assertEquals(404, status, request.toString());
    }
    JsonNode items = admin("GET", credentials("mine"), "").body().path("items");
    assertEquals(2, items.size());
  }

  private static String credentials(String device) {
    return "/v1/enterprises/alpha/devices/" + device + "/credentials";
  }

  private static Programs.Answer admin(String method, String path, String body) throws Exception {
    return running
        .programs()
        .send(method, path, running.programs().adminToken(Programs.ALPHA), body);
  }

  private static JsonNode credential(String device, String body) throws Exception {
    Programs.Answer answer = admin("POST", credentials(device), body);
    assertEquals(201, answer.status(), answer.toString());
    return answer.body();
  }

  private static Map<Long, JsonNode> samples(String device, String metric) throws Exception {
    return running.programs().series(Programs.ALPHA, device, metric);
  }

  /** How many refusals of logins alpha can read back whose detail has this in it. */
  private static long rejections(String detail) {
    try {
      EnterpriseId alpha = Programs.ALPHA;
      JsonNode body =
          running
              .programs()
              .get(
                  "/v1/enterprises/" + alpha + "/rejections?reason=unauthorized",
                  running.programs().adminToken(alpha))
              .body();
      long found = 0;
      for (JsonNode item : body.path("items")) {
        found += item.path("detail").asText().contains(detail) ? item.path("count").asLong() : 0;
      }
      return found;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static int mosquitto(String userName, String password, String payload) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    "mosquitto_pub",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    String.valueOf(running.programs().mqttPort()),
                    "-q",
                    "1",
                    "-u",
                    userName,
                    "-P",
                    password,
                    "-t",
                    TOPIC,
                    "-m",
                    payload))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "mosquitto_pub hangs");
    return process.exitValue();
  }

  /** Whether a device is there that has samples, all of them of after this; its gateway speaks. */
  private static boolean isBack(Client gateway, String device, long deleted) {
    try {
      Programs.Answer answer = admin("GET", "/v1/enterprises/alpha/devices/" + device, "");
      return gateway.report(device) == 0
          && answer.status() == 200
          && answer.body().path("created").asLong() > deleted
          && samples(device, "a").keySet().stream().min(Long::compare).orElse(0L) >= deleted;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean comesBack(String token) {
    try {
      Client client = new Client("ours", token, null);
      client.publish("{\"back\":1}");
      client.close();
      return true;
    } catch (MqttException e) {
      return false;
    }
  }

  /** Paho's client of MQTT 5, and how its connection ended. */
  private static final class Client implements MqttCallback {
    private final MqttAsyncClient client;
    private final AtomicReference<@Nullable MqttDisconnectResponse> end = new AtomicReference<>();

    Client(String clientId, String userName, @Nullable String password) throws MqttException {
      client = new MqttAsyncClient(running.programs().mqttUri(), clientId, new MemoryPersistence());
      client.setCallback(this);
      MqttConnectionOptions options = new MqttConnectionOptions();
      options.setUserName(userName);
      if (password != null) {
        options.setPassword(password.getBytes(UTF_8));
      }
      client.connect(options).waitForCompletion(60_000);
    }

    void publish(String payload) throws MqttException {
      MqttMessage message = new MqttMessage(payload.getBytes(UTF_8));
      message.setQos(1);
      client.publish(TOPIC, message).waitForCompletion(60_000);
    }

    /** Reports something of a device behind this gateway; the PUBACK's reason code. */
    int report(String device) {
      String payload = "{\"" + device + "\":[{\"a\":1}]}";
      MqttMessage message = new MqttMessage(payload.getBytes(UTF_8));
      message.setQos(1);
      try {
        IMqttToken token = client.publish("v1/gateway/telemetry", message);
        token.waitForCompletion(60_000);
        int[] codes = token.getReasonCodes();
        return codes == null || codes.length == 0 ? 0 : codes[0];
      } catch (MqttException e) {
        return e.getReasonCode();
      }
    }

    void awaitEnd() throws InterruptedException {
      Programs.awaitTrue("the end of " + client.getClientId(), () -> end.get() != null);
    }

    int endCode() {
      MqttDisconnectResponse response = end.get();
      return response == null ? 0 : response.getReturnCode();
    }

    String endReason() {
      MqttDisconnectResponse response = end.get();
      return response == null ? "" : String.valueOf(response.getReasonString());
    }

    void close() throws MqttException {
      client.disconnect().waitForCompletion(60_000);
      client.close();
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
      end.set(response);
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void messageArrived(String topic, MqttMessage message) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
  }
}
