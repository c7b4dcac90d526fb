package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.model.DeviceId;
import qiantang.store.registry.Role;

/** Whether devices that gateways of both dialects speak for are there, by the running programs. */
class SubDevicesIT {
  private static final String NODE = DeviceId.ofName("hall/line").text();
  private static final String PRESS = DeviceId.ofName("hall/line/press").text();

  @RegisterExtension static final RunningPrograms running = new RunningPrograms();

  @Test
  void devicesComeAndGoByTheWordOfTheirGatewayAndWithIt() throws Exception {
    MqttClient things = connect("things-gateway");
    MqttClient edge = connect("line-gateway");
    send(things, "v1/gateway/connect", "{\"device\":\"PLC-9\",\"type\":\"press\"}");
    await("PLC-9", "online", "with-gateway", null);
    send(things, "v1/gateway/disconnect", "{\"device\":\"PLC-9\"}");
    await("PLC-9", "offline", "ended", "disconnect");
    send(things, "v1/gateway/telemetry", "{\"PLC-9\":[{\"a\":1}]}");
    await("PLC-9", "online", "with-gateway", null);

    long now = System.currentTimeMillis() - 60_000;
    send(edge, "NBIRTH/line", at(now).seq(0).bdSeq(3).birth("cpu", 1, 0.5));
    send(edge, "DBIRTH/line/press", at(now).seq(1).birth("oil", 2, 41.5));
    await(PRESS, "online", "with-gateway", null);
    send(edge, "DDEATH/line/press", at(now).seq(2));
    await(PRESS, "offline", "ended", "device-death");
    await(NODE, "online", "with-gateway", null);
    send(edge, "DBIRTH/line/press", at(now + 1000).seq(3).birth("oil", 2, 42.5));
    await(PRESS, "online", "with-gateway", null);
    send(edge, "NDEATH/line", at(now).bdSeq(3));
    await(PRESS, "offline", "ended", "node-death");
    await(NODE, "offline", "ended", "node-death");

    things.disconnect();
    await("PLC-9", "offline", "ended", "gateway-disconnect");
    things.reconnect(); // as before, and it names somebody else
    Programs.awaitTrue("the gateway again", things::isConnected);
    send(things, "v1/gateway/connect", "{\"device\":\"PLC-7\"}");
    await("PLC-7", "online", "with-gateway", null);
    things.disconnect();
    await("PLC-7", "offline", "ended", "gateway-disconnect");
    assertOfflineSinceItsOwnSession("PLC-9");
    things.connect(options("things-gateway-2"));
    send(things, "v1/gateway/connect", "{\"device\":\"PLC-8\"}");
    await("PLC-8", "online", "with-gateway", null);
    running.programs().killQuery();
    running.programs().startQuery(); // it knows what is stored
    assertOfflineSinceItsOwnSession("PLC-9");
    await("PLC-9", "offline", "ended", "gateway-disconnect");
    await(PRESS, "offline", "ended", "node-death");
    running.programs().killIngest();
    await("PLC-8", "offline", "node-lost", "node-lost");
    things.close(true);
    edge.close(true);
  }

  /**
   * Later sessions of its gateway do not move it, nor is anything else told than by its history.
   */
  private static void assertOfflineSinceItsOwnSession(String device) throws Exception {
    JsonNode last = running.get("/devices/" + device + "/connections").path("items").path(0);
    JsonNode told = running.get("/devices/" + device).path("health").path("connection");
    assertEquals(last.path("disconnectedAt").asLong(), told.path("since").asLong());
    assertEquals("gateway-ended", told.path("reason").asText());
    assertEquals("disconnect", told.path("evidence").path("gatewayEnd").asText());
    assertEquals("things-gateway", told.path("evidence").path("gateway").asText());
  }

  private static MqttClient connect(String gateway) throws MqttException {
    MqttClient client =
        new MqttClient(running.programs().mqttUri(), gateway, new MemoryPersistence());
    client.setTimeToWait(60_000);
    client.connect(options(gateway));
    return client;
  }

  private static MqttConnectOptions options(String gateway) {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setUserName(running.programs().register(Programs.ALPHA, gateway, Role.GATEWAY));
    options.setPassword(new char[0]);
    return options;
  }

  private static EdgeNodePayload at(long millis) {
    return new EdgeNodePayload(millis);
  }

  private static void send(MqttClient client, String topic, String json) throws MqttException {
    client.publish(topic, json.getBytes(UTF_8), 1, false);
  }

  private static void send(MqttClient edge, String kind, EdgeNodePayload payload)
      throws MqttException {
    edge.publish("spBv1.0/hall/" + kind, payload.toBytes(), 0, false);
  }

  /** Until device, list and history agree. */
  private static void await(String device, String connection, String state, @Nullable String reason)
      throws InterruptedException {
    Programs.awaitTrue(
        device + " " + connection + " by " + reason,
        () -> {
          JsonNode last = running.get("/devices/" + device + "/connections").path("items").path(0);
          return running.get("/devices/" + device).path("connection").asText().equals(connection)
              && isListed(device, connection)
              && last.path("state").asText().equals(state)
              && last.path("disconnectedAt").isNull() == (reason == null)
              && (reason == null || last.path("reason").asText().equals(reason));
        });
  }

  private static boolean isListed(String device, String connection) {
    for (JsonNode item : running.get("/devices?connection=" + connection).path("items")) {
      if (item.path("id").asText().equals(device)) {
        return true;
      }
    }
    return false;
  }
}
