package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.registry.Role;

/** Paho's clients of both protocols against the running programs; the API tells what came of it. */
class ClientsIT {
  private static final String DEVICE_TOPIC = "v1/devices/me/telemetry";
  private static final String GATEWAY_TOPIC = "v1/gateway/telemetry";
  private static final int PAYLOAD_FORMAT_INVALID = 0x99;

  @RegisterExtension static final RunningPrograms running = new RunningPrograms();

  @Test
  void version3PublishesAndTheApiAnswers() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "v3", Role.DEVICE);
    publish3(token, DEVICE_TOPIC, "{\"temperature\":42.1,\"on\":true,\"n\":7,\"s\":\"x\"}");
    JsonNode latest = latest(Programs.ALPHA.text(), "v3");
    assertEquals("42.1", value(latest, "temperature"));
    assertEquals("true", value(latest, "on"));
    assertEquals("7", value(latest, "n"));
    assertEquals("x", value(latest, "s"));
  }

  @Test
  void version5PublishesAndTheApiAnswers() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "v5", Role.DEVICE);
    MqttAsyncClient client = connect5("v5", token);
    int code = publish5(client, DEVICE_TOPIC, "{\"temperature\":-0.5}");
    close5(client);
    assertEquals(0, code);
    assertEquals("-0.5", value(latest(Programs.ALPHA.text(), "v5"), "temperature"));
  }

  @Test
  void aGatewaySpeaksForDevicesNobodyAnnounced() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "gateway-1", Role.GATEWAY);
    long now = System.currentTimeMillis();
    publish3(
        token,
        GATEWAY_TOPIC,
        ("{\"PLC-1\":[{\"ts\":%d,\"values\":{\"a\":1}},{\"ts\":%d,\"values\":{\"a\":2}}],"
                + "\"PLC-2\":[{\"b\":3}]}")
            .formatted(now - 1000, now));
    assertEquals("2", value(latest(Programs.ALPHA.text(), "PLC-1"), "a"));
    assertEquals("3", value(latest(Programs.ALPHA.text(), "PLC-2"), "b"));
    assertEquals(2, running.programs().series(Programs.ALPHA, "PLC-1", "a").size());
  }

  @Test
  void aGatewayThatNamesAnothersDeviceWritesItsOwn() throws Exception {
    String theirs = running.programs().register(Programs.BETA, "shared-name", Role.DEVICE);
    publish3(theirs, DEVICE_TOPIC, "{\"secret\":1}");
    String gateway = running.programs().register(Programs.ALPHA, "gateway-2", Role.GATEWAY);
    publish3(gateway, GATEWAY_TOPIC, "{\"shared-name\":[{\"mine\":2}]}");

    JsonNode alpha = latest(Programs.ALPHA.text(), "shared-name");
    JsonNode beta = latest(Programs.BETA.text(), "shared-name");
    assertEquals("2", value(alpha, "mine"));
    assertEquals("", value(alpha, "secret"));
    assertEquals("1", value(beta, "secret"));
    assertEquals("", value(beta, "mine"));
  }

  @Test
  void anEnterprisesTokenNeverOpensAnothers() throws Exception {
    String alpha = running.programs().adminToken(Programs.ALPHA);
    for (String path :
        List.of(
            "/v1/enterprises/beta",
            "/v1/enterprises/beta/devices",
            "/v1/enterprises/beta/rejections",
            "/v1/enterprises/beta/devices/x/latest",
            "/v1/enterprises/beta/devices/x/series?from=0&to=1")) {
      assertEquals(404, running.programs().get(path, alpha).status(), path);
    }
    assertEquals(401, running.programs().get("/v1/me", "alpha.wrong").status());
  }

  @Test
  void aWrongTokenIsItsEnterprisesRejection() throws Exception {
    assertThrows(
        MqttException.class, () -> publish3("alpha.no-such-token", DEVICE_TOPIC, "{\"a\":1}"));
    Programs.awaitTrue("the rejection", () -> rejections("unauthorized", "alpha") > 0);
  }

  @Test
  void rubbishIsAcknowledgedRecordedAndHarmsNobody() throws Exception {
    String token = running.programs().register(Programs.BETA, "rubbish", Role.DEVICE);
    // 3.1.1: closing would make a gateway send it again for ever.
    publish3(token, DEVICE_TOPIC, "{\"temp\":");
    publish3(token, DEVICE_TOPIC, "[".repeat(1000) + "]".repeat(1000));
    publish3(token, DEVICE_TOPIC, "{\"ts\":4291747200000,\"values\":{\"a\":1}}");
    publish3(token, DEVICE_TOPIC, "{\"s\":\"" + "x".repeat(300 * 1024) + "\"}");
    publish3(token, "no/such/topic", "{\"a\":1}");
    publish3(token, DEVICE_TOPIC, "{\"alive\":true}");

    assertEquals(2, rejections("malformed", "beta"));
    assertEquals(1, rejections("clock", "beta"));
    assertEquals(1, rejections("too-large", "beta"));
    assertEquals(1, rejections("topic", "beta"));
    assertEquals("true", value(latest("beta", "rubbish"), "alive"));
  }

  @Test
  void version5LearnsWhyItWasRefused() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "v5-rubbish", Role.DEVICE);
    MqttAsyncClient client = connect5("v5-rubbish", token);
    assertEquals(PAYLOAD_FORMAT_INVALID, publish5(client, DEVICE_TOPIC, "{\"temp\":"));
    assertEquals(
        PAYLOAD_FORMAT_INVALID,
        publish5(client, DEVICE_TOPIC, "{\"ts\":4291747200000,\"values\":{\"a\":1}}"));
    assertEquals(0, publish5(client, DEVICE_TOPIC, "{\"alive\":true}"));
    close5(client);
  }

  private static void publish3(String token, String topic, String payload) throws MqttException {
    try (var client =
        new org.eclipse.paho.client.mqttv3.MqttClient(
            running.programs().mqttUri(),
            "client-" + System.nanoTime(),
            new org.eclipse.paho.client.mqttv3.persist.MemoryPersistence())) {
      var options = new org.eclipse.paho.client.mqttv3.MqttConnectOptions();
      options.setUserName(token);
      options.setPassword(new char[0]);
      client.setTimeToWait(60_000);
      client.connect(options);
      client.publish(topic, payload.getBytes(UTF_8), 1, false);
      client.disconnect();
    }
  }

  private static MqttAsyncClient connect5(String clientId, String token) throws Exception {
    MqttAsyncClient client =
        new MqttAsyncClient(running.programs().mqttUri(), clientId, new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(token);
    client.connect(options).waitForCompletion(60_000);
    return client;
  }

  /** The PUBACK's reason code. */
  private static int publish5(MqttAsyncClient client, String topic, String payload)
      throws Exception {
    MqttMessage message = new MqttMessage(payload.getBytes(UTF_8));
    message.setQos(1);
    IMqttToken token = client.publish(topic, message);
    try {
      token.waitForCompletion(60_000);
    } catch (org.eclipse.paho.mqttv5.common.MqttException e) {
      return e.getReasonCode();
    }
    int[] codes = token.getReasonCodes();
    return codes == null || codes.length == 0 ? 0 : codes[0];
  }

  private static void close5(MqttAsyncClient client) throws Exception {
    client.disconnect().waitForCompletion(60_000);
    client.close();
  }

  private static JsonNode latest(String enterprise, String device) throws Exception {
    Programs.Answer answer =
        running
            .programs()
            .get(
                "/v1/enterprises/%s/devices/%s/latest".formatted(enterprise, device),
                running.programs().operatorToken());
    assertEquals(200, answer.status(), answer.toString());
    assertTrue(answer.body().path("completeness").path("complete").asBoolean());
    return answer.body();
  }

  private static String value(JsonNode latest, String metric) {
    for (JsonNode item : latest.path("metrics")) {
      if (item.path("metric").asText().equals(metric)) {
        return item.path("value").asText();
      }
    }
    return "";
  }

  /** How many refusals of this reason the enterprise can read back, counts added up. */
  private static long rejections(String reason, String enterprise) {
    try {
      JsonNode body =
          running
              .programs()
              .get(
                  "/v1/enterprises/" + enterprise + "/rejections?reason=" + reason,
                  running.programs().operatorToken())
              .body();
      List<Long> counts = new ArrayList<>();
      body.path("items").forEach(item -> counts.add(item.path("count").asLong()));
      return counts.stream().mapToLong(Long::longValue).sum();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
