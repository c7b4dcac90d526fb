package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoFleetIT {

  @Test
  void devicesAndGatewaysPublishUntilTheFleetIsClosed() throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      system.breakEvery = 7;
      List<DemoFleet.Connection> connections =
          List.of(
              new DemoFleet.Connection(system.login("mill"), false, "pump", List.of(), false),
              new DemoFleet.Connection(
                  system.login("hall"), true, "cnc-spindle", List.of("press-1", "press-2"), false));
      try (DemoFleet fleet =
          DemoFleet.start(system.mqttAddress(), connections, Duration.ofMillis(50))) {
        Await.until("messages are acknowledged", () -> fleet.counts().acked() >= 40);
        Await.until("connections were lost", () -> fleet.counts().connectionsLost() >= 2);
        assertEquals(0, fleet.counts().refused());
        assertEquals(List.of("mill", "press-1", "press-2"), system.devicesSeen());
      }
      assertTrue(system.resentMessages() > 0);
    }
  }
}
