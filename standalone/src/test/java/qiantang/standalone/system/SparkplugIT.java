package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.model.DeviceId;
import qiantang.store.registry.Role;

/** An edge node made of Paho's client, against the running programs. */
class SparkplugIT {
  private static final String NODE = DeviceId.ofName("plant/line1").text();
  private static final String PRESS = DeviceId.ofName("plant/line1/press").text();

  @RegisterExtension static final RunningPrograms running = new RunningPrograms();

  private final Queue<String> received = new ConcurrentLinkedQueue<>();

  @Test
  void anEdgeNodeIsBornSendsLosesIsBornAgainAndDies() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "edge-gateway", Role.GATEWAY);
    long now = System.currentTimeMillis() - 60_000;
    MqttClient node = connect(token, now);
    node.subscribe("spBv1.0/plant/NCMD/line1", 1);
    node.subscribe("spBv1.0/STATE/qiantang", 1);
    Programs.awaitTrue("the host's state", () -> hasReceived("spBv1.0/STATE/qiantang online"));

    send(node, "NBIRTH/line1", at(now).seq(0).bdSeq(7).birth("cpu", 1, 0.5));
    send(node, "DBIRTH/line1/press", at(now).seq(1).birth("oil", 2, 41.5));
    send(node, "DDATA/line1/press", at(now + 1000).seq(2).data(2, 42.0));
    awaitLatest(PRESS, "oil", "42.0");
    assertEquals("0.5", value(NODE, "cpu"));

    send(node, "DDATA/line1/press", at(now + 3000).seq(4).data(2, 44.0)); // 3 was lost
    Programs.awaitTrue("the command", () -> hasReceived("spBv1.0/plant/NCMD/line1 rebirth"));
    awaitLatest(PRESS, "oil", "44.0");
    Programs.awaitTrue("the lost message's record", () -> lost() == 1);

    send(node, "NBIRTH/line1", at(now + 4000).seq(0).bdSeq(7).birth("cpu", 1, 0.6));
    send(node, "DBIRTH/line1/press", at(now + 4000).seq(1).birth("oil", 9, 45.0));
    send(node, "DDATA/line1/press", at(now + 5000).seq(2).data(9, 46.0));
    awaitLatest(PRESS, "oil", "46.0");
    assertEquals(5, running.programs().series(Programs.ALPHA, PRESS, "oil").size());
    assertEquals(1, lost());

    node.disconnectForcibly(0, 0, false); // no DISCONNECT: the will is due
    node.close(true);
  }

  /** The will is the node's death, with the bdSeq of the births to come. */
  private MqttClient connect(String token, long millis) throws MqttException {
    MqttClient client =
        new MqttClient(running.programs().mqttUri(), "line1", new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setUserName(token);
    options.setPassword(new char[0]);
    options.setWill("spBv1.0/plant/NDEATH/line1", at(millis).bdSeq(7).toBytes(), 1, false);
    client.setTimeToWait(60_000);
    client.setCallback(
        new MqttCallback() {
          @Override
          public void connectionLost(Throwable cause) {}

          @Override
          public void messageArrived(String topic, MqttMessage message) {
            String text = new String(message.getPayload(), UTF_8);
            boolean isRebirth = text.contains("Node Control/Rebirth");
            boolean isOnline = text.contains("\"online\":true") && message.isRetained();
            received.add(topic + (isRebirth ? " rebirth" : isOnline ? " online" : " ?"));
          }

          @Override
          public void deliveryComplete(IMqttDeliveryToken token) {}
        });
    client.connect(options);
    return client;
  }

  private static EdgeNodePayload at(long millis) {
    return new EdgeNodePayload(millis);
  }

  private static void send(MqttClient node, String kind, EdgeNodePayload payload)
      throws MqttException {
    node.publish("spBv1.0/plant/" + kind, payload.toBytes(), 0, false);
  }

  private boolean hasReceived(String message) {
    return received.contains(message);
  }

  private static void awaitLatest(String device, String metric, String value)
      throws InterruptedException {
    Programs.awaitTrue(
        metric + " of " + device + " = " + value, () -> value.equals(value(device, metric)));
  }

  /** The latest value; empty where there is none yet. */
  private static String value(String device, String metric) {
    for (JsonNode item : running.get("/devices/" + device + "/latest").path("metrics")) {
      if (item.path("metric").asText().equals(metric)) {
        return item.path("value").asText();
      }
    }
    return "";
  }

  private static long lost() {
    long count = 0;
    for (JsonNode item : running.get("/rejections?reason=lost").path("items")) {
      assertEquals(NODE, item.path("device").asText());
      assertTrue(item.path("detail").asText().contains("did not come"), item.toString());
      count += item.path("count").asLong();
    }
    return count;
  }
}
