package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Mask;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** The tables of folds as CQL: see {@code 003-folds.cql} and those behind it. */
final class CassandraFolds implements FoldTables {
  /**
   * Over all folds of this process. Cassandra has 128 threads for writes, which wait for the disk;
   * ingest nodes have 16 lanes each. At 10 ms a write these are 1,600 a second, three times what a
   * node of the plan needs for blocks.
   */
  private static final int WRITES_UNDER_WAY_MAX = 16;

  // A part has at most 64 KiB, so a page 8 MiB: a group of 64 devices, a part each.
  private static final int STATES_PER_PAGE = 128;

  // A state's timestamp is its arrival, and below it so many bits of what its device's parts hold.
  private static final int TIE_BITS = 20;

  /**
   * Of what is read in bulk (chunks, rollups, states of whole groups), over all of this process,
   * for each of its processors: Cassandra's writes, which devices wait for, share its processors
   * with its reads. A person's question is wide: with 2 the p99 of a day's aggregates of 500
   * devices was 138 ms, with 8 it is 56. Who asks without end is not: beside 20 such askers the p99
   * of acknowledgements was 2.0 times what it is alone with 8, and 1.35 times with 1, on one slow
   * machine.
   */
  private static final int BULK_READS_PER_PROCESSOR = 1;

  private static final int BULK_READS_PER_PROCESSOR_IN_A_BURST = 8;

  // Chosen, not tuned: a person's questions of a few minutes; 20 askers use it up in seconds.
  private static final int BULK_BURST = 1000;
  private static final double BULK_BURST_PER_SECOND = 25;

  private final CqlSession session;
  private final Window window = new Window(WRITES_UNDER_WAY_MAX);
  private final Window bulk = bulk(Runtime.getRuntime().availableProcessors());
  private final CassandraBlocks blocks;
  private final CassandraRecords records;
  private final CassandraChunks chunks;
  private final CassandraRollups rollups;
  private final CassandraMasks masks;
  private final CassandraHealth health;
  private final PreparedStatement insertLaneCursor;
  private final PreparedStatement selectLaneCursors;
  private final PreparedStatement insertPackedMinute;
  private final PreparedStatement insertKeptMinute;
  private final PreparedStatement updateGap;
  private final PreparedStatement selectPacking;
  private final PreparedStatement insertState;
  private final PreparedStatement selectStates;
  private final PreparedStatement selectDeviceStates;
  private final PreparedStatement insertLayout;
  private final PreparedStatement selectLayouts;

  private static Window bulk(int processors) {
    return new Window(
        BULK_READS_PER_PROCESSOR * processors,
        new Window.Burst(
            BULK_BURST, BULK_BURST_PER_SECOND, BULK_READS_PER_PROCESSOR_IN_A_BURST * processors),
        System::nanoTime);
  }

  CassandraFolds(CqlSession session) {
    this.session = session;
    records = new CassandraRecords(session);
    chunks = new CassandraChunks(session);
    rollups = new CassandraRollups(session);
    blocks = new CassandraBlocks(session);
    masks = new CassandraMasks(session);
    health = new CassandraHealth(session);
    insertLaneCursor =
        prepare(
            "INSERT INTO lane_cursors (start, lane, minute, sequence, damaged_frames)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
    selectLaneCursors =
        prepare("SELECT lane, minute, sequence, damaged_frames FROM lane_cursors WHERE start = ?");
    insertPackedMinute =
        prepare("INSERT INTO packed_minutes (enterprise, minute) VALUES (?, ?) USING TIMESTAMP ?");
    insertKeptMinute =
        prepare(
            "INSERT INTO packed_minutes (enterprise, kept_minute) VALUES (?, ?) USING TIMESTAMP ?");
    updateGap =
        prepare("UPDATE packed_minutes USING TIMESTAMP ? SET gaps[?] = ? WHERE enterprise = ?");
    selectPacking =
        prepare("SELECT minute, kept_minute, gaps FROM packed_minutes WHERE enterprise = ?");
    insertState =
        prepare(
            "INSERT INTO states (enterprise, layout_day, device_group, device, part, arrival, body)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?) USING TTL ? AND TIMESTAMP ?");
    String states =
        "SELECT device, part, arrival, body FROM states"
            + " WHERE enterprise = ? AND layout_day = ? AND device_group = ?";
    selectStates = prepare(states);
    selectDeviceStates = prepare(states + " AND device = ?");
    insertLayout =
        prepare(
            "INSERT INTO layouts (enterprise, from_day, groups, span_minutes, fast)"
                + " VALUES (?, ?, ?, ?, ?)");
    selectLayouts =
        prepare("SELECT from_day, groups, span_minutes, fast FROM layouts WHERE enterprise = ?");
  }

  @Override
  public CompletionStage<Void> insertBlocks(List<Block> rows) {
    return write(blocks.rows(rows));
  }

  @Override
  public CompletionStage<List<Block>> readBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return blocks.read(partition, fromMinute, toMinute);
  }

  @Override
  public CompletionStage<Integer> keepBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return blocks
        .due(partition, fromMinute, toMinute)
        .thenCompose(due -> write(blocks.again(due)).thenApply(nothing -> due.size()));
  }

  @Override
  public CompletionStage<Void> writeLaneCursor(LaneCursor cursor) {
    return write(
        insertLaneCursor.bind(
            cursor.start().id(),
            cursor.lane(),
            cursor.minute(),
            cursor.sequence(),
            cursor.damagedFrames(),
            cursor.minute()));
  }

  @Override
  public CompletionStage<List<LaneCursor>> readLaneCursors(StartId start) {
    return Rows.read(
        session,
        selectLaneCursors.bind(start.id()),
        row ->
            new LaneCursor(
                start,
                row.getInt("lane"),
                row.getLong("minute"),
                row.getLong("sequence"),
                row.getLong("damaged_frames")));
  }

  @Override
  public CompletionStage<Void> writePackedMinute(EnterpriseId enterprise, long minute) {
    return write(insertPackedMinute.bind(enterprise.text(), minute, minute));
  }

  @Override
  public CompletionStage<Void> writeKeptMinute(EnterpriseId enterprise, long minute) {
    return write(insertKeptMinute.bind(enterprise.text(), minute, minute));
  }

  @Override
  public CompletionStage<Void> writeGap(EnterpriseId enterprise, long fromMinute, long toMinute) {
    return write(updateGap.bind(toMinute, fromMinute, toMinute, enterprise.text()));
  }

  @Override
  public CompletionStage<Packing> readPacking(EnterpriseId enterprise) {
    return Rows.read(session, selectPacking.bind(enterprise.text()), CassandraFolds::packing)
        .thenApply(rows -> rows.isEmpty() ? Packing.NONE : rows.getFirst());
  }

  private static Packing packing(Row row) {
    Map<Long, Long> gaps = row.getMap("gaps", Long.class, Long.class);
    return new Packing(
        row.get("minute", Long.class),
        row.get("kept_minute", Long.class),
        gaps == null ? new TreeMap<>() : new TreeMap<>(gaps));
  }

  @Override
  public CompletionStage<Void> insertChunks(List<Chunk> rows, Duration timeToLive) {
    return write(chunks.rows(rows, seconds(timeToLive)));
  }

  @Override
  public CompletionStage<List<Chunk>> readChunks(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return bulk.send(() -> chunks.read(partition, device, fromSpan, toSpan));
  }

  @Override
  public CompletionStage<List<Summarized>> readSummaries(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return bulk.send(() -> chunks.summaries(partition, device, fromSpan, toSpan));
  }

  @Override
  public CompletionStage<Void> scanSummaries(
      ChunkPartition partition, long fromSpan, long toSpan, Consumer<Summarized> visitor) {
    return bulk.send(() -> chunks.scan(partition, fromSpan, toSpan, visitor));
  }

  @Override
  public CompletionStage<Void> insertRollups(List<Rollup> rows, Duration timeToLive) {
    return write(rollups.rows(rows, seconds(timeToLive)));
  }

  @Override
  public CompletionStage<Void> eraseRollups(List<Rollup> rows) {
    return write(rollups.erased(rows));
  }

  @Override
  public CompletionStage<List<Rollup>> readRollups(
      RollupPartition partition, @Nullable DeviceId device, long fromBegin, long toBegin) {
    return bulk.send(() -> rollups.read(partition, device, fromBegin, toBegin));
  }

  @Override
  public CompletionStage<Map<DeviceId, List<Rollup>>> readRollupsOfSome(
      RollupPartition partition, List<DeviceId> devices, long fromBegin, long toBegin) {
    return bulk.send(() -> rollups.read(partition, devices, fromBegin, toBegin));
  }

  @Override
  public CompletionStage<Void> writeStates(List<State> states, Duration timeToLive) {
    int seconds = seconds(timeToLive);
    Map<DeviceId, Integer> ties = new HashMap<>();
    states.forEach(
        state -> ties.merge(state.device(), Arrays.hashCode(state.bytes()), CassandraFolds::mix));
    Batches<StatePartition, BoundStatement> batches = new Batches<>();
    for (State state : states) {
      StatePartition partition = state.partition();
      BoundStatement row =
          insertState.bind(
              partition.enterprise().text(),
              partition.layoutDay(),
              partition.group(),
              state.device().text(),
              state.part(),
              state.arrival(),
              ByteBuffer.wrap(state.bytes()),
              seconds,
              timestamp(state.arrival(), ties.getOrDefault(state.device(), 0)));
      batches.add(partition, row, state.bytes().length);
    }
    return write(batches);
  }

  @Override
  public CompletionStage<List<State>> readStates(
      StatePartition partition, @Nullable DeviceId device) {
    String enterprise = partition.enterprise().text();
    if (device == null) {
      BoundStatement statement =
          selectStates.bind(enterprise, partition.layoutDay(), partition.group());
      return bulk.send(() -> readStates(partition, statement));
    }
    return readStates(
        partition,
        selectDeviceStates.bind(
            enterprise, partition.layoutDay(), partition.group(), device.text()));
  }

  private CompletionStage<List<State>> readStates(
      StatePartition partition, BoundStatement statement) {
    return Rows.read(session, statement.setPageSize(STATES_PER_PAGE), row -> state(partition, row));
  }

  @Override
  public CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout) {
    Map<String, Integer> fast = new TreeMap<>();
    layout.fast().forEach((device, period) -> fast.put(device.text(), period));
    return write(
        insertLayout.bind(
            enterprise.text(), layout.fromDay(), layout.groups(), layout.spanMinutes(), fast));
  }

  @Override
  public CompletionStage<List<Layout>> readLayouts(EnterpriseId enterprise) {
    return Rows.read(session, selectLayouts.bind(enterprise.text()), CassandraFolds::layout);
  }

  @Override
  public CompletionStage<Void> insertEvents(List<Event> rows) {
    return write(records.events(rows));
  }

  @Override
  public CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit) {
    return records.events(partition, fromId, toId, limit);
  }

  @Override
  public CompletionStage<Void> writeRegisters(List<RegisterRow> rows) {
    return write(records.registers(rows));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(RegisterPartition partition) {
    return records.registers(partition);
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(
      RegisterPartition partition, List<DeviceId> devices) {
    return records.registers(partition, devices);
  }

  @Override
  public CompletionStage<Void> writeCounts(List<LaneCounts> rows) {
    return write(records.counts(rows));
  }

  @Override
  public CompletionStage<Void> writeHealth(List<HealthRow> rows) {
    return write(health.rows(rows));
  }

  @Override
  public CompletionStage<List<HealthRow>> readHealth(
      HealthPartition partition, @Nullable List<DeviceId> devices) {
    return health.read(partition, devices);
  }

  @Override
  public CompletionStage<List<LaneCounts>> readCounts(EnterpriseId enterprise) {
    return records.counts(enterprise);
  }

  @Override
  public CompletionStage<Void> writeDeletion(Deletion deletion, Duration timeToLive) {
    return write(masks.row(deletion, seconds(timeToLive)));
  }

  @Override
  public CompletionStage<Void> forgetDeletions(List<Mask> covered) {
    return write(masks.forgotten(covered));
  }

  @Override
  public CompletionStage<List<Deletion>> readDeletions(EnterpriseId enterprise) {
    return masks.deletions(enterprise);
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readMaskedEnterprises() {
    return masks.enterprises();
  }

  @Override
  public CompletionStage<List<Summarized>> readRows(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    return chunks.behind(partition, device, behind, limit);
  }

  @Override
  public CompletionStage<Void> eraseChunks(ChunkPartition partition, List<ChunkKey> keys) {
    return write(chunks.erased(partition, keys));
  }

  @Override
  public CompletionStage<Void> eraseStates(List<State> states) {
    return write(masks.erased(states));
  }

  @Override
  public CompletionStage<Void> eraseEvents(EventPartition partition, String toId) {
    return write(masks.erasedEvents(partition, toId));
  }

  @Override
  public CompletionStage<Void> eraseEvents(List<Event> events) {
    return write(masks.erasedEvents(events));
  }

  private static State state(StatePartition partition, Row row) {
    return new State(
        partition,
        new DeviceId(Rows.present(row.getString("device"), "device")),
        row.getInt("part"),
        row.getLong("arrival"),
        Rows.blob(row, "body"));
  }

  private static Layout layout(Row row) {
    NavigableMap<DeviceId, Integer> fast = new TreeMap<>();
    Rows.present(row.getMap("fast", String.class, Integer.class), "fast")
        .forEach((device, period) -> fast.put(new DeviceId(device), period));
    return new Layout(
        row.getLong("from_day"), row.getInt("groups"), row.getInt("span_minutes"), fast);
  }

  /**
   * An older state loses by its timestamp. Of one arrival there are two contents where two packers
   * saw different frames; Cassandra would then choose part by part, and what the one has in its
   * first and the other in its second part could be in neither. So all parts of a device have the
   * same bits below the arrival: one run's parts win.
   */
  private static long timestamp(long arrival, int tie) {
    return (arrival << TIE_BITS) + ((tie * 0x9E3779B9) >>> (Integer.SIZE - TIE_BITS));
  }

  /** No state of this arrival has a later one, and none of a later arrival an earlier. */
  static long lastTimestamp(long arrival) {
    return (arrival << TIE_BITS) + (1L << TIE_BITS) - 1;
  }

  private static int mix(int first, int second) {
    return 31 * first + second;
  }

  private static int seconds(Duration timeToLive) {
    if (timeToLive.toSeconds() < 1) {
      // A time to live of 0 means for ever.
      throw new AssertionError("BUG: cannot keep rows for " + timeToLive);
    }
    return Math.toIntExact(timeToLive.toSeconds());
  }

  private CompletionStage<Void> write(Batches<?, BoundStatement> batches) {
    List<Supplier<CompletionStage<?>>> writes = new ArrayList<>();
    for (List<BoundStatement> rows : batches.all()) {
      Statement<?> statement =
          rows.size() == 1
              ? rows.getFirst()
              : BatchStatement.newInstance(BatchType.UNLOGGED, rows.toArray(BoundStatement[]::new))
                  .setIdempotent(true);
      writes.add(() -> session.executeAsync(statement));
    }
    return window.sendAll(writes);
  }

  private CompletionStage<Void> write(BoundStatement statement) {
    return session.executeAsync(statement).thenAccept(rows -> {});
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
