package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
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
  void theReasonsThatDevicesAreAskedForByAreThoseThereAre() throws IOException {
    try (InputStream stream = OpenApi.class.getResourceAsStream("http/openapi.json")) {
      String text = new String(Objects.requireNonNull(stream).readAllBytes(), UTF_8);
      List<?> described =
          new JsonObject(text)
                  .getJsonObject("paths")
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
  }

  @Test
  void whatTakesATagCanAnswerThatNothingChanged() throws IOException {
    try (InputStream stream = OpenApi.class.getResourceAsStream("http/openapi.json")) {
      String text = new String(Objects.requireNonNull(stream).readAllBytes(), UTF_8);
      JsonObject paths = new JsonObject(text).getJsonObject("paths");
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
