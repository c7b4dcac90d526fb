package qiantang.standalone.cassandra;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Notices that a node serves no more. With a disk that is full or broken it stops listening while
 * its process lives on ({@code disk_failure_policy: stop}), so the process alone tells too little.
 */
public record CassandraWatch(CassandraProcess cassandra, DataDirectory data) {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** A connection may be refused once by a node that has too many waiting. */
  private static final int REFUSALS_IN_A_ROW = 3;

  /** Returns when the node serves no more: a sentence why, and what to do. */
  public String awaitEnd() throws InterruptedException {
    int refusals = 0;
    while (refusals < REFUSALS_IN_A_ROW) {
      try {
        int code = cassandra.exited().get(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        return "Cassandra ended by itself with code %d: %s".formatted(code, why());
      } catch (TimeoutException ignored) {
        refusals = CqlProbe.listens(cassandra.cqlPort()) ? 0 : refusals + 1;
      } catch (ExecutionException e) {
        throw new AssertionError("BUG: waiting for a process fails", e);
      }
    }
    return "Cassandra stopped serving: " + why();
  }

  /** The disk first: when it is full, the log could not be written either. */
  private String why() {
    Path log = data.logs().resolve("cassandra.log");
    try {
      long freeBytes = data.freeBytes();
      if (freeBytes < DataDirectory.FREE_BYTES_MIN) {
        return "the disk of %s has %d MiB free; free some (a start needs %d MiB), then start again"
            .formatted(data.path(), freeBytes >> 20, DataDirectory.FREE_BYTES_MIN >> 20);
      }
      return newestError(log) + "; see " + log;
    } catch (IOException e) {
      return "see " + log;
    }
  }

  private static String newestError(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith("ERROR"))
          .reduce((_, later) -> later)
          .orElse("its log has no error");
    }
  }
}
