package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.query.http.RequestMeter;
import qiantang.query.http.RouteTable;
import qiantang.query.read.DeviceFilter;
import qiantang.query.waiting.HeavyReads;
import qiantang.query.waiting.StoreWait;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;

final class OpenApiTest {
  @Test
  void theReasonsThatDevicesAreAskedForByAreThoseThereAre() {
    List<?> described =
        new OpenApi()
                .paths()
                .getJsonObject("/v1/enterprises/{enterprise}/devices")
                .getJsonObject("get")
                .getJsonArray("parameters")
                .stream()
                .map(JsonObject.class::cast)
                .filter(parameter -> parameter.getString("name").equals("reason"))
                .findFirst()
                .orElseThrow()
                .getJsonObject("schema")
                .getJsonArray("enum")
                .getList();
    assertEquals(DeviceFilter.REASONS, described);
  }

  @Test
  void whatTakesATagCanAnswerThatNothingChanged() {
    JsonObject paths = new OpenApi().paths();
    for (String path : paths.fieldNames()) {
      JsonObject get = paths.getJsonObject(path).getJsonObject("get");
      if (path.startsWith("/v1/") && get != null) {
        assertEquals(
            get.getJsonArray("parameters").encode().contains("\"If-None-Match\""),
            get.getJsonObject("responses").containsKey("304"),
            path);
      }
    }
  }

  @Test
  void describesTheRoutesThereAreAndNoOthers() {
    InstantSource clock = InstantSource.fixed(World.NOW);
    MemoryRegistry registry = new MemoryRegistry();
    StoreWait store = new StoreWait(Duration.ofSeconds(1));
    RouteTable table =
        QueryMain.routes(
            QueryConfig.onLoopback(0),
            new MemoryJournal(clock, Runnable::run, true),
            new MemoryFolds(Runnable::run),
            registry,
            clock,
            Runnable::run,
            Runnable::run,
            store,
            new HeavyReads(1, 1, Duration.ZERO),
            new RequestMeter(),
            AccessParts.of(registry, store, clock));
    assertEquals(
        table.lines().stream().sorted().toList(), new OpenApi().lines().stream().sorted().toList());
  }
}
