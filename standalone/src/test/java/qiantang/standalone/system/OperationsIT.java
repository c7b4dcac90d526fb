package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import qiantang.standalone.cassandra.SharedCassandra;
import qiantang.store.registry.Role;

/** What an operator does to a running program, by signals. */
@ExtendWith(SharedCassandra.class)
class OperationsIT {
  private static final String TOPIC = "v1/devices/me/telemetry";

  @TempDir Path folder;

  @Test
  void aFileChangedAndReadAgainHoldsWhenTheNodeDrains(SharedCassandra.Address address)
      throws Exception {
    assumeFalse(isHangUpIgnored(), "programs started with nohup ignore SIGHUP, and so ours do");
    Path file = folder.resolve("ingest.properties");
    try (Programs programs =
        Programs.startWithoutIngest(folder, address.keyspace("operations_it"))) {
      Files.writeString(file, "server-reference=a.example:1883\nfolds=on\n");
      programs.startIngest("--config", file.toString());
      String token = programs.register(Programs.ALPHA, "press", Role.DEVICE);
      Files.writeString(file, "server-reference=b.example:1883\nfolds=off\nkeep-alive-max=77\n");
      programs.signalIngest("HUP");
      Programs.awaitTrue(
          "the options to be read again",
          () -> programs.log("ingest").contains("--folds is still on: off needs a restart"));

      CompletableFuture<MqttDisconnectResponse> end = new CompletableFuture<>();
      MqttAsyncClient client = connect(programs, token, end);
      PublishingDevice busy =
          new PublishingDevice(
              programs.mqttUri(), "busy", programs.register(Programs.ALPHA, "busy", Role.DEVICE));
      Programs.awaitTrue("acknowledged messages", () -> busy.acknowledged().size() > 20);
      client.publish(TOPIC, "{\"a\":1}".getBytes(UTF_8), 1, false).waitForCompletion();
      programs.signalIngest("TERM");
      assertEquals(0x9C, end.get().getReturnCode());
      assertEquals("b.example:1883", end.get().getServerReference());
      programs.awaitIngestEnd();
      client.close();

      programs.startIngest();
      Programs.awaitTrue("the device to be back", () -> busy.connects() > 1);
      busy.end();
      assertTrue(
          programs
              .series(Programs.ALPHA, "busy", "n")
              .keySet()
              .containsAll(busy.acknowledged().keySet()));
    }
  }

  /** By this process, so by its children too; false where the system does not say. */
  private static boolean isHangUpIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.notExists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) == 1);
  }

  private static MqttAsyncClient connect(
      Programs programs, String token, CompletableFuture<MqttDisconnectResponse> end)
      throws MqttException {
    MqttAsyncClient client =
        new MqttAsyncClient(programs.mqttUri(), "press", new MemoryPersistence());
    client.setCallback(new Ends(end));
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(token);
    options.setKeepAliveInterval(600);
    IMqttToken connected = client.connect(options);
    connected.waitForCompletion();
    assertEquals(77, connected.getResponseProperties().getServerKeepAlive());
    return client;
  }

  /** Hears how its session ends. */
  private record Ends(CompletableFuture<MqttDisconnectResponse> end) implements MqttCallback {
    @Override
    public void disconnected(MqttDisconnectResponse response) {
      end.complete(response);
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
