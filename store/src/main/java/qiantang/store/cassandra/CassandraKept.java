package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.kept.KeptTables;
import qiantang.store.model.EnterpriseId;

/**
 * The tables of kept counts as CQL: see {@code 012-health.cql} and {@code 014-platforms.cql}. Any
 * thread.
 */
final class CassandraKept implements KeptTables {
  private final CqlSession session;
  private final PreparedStatement insertKept;
  private final PreparedStatement selectKept;
  private final PreparedStatement insertHour;
  private final PreparedStatement selectHours;
  private final PreparedStatement insertMember;
  private final PreparedStatement selectMembers;
  private final PreparedStatement insertSum;
  private final PreparedStatement selectSums;
  private final PreparedStatement insertSumHour;
  private final PreparedStatement selectSumHours;

  CassandraKept(CqlSession session) {
    this.session = session;
    insertKept = prepare("INSERT INTO kept_counts (enterprise, counted, body) VALUES (?, ?, ?)");
    selectKept = prepare("SELECT counted, body FROM kept_counts WHERE enterprise = ?");
    insertHour = prepare("INSERT INTO kept_hours (enterprise, hour, body) VALUES (?, ?, ?)");
    selectHours = prepare("SELECT hour, body FROM kept_hours WHERE enterprise = ?");
    insertMember =
        prepare(
            "INSERT INTO platform_enterprises (platform, bucket, enterprise, counted, body)"
                + " VALUES (?, ?, ?, ?, ?)");
    selectMembers =
        prepare(
            "SELECT enterprise, counted, body FROM platform_enterprises"
                + " WHERE platform = ? AND bucket = ? AND enterprise > ? LIMIT ?");
    insertSum =
        prepare("INSERT INTO platform_sums (platform, bucket, counted, body) VALUES (?, ?, ?, ?)");
    insertSumHour =
        prepare("INSERT INTO platform_hours (platform, hour, bucket, body) VALUES (?, ?, ?, ?)");
    selectSumHours = prepare("SELECT hour, bucket, body FROM platform_hours WHERE platform = ?");
    selectSums = prepare("SELECT bucket, counted, body FROM platform_sums WHERE platform = ?");
  }

  @Override
  public CompletionStage<Void> write(Kept kept) {
    return write(
        insertKept.bind(
            kept.enterprise().text(), kept.countedMillis(), ByteBuffer.wrap(kept.bytes())));
  }

  @Override
  public CompletionStage<Optional<Kept>> read(EnterpriseId enterprise) {
    return Rows.read(
            session,
            selectKept.bind(enterprise.text()),
            row -> new Kept(enterprise, row.getLong("counted"), Rows.blob(row, "body")))
        .thenApply(rows -> rows.stream().findFirst());
  }

  @Override
  public CompletionStage<Void> write(KeptHour hour) {
    return write(
        insertHour.bind(hour.enterprise().text(), hour.hour(), ByteBuffer.wrap(hour.bytes())));
  }

  @Override
  public CompletionStage<List<KeptHour>> readHours(EnterpriseId enterprise) {
    return Rows.read(
        session,
        selectHours.bind(enterprise.text()),
        row -> new KeptHour(enterprise, row.getLong("hour"), Rows.blob(row, "body")));
  }

  @Override
  public CompletionStage<Void> write(Member member) {
    return write(
        insertMember.bind(
            member.platform(),
            KeptTables.bucketOf(member.enterprise()),
            member.enterprise().text(),
            member.countedMillis(),
            ByteBuffer.wrap(member.bytes())));
  }

  @Override
  public CompletionStage<List<Member>> readMembers(
      String platform, int bucket, @Nullable EnterpriseId after, int limit) {
    return Rows.read(
        session,
        selectMembers.bind(platform, bucket, after == null ? "" : after.text(), limit),
        row ->
            new Member(
                platform,
                new EnterpriseId(Rows.present(row.getString("enterprise"), "enterprise")),
                row.getLong("counted"),
                Rows.blob(row, "body")));
  }

  @Override
  public CompletionStage<Void> write(Sum sum) {
    return write(
        insertSum.bind(
            sum.platform(), sum.bucket(), sum.countedMillis(), ByteBuffer.wrap(sum.bytes())));
  }

  @Override
  public CompletionStage<Void> write(SumHour hour) {
    return write(
        insertSumHour.bind(
            hour.platform(), hour.hour(), hour.bucket(), ByteBuffer.wrap(hour.bytes())));
  }

  @Override
  public CompletionStage<List<SumHour>> readSumHours(String platform) {
    return Rows.read(
        session,
        selectSumHours.bind(platform),
        row ->
            new SumHour(
                platform, row.getInt("bucket"), row.getLong("hour"), Rows.blob(row, "body")));
  }

  @Override
  public CompletionStage<List<Sum>> readSums(String platform) {
    return Rows.read(
        session,
        selectSums.bind(platform),
        row ->
            new Sum(
                platform, row.getInt("bucket"), row.getLong("counted"), Rows.blob(row, "body")));
  }

  private CompletionStage<Void> write(BoundStatement statement) {
    return session.executeAsync(statement).thenAccept(rows -> {});
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
