package qiantang.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import qiantang.standalone.cassandra.SharedCassandra;
import qiantang.store.registry.Role;

/** kill -9 in the middle of a load, at random points: nothing acknowledged may be missing (I1). */
@ExtendWith(SharedCassandra.class)
class KillIT {
  private static final int DEVICES = 12;
  // Together about a minute; `-Dqiantang.kills=N` runs as many as one likes.
  private static final int KILLS = Integer.getInteger("qiantang.kills", 8);

  @TempDir Path folder;

  @Test
  void killingIngestLosesNothingAcknowledged(SharedCassandra.Address address) throws Exception {
    try (Programs programs = Programs.start(folder, address.keyspace("kill_it"))) {
      killAgainAndAgain(
          programs,
          KILLS,
          () -> {
            programs.killIngest();
            programs.startIngest();
          });
    }
  }

  @Test
  void killingCassandraLosesNothingAcknowledged() throws Exception {
    try (OwnCassandra cassandra = new OwnCassandra(folder.resolve("data"));
        Programs programs = Programs.start(folder, cassandra.config())) {
      killAgainAndAgain(programs, KILLS / 2, cassandra::killAndRestart);
    }
  }

  /** Kills and starts again. */
  @FunctionalInterface
  private interface Blow {
    void strike() throws Exception;
  }

  private static void killAgainAndAgain(Programs programs, int kills, Blow blow) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<PublishingDevice> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      String name = "device-" + i;
      String token = programs.register(Programs.ALPHA, name, Role.DEVICE);
      devices.add(new PublishingDevice(programs.mqttUri(), name, token));
    }
    for (int kill = 0; kill < kills; kill++) {
      awaitProgress(devices);
      TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
      blow.strike();
    }
    awaitProgress(devices);
    for (PublishingDevice device : devices) {
      device.end();
    }
    for (PublishingDevice device : devices) {
      check(programs, device, "seed " + seed);
    }
  }

  /** Every device has published since: the system is up again by itself. */
  private static void awaitProgress(List<PublishingDevice> devices) throws InterruptedException {
    for (PublishingDevice device : devices) {
      int before = device.acknowledged().size();
      Programs.awaitTrue(
          device.name() + " to be acknowledged", () -> device.acknowledged().size() > before);
    }
  }

  private static void check(Programs programs, PublishingDevice device, String seed)
      throws Exception {
    Map<Long, JsonNode> stored = programs.series(Programs.ALPHA, device.name(), "n");
    device
        .acknowledged()
        .forEach(
            (time, value) ->
                assertEquals(
                    value,
                    stored.containsKey(time) ? stored.get(time).asLong() : null,
                    () -> device.name() + " at " + time + ", " + seed));
    // Sent and never acknowledged may be there; never sent may not.
    stored.forEach(
        (time, value) ->
            assertTrue(
                time < device.endTimeMillis(),
                () -> "phantom sample of " + device.name() + " at " + time + ", " + seed));
    assertTrue(device.acknowledged().size() > 10, "the load was too small to show anything");
  }
}
