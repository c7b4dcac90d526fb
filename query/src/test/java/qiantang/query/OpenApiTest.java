package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import qiantang.query.http.RequestMeter;
import qiantang.query.http.RouteTable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;

final class OpenApiTest {
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
            new RequestMeter(),
            AccessParts.of(registry, store, clock));
    assertEquals(
        table.lines().stream().sorted().toList(), new OpenApi().lines().stream().sorted().toList());
  }
}
