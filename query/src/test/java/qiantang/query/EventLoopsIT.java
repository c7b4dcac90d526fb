package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** No event loop waits for the store, whatever is asked: others are answered meanwhile. */
final class EventLoopsIT {
  // Each connection is served by the next loop: so all of them are asked, more than once.
  private static final int CLIENTS = 4 * Runtime.getRuntime().availableProcessors();

  @Test
  void loopsServeOthersWhileEveryRouteWaitsForTheStore() {
    try (World world = new World(EventLoopsIT::patient, tables -> tables, registry -> registry)) {
      EnterpriseId mine = world.enterprise("mine");
      world.device(mine, "d1");
      world.send(mine, World.reading("d1", World.NOW_MICROS, "m", new Value.Int(1)));
      world.gate.shut();
      Map<String, CompletableFuture<HttpResponse<String>>> asked = new LinkedHashMap<>();
      for (String path : paths()) {
        // A connection and a token of its own for each, so that none waits for another one's.
        Api api = new Api(world.query().port());
        asked.put(path, api.later(path, world.token(mine, Role.VIEWER)));
      }
      // Where a loop waited, whoever shares it would be answered when that is over.
      for (int i = 0; i < CLIENTS; i++) {
        Api api = new Api(world.query().port());
        assertEquals(200, api.get("/health/live", null).statusCode());
      }
      long waiting = asked.values().stream().filter(answer -> !answer.isDone()).count();
      assertTrue(waiting >= 5, () -> "these waited for the store: " + asked);
      world.gate.open();
      asked.forEach((path, answer) -> assertEquals(200, answer.join().statusCode(), path));
    }
  }

  /** Far longer than the test takes: only a loop that waits meets it. */
  private static QueryConfig patient(QueryConfig config) {
    return OutageIT.limits(config, Duration.ofMinutes(5), config.heavyReadsPerTokenMax());
  }

  private static List<String> paths() {
    return new OpenApi()
        .lines().stream()
            .filter(line -> line.startsWith("GET /v1/enterprises/{enterprise}"))
            .map(line -> line.substring("GET ".length()))
            .filter(path -> !path.endsWith("/stream")) // has no end
            .map(path -> path.replace("{enterprise}", "mine").replace("{device}", "d1"))
            .filter(path -> !path.contains("{")) // of things that are not there
            .map(path -> path.endsWith("mine/series") ? path + "?interval=1h" : path)
            .toList();
  }
}
