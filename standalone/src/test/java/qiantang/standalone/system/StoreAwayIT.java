package qiantang.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.store.registry.Role;

/**
 * The database stands still (SIGSTOP) for two and a half keep-alives while devices publish: nothing
 * is acknowledged, no connection is lost, and afterwards everything goes on by itself.
 */
class StoreAwayIT {
  private static final int DEVICES = 10;
  private static final int AWAY_SECONDS = 5 * PublishingDevice.KEEP_ALIVE_SECONDS / 2;

  @TempDir Path folder;

  @Test
  void connectionsOutliveAPausedDatabase() throws Exception {
    try (OwnCassandra cassandra = new OwnCassandra(folder.resolve("data"));
        Programs programs = Programs.start(folder, cassandra.config())) {
      List<PublishingDevice> devices = new ArrayList<>();
      for (int i = 0; i < DEVICES; i++) {
        String name = "device-" + i;
        String token = programs.register(Programs.ALPHA, name, Role.DEVICE);
        devices.add(new PublishingDevice(programs.mqttUri(), name, token));
      }
      for (PublishingDevice device : devices) {
        Programs.awaitTrue(device.name(), () -> device.acknowledged().size() > 20);
      }
      Programs.signal("STOP", cassandra.pid());
      // What was committed before the pause may still be answered in the first moment.
      TimeUnit.SECONDS.sleep(2);
      List<Integer> before = counts(devices);
      TimeUnit.SECONDS.sleep(AWAY_SECONDS);
      List<Integer> after = counts(devices);
      Programs.signal("CONT", cassandra.pid());

      assertEquals(before, after, "nothing is acknowledged while nothing can be committed");
      for (PublishingDevice device : devices) {
        int sofar = device.acknowledged().size();
        Programs.awaitTrue(device.name(), () -> device.acknowledged().size() > sofar + 20);
        assertEquals(1, device.connects(), device.name() + ": " + device.losses());
      }
      for (PublishingDevice device : devices) {
        device.end();
        assertTrue(
            programs
                .series(Programs.ALPHA, device.name(), "n")
                .keySet()
                .containsAll(device.acknowledged().keySet()),
            device.name());
      }
    }
  }

  private static List<Integer> counts(List<PublishingDevice> devices) {
    return devices.stream().map(device -> device.acknowledged().size()).toList();
  }
}
