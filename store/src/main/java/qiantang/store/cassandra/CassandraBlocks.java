package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.model.StartId;

/**
 * The table {@code blocks} as CQL: see {@code 003-folds.cql}. Rows to be written, rows that are.
 */
final class CassandraBlocks {
  // A block has at most 1 MiB, so a page 32 MiB. What a reader looks at, 22 minutes, is one page.
  private static final int BLOCKS_PER_PAGE = 32;

  private static final Comparator<Block> BY_KEY = Comparator.comparing(Block::key);

  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement insertWithTtl;
  private final PreparedStatement select;
  private final PreparedStatement selectWithTtl;

  CassandraBlocks(CqlSession session) {
    this.session = session;
    String into =
        "INSERT INTO blocks (enterprise, device_group, hour, minute, start, lane, sequence, digest,"
            + " body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    insert = prepare(into);
    insertWithTtl = prepare(into + " USING TTL ?");
    String ofMinutes =
        " FROM blocks WHERE enterprise = ? AND device_group = ? AND hour = ? AND minute >= ?"
            + " AND minute < ?";
    select = prepare("SELECT minute, start, lane, sequence, digest, body" + ofMinutes);
    selectWithTtl =
        prepare(
            "SELECT minute, start, lane, sequence, digest, body, ttl(body) AS seconds" + ofMinutes);
  }

  Batches<BlockPartition, BoundStatement> rows(List<Block> blocks) {
    Batches<BlockPartition, BoundStatement> batches = new Batches<>();
    blocks.forEach(block -> add(batches, block, bound(insert, block)));
    return batches;
  }

  /** The same, to be kept for longer. */
  Batches<BlockPartition, BoundStatement> again(List<Block> blocks) {
    int seconds = Math.toIntExact(FoldTables.BLOCKS_KEPT_AGAIN.toSeconds());
    Batches<BlockPartition, BoundStatement> batches = new Batches<>();
    blocks.forEach(
        block -> add(batches, block, bound(insertWithTtl, block).setInt("[ttl]", seconds)));
    return batches;
  }

  private static void add(
      Batches<BlockPartition, BoundStatement> batches, Block block, BoundStatementBuilder row) {
    batches.add(block.key().partition(), row.build(), block.bytes().length);
  }

  private static BoundStatementBuilder bound(PreparedStatement insert, Block block) {
    BlockKey key = block.key();
    BlockPartition partition = key.partition();
    return insert
        .boundStatementBuilder()
        .setString("enterprise", partition.enterprise().text())
        .setInt("device_group", partition.group())
        .setLong("hour", partition.hour())
        .setLong("minute", key.minute())
        .setUuid("start", key.start().id())
        .setInt("lane", key.lane())
        .setLong("sequence", key.sequence())
        .setLong("digest", key.digest())
        .setByteBuffer("body", ByteBuffer.wrap(block.bytes()));
  }

  CompletionStage<List<Block>> read(BlockPartition partition, long fromMinute, long toMinute) {
    BoundStatement statement = ofMinutes(select, partition, fromMinute, toMinute);
    // Cassandra orders UUIDs by version and without sign, Java with it.
    return Rows.read(session, statement, row -> block(partition, row))
        .thenApply(blocks -> blocks.stream().sorted(BY_KEY).toList());
  }

  /** Those that would expire within the time for which blocks are usually kept. */
  CompletionStage<List<Block>> due(BlockPartition partition, long fromMinute, long toMinute) {
    BoundStatement statement = ofMinutes(selectWithTtl, partition, fromMinute, toMinute);
    return Rows.read(
            session,
            statement,
            row ->
                row.getInt("seconds") <= FoldTables.BLOCKS_KEPT.toSeconds()
                    ? Optional.of(block(partition, row))
                    : Optional.<Block>empty())
        .thenApply(blocks -> blocks.stream().flatMap(Optional::stream).toList());
  }

  private static BoundStatement ofMinutes(
      PreparedStatement statement, BlockPartition partition, long fromMinute, long toMinute) {
    return statement
        .bind(
            partition.enterprise().text(),
            partition.group(),
            partition.hour(),
            fromMinute,
            toMinute)
        .setPageSize(BLOCKS_PER_PAGE);
  }

  private static Block block(BlockPartition partition, Row row) {
    return new Block(
        new BlockKey(
            partition,
            row.getLong("minute"),
            new StartId(Rows.present(row.getUuid("start"), "start")),
            row.getInt("lane"),
            row.getLong("sequence"),
            row.getLong("digest")),
        Rows.blob(row, "body"));
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
