package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Two enterprises with the same device names in the same frames: none reads the other's (I6). */
final class IsolationIT {
  private static final List<String> PATHS =
      List.of(
          "/v1/me",
          "/v1/enterprises",
          "/v1/tokens",
          "/v1/enterprises/{e}",
          "/v1/enterprises/{e}/devices",
          "/v1/enterprises/{e}/series?aggregate=count",
          "/v1/enterprises/{e}/latest",
          "/v1/enterprises/{e}/deletions",
          "/v1/enterprises/{e}/rejections",
          "/v1/enterprises/{e}/devices/d1",
          "/v1/enterprises/{e}/devices/d1/credentials",
          "/v1/enterprises/{e}/devices/d1/latest",
          "/v1/enterprises/{e}/devices/d1/series",
          "/v1/enterprises/{e}/devices/d1/rejections",
          "/v1/enterprises/{e}/devices/d1/connections");

  @Test
  void noAnswerHoldsAnothersRecords() {
    try (World world = new World()) {
      EnterpriseId first = world.enterprise("first");
      EnterpriseId second = neighbour(world, first);
      shareFrames(world, first, second);
      String firstToken = world.token(first, Role.ADMIN);
      String secondToken = world.token(second, Role.ADMIN);
      List<String> mine = new ArrayList<>();
      for (String path : PATHS) {
        mine.add(body(world, path.replace("{e}", first.text()), firstToken));
        String others = body(world, path.replace("{e}", second.text()), secondToken);
        assertTrue(!others.contains("marker-of-first"), others);
        assertTrue(!others.contains("\"first\""), others);
      }
      for (String body : mine) {
        assertTrue(!body.contains("marker-of-" + second), body);
        assertTrue(!body.contains('"' + second.text() + '"'), body);
      }
      // The markers are there to be found by their owner: in data, metrics and rejections.
      assertEquals(7, mine.stream().filter(body -> body.contains("marker-of-first")).count());
      assertTrue(body(world, "/v1/enterprises/first", firstToken).contains("\"accepted\":20"));
    }
  }

  /** An enterprise whose entries go into the same lane. */
  private static EnterpriseId neighbour(World world, EnterpriseId first) {
    for (int i = 0; ; i++) {
      EnterpriseId other = new EnterpriseId("second-" + i);
      if (world.journal.lane(other) == world.journal.lane(first)) {
        return world.enterprise(other.text());
      }
    }
  }

  /** Both enterprises' entries wait for the same write, so that frames hold entries of both. */
  private static void shareFrames(World world, EnterpriseId first, EnterpriseId second) {
    long frames = world.journal.meter().frames();
    world.gate.shut();
    List<AtomicInteger> stored = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      for (EnterpriseId enterprise : List.of(first, second)) {
        stored.add(world.append(enterprise, message(enterprise, i), rejection(enterprise, i)));
      }
    }
    world.gate.open();
    stored.forEach(each -> assertEquals(2, each.get()));
    assertTrue(world.journal.meter().frames() - frames < 5, "entries of both share frames");
  }

  private static Entry message(EnterpriseId enterprise, int i) {
    String marker = "marker-of-" + enterprise;
    return World.message(
        "d1",
        World.reading(
            "d1",
            NOW_MICROS + i,
            new MetricValue("m", new Value.Text(marker)),
            new MetricValue(marker, new Value.Int(i))));
  }

  private static Entry rejection(EnterpriseId enterprise, int i) {
    return new Entry.Rejection(
        new DeviceId("d1"),
        null,
        Reason.MALFORMED,
        "marker-of-" + enterprise,
        "v2/t",
        1,
        2,
        new byte[] {'{', '}'},
        null,
        NOW_MICROS + i);
  }

  private static String body(World world, String path, String token) {
    return world.api.json(200, path, token).encode();
  }
}
