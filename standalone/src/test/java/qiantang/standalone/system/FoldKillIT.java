package qiantang.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import qiantang.standalone.cassandra.SharedCassandra;
import qiantang.store.cassandra.Cassandra;

/**
 * kill -9 of the folding program at random points: answers are the same before, between and after
 * (I4), and in the end everything is folded.
 */
@ExtendWith(SharedCassandra.class)
class FoldKillIT {
  // `-Dqiantang.kills=N` runs as many as one likes.
  private static final int KILLS = Integer.getInteger("qiantang.kills", 8);
  private static final int MINUTES = (int) Duration.ofHours(4).toMinutes();

  @TempDir Path folder;

  @Test
  void answersAreTheSameWhateverHasBeenFolded(SharedCassandra.Address address) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Programs programs =
        Programs.startWithoutIngest(folder, address.keyspace("fold_kill_it"))) {
      long minute = Math.floorDiv(System.currentTimeMillis(), 60_000L) - MINUTES - 30;
      Backlog backlog = new Backlog(seed, minute, MINUTES, List.of(Programs.ALPHA, Programs.BETA));
      try (Cassandra store = programs.store()) {
        backlog.write(store.journal());
      }
      check(programs, backlog, "before any fold, seed " + seed);
      for (int kill = 0; kill < KILLS; kill++) {
        programs.startFold();
        // It needs about two seconds to start and some more to fold.
        TimeUnit.MILLISECONDS.sleep(1500 + random.nextInt(2500));
        programs.killFold();
        check(programs, backlog, "after kill " + kill + ", seed " + seed);
      }
      programs.startFold();
      awaitPacked(programs, minute + MINUTES - 15);
      check(programs, backlog, "folded, seed " + seed);
      programs.killQuery();
      programs.startQuery(); // with nothing in its caches
      check(programs, backlog, "folded and read anew, seed " + seed);
    }
  }

  private static void awaitPacked(Programs programs, long minute) throws Exception {
    try (Cassandra store = programs.store()) {
      for (var enterprise : List.of(Programs.ALPHA, Programs.BETA)) {
        Programs.awaitTrue(
            enterprise + " to be packed up to " + minute,
            () ->
                store.folds().readPackedMinute(enterprise).toCompletableFuture().join().orElse(0L)
                    >= minute);
      }
    }
  }

  private static void check(Programs programs, Backlog backlog, String when) throws Exception {
    for (var entry : backlog.expected().entrySet()) {
      Backlog.Source source = entry.getKey();
      Map<Long, Long> found = new TreeMap<>();
      programs
          .series(source.enterprise(), source.device(), Backlog.METRIC)
          .forEach((time, value) -> found.put(time, value.asLong()));
      assertEquals(entry.getValue(), found, () -> source + " " + when);
      long newest = ((TreeMap<Long, Long>) entry.getValue()).lastKey();
      JsonNode latest =
          programs
              .get(
                  "/v1/enterprises/%s/devices/%s/latest"
                      .formatted(source.enterprise(), source.device()),
                  programs.operatorToken())
              .body()
              .path("metrics")
              .path(0);
      assertEquals(newest, latest.path("time").asLong(), () -> source + " latest " + when);
      assertEquals(
          entry.getValue().get(newest),
          latest.path("value").asLong(),
          () -> source + " latest " + when);
    }
  }
}
