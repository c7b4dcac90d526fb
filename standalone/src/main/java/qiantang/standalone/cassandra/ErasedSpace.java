package qiantang.standalone.cassandra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.management.JMException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.fold.MaskTables;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.model.EnterpriseId;

/**
 * Frees the disk of what was erased on request. The tables' old files are never merged again, so
 * tombstones alone free nothing: once a day at most, and where something was erased since the last
 * time, the node writes these tables' files anew without what tombstones hide. What a cluster has a
 * nightly job for.
 */
public final class ErasedSpace {
  /** The tables from which something is erased. */
  public static final List<String> TABLES =
      List.of(
          "chunks_30d",
          "chunks_1y",
          "chunks_10y",
          "rollups_30d",
          "rollups_1y",
          "rollups_10y",
          "states",
          "events");

  /** From one collection to the next: it writes the tables whole. */
  static final Duration PERIOD = Duration.ofDays(1);

  private static final Duration LOOK_AGAIN = Duration.ofHours(1);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

  private static final Logger logger = LoggerFactory.getLogger(ErasedSpace.class);

  private final MaskTables tables;
  private final InstantSource clock;
  private final Path stamp;
  private final Collection collection;

  /** Writes the files anew. */
  @FunctionalInterface
  interface Collection {
    /** Returns when that is done. */
    void run() throws IOException, JMException;
  }

  /**
   * Space of these tables.
   *
   * @param stamp a file that says when it was freed last
   */
  ErasedSpace(MaskTables tables, InstantSource clock, Path stamp, Collection collection) {
    this.tables = tables;
    this.clock = clock;
    this.stamp = stamp;
    this.collection = collection;
  }

  /** That of a node and a keyspace on it. */
  public static ErasedSpace of(
      CassandraProcess node, DataDirectory data, String keyspace, MaskTables tables) {
    return new ErasedSpace(
        tables,
        InstantSource.system(),
        data.path().resolve("space-freed"),
        () -> collect(node.jmxPort(), keyspace));
  }

  private static void collect(int jmxPort, String keyspace) throws IOException, JMException {
    try (CassandraJmx jmx = CassandraJmx.connect(jmxPort)) {
      jmx.flush(keyspace, TABLES); // only what files say is looked at
      jmx.collectGarbage(keyspace, TABLES);
    }
  }

  /** Looks every hour, on a thread of its own that ends with the program. */
  public void begin() {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("erased-space").daemon().factory());
    var _ =
        thread.scheduleWithFixedDelay(
            this::look, LOOK_AGAIN.toSeconds(), LOOK_AGAIN.toSeconds(), TimeUnit.SECONDS);
  }

  private void look() {
    try {
      freeIfDue();
    } catch (IOException | JMException | ExecutionException | TimeoutException e) {
      logger.warn("cannot free the space of what was erased; next try in an hour", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it was due, and is done. */
  boolean freeIfDue()
      throws IOException, JMException, ExecutionException, TimeoutException, InterruptedException {
    long now = clock.millis();
    long last = Files.exists(stamp) ? Long.parseLong(Files.readString(stamp).strip()) : 0;
    if (now - last < PERIOD.toMillis() || lastErased() < last) {
      return false;
    }
    collection.run();
    Files.writeString(stamp, Long.toString(now));
    return true;
  }

  /** When something was erased last; before all times where nothing was. */
  private long lastErased() throws ExecutionException, TimeoutException, InterruptedException {
    long last = Long.MIN_VALUE;
    for (EnterpriseId enterprise : answer(tables.readMaskedEnterprises())) {
      last =
          answer(tables.readDeletions(enterprise)).stream()
              .map(Deletion::erasedMillis)
              .filter(Objects::nonNull)
              .reduce(last, Math::max);
    }
    return last;
  }

  private static <T> T answer(CompletionStage<T> stage)
      throws ExecutionException, TimeoutException, InterruptedException {
    return stage.toCompletableFuture().get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
  }
}
