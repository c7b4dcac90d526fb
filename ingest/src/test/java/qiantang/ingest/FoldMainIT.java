package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;

/** The whole program with a real socket, over tables in memory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FoldMainIT {
  private static final EnterpriseId ACME = new EnterpriseId("acme");

  private final ExecutorService store = Executors.newSingleThreadExecutor();
  private final MemoryJournal journal = new MemoryJournal(Clock.systemUTC(), store, true);
  private final MemoryFolds folds = new MemoryFolds(store);

  @AfterEach
  void stop() {
    store.shutdownNow();
  }

  @Test
  void whatGoneNodesLeftIsSortedAndPackedByAProgramOfItsOwn() throws Exception {
    Start gone = Sealed.start(journal, ACME);
    try (FoldMain program =
        FoldMain.start(
            List.of(InetAddress.ofLiteral("127.0.0.1")), 0, journal, folds, new MemoryRegistry())) {
      assertEquals(200, get(program, "/health/live").statusCode());
      Sealed.awaitSorted(folds, gone);
      while (folds.readPackedMinute(ACME).toCompletableFuture().join().isEmpty()) {
        Thread.sleep(20);
      }
      String metrics = get(program, "/metrics").body();
      assertTrue(metrics.contains("qiantang_fold_frames_total 1.0"), metrics);
      assertTrue(metrics.contains("qiantang_fold_chunks_total 1.0"), metrics);
      assertTrue(metrics.contains("qiantang_fold_unpacked_minutes"), metrics);
      assertTrue(!metrics.contains("qiantang_ingest"), metrics);
      assertEquals(200, get(program, "/health/ready").statusCode());
      assertTrue(get(program, "/health/ready").body().contains("\"store\""));
    }
  }

  private static HttpResponse<String> get(FoldMain program, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + program.httpPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(UTF_8));
    }
  }
}
