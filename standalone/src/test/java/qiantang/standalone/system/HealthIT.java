package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Role;

/** What becomes of devices that fall silent, come late, flap or are refused: by real programs. */
class HealthIT {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final int FLAPS = 10;

  @RegisterExtension static final RunningPrograms running = new RunningPrograms();

  @Test
  void troubleIsSeenWithItsReasonAndCountsAddUp() throws Exception {
    try (Cassandra store = running.programs().store()) {
      store
          .registry()
          .putPlatform(new Platform(Platform.BASE, "supET", "supET", "base"))
          .toCompletableFuture()
          .join();
    }
    MqttClient silent = connect("silent");
    MqttClient late = connect("late");
    for (int i = 0; i < 12; i++) {
      publish(silent, "{\"a\":" + i + "}");
      long old = System.currentTimeMillis() - 7_200_000 + i;
      publish(late, "{\"ts\":" + old + ",\"values\":{\"a\":1}}");
    }
    awaitState("silent", "data", "fresh", "readings-come");
    awaitState("late", "data", "late", "only-old-event-times");
    awaitState("late", "connection", "online", "connect");
    awaitState("silent", "data", "silent", "online-but-silent");
    awaitState("silent", "connection", "online", "connect");

    MqttClient refused = connect("refused");
    publish(refused, "{\"ts\":1000,\"values\":{\"a\":1}}");
    awaitState("refused", "quality", "bad", "refused-clock");

    String token = running.programs().register(Programs.ALPHA, "flapping", Role.DEVICE);
    for (int i = 0; i < FLAPS; i++) {
      MqttClient flapping = client("flapping");
      flapping.connect(options(token));
      flapping.disconnect();
      flapping.close();
    }
    awaitState("flapping", "quality", "suspect", "flapping");
    awaitState("flapping", "connection", "offline", "disconnect");

    silent.disconnectForcibly(0, 0, false);
    awaitState("silent", "connection", "offline", "connection-lost");
    awaitState("silent", "data", "stale", "offline");

    JsonNode live = running.get("/health?by=factory");
    assertEquals(4, live.path("counts").path("total").asInt(), live::toString);
    for (JsonNode axis : live.path("counts")) {
      int sum = 0;
      for (JsonNode state : axis) {
        sum += state.asInt();
      }
      assertEquals(axis.isObject() ? 4 : 0, sum, live::toString);
    }
    assertEquals(live.path("counts"), live.path("by").path(0).path("counts"));
    Programs.awaitTrue("the platform's sums", () -> isPlatformLike(live.path("counts")));

    running.programs().killIngest();
    awaitState("late", "connection", "offline", "node-lost");
    late.close(true);
    refused.close(true);
    silent.close(true);
  }

  private static boolean isPlatformLike(JsonNode counts) {
    try {
      JsonNode platform =
          running.programs().get("/v1/platforms/supet", running.programs().operatorToken()).body();
      return platform.path("enterprises").asInt() == 2
          && platform.path("devices").path("total").equals(counts.path("total"))
          && platform.path("devices").path("quality").equals(counts.path("quality"));
    } catch (Exception e) {
      throw new IllegalStateException("cannot read the platform", e);
    }
  }

  private static void awaitState(String device, String axis, String state, String reason)
      throws InterruptedException {
    Programs.awaitTrue(
        device + " is " + state + " by " + reason,
        () -> {
          JsonNode on = running.get("/devices/" + device + "/health").path(axis);
          return on.path("state").asText().equals(state)
              && on.path("reason").asText().equals(reason);
        });
  }

  private static MqttClient client(String device) throws MqttException {
    MqttClient client =
        new MqttClient(running.programs().mqttUri(), device, new MemoryPersistence());
    client.setTimeToWait(60_000);
    return client;
  }

  private static MqttClient connect(String device) throws MqttException {
    MqttClient client = client(device);
    client.connect(options(running.programs().register(Programs.ALPHA, device, Role.DEVICE)));
    return client;
  }

  private static MqttConnectOptions options(String token) {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setUserName(token);
    options.setPassword(new char[0]);
    return options;
  }

  private static void publish(MqttClient client, String json) throws MqttException {
    client.publish(TOPIC, json.getBytes(UTF_8), 1, false);
  }
}
