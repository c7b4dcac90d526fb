package qiantang.store.kept;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/**
 * The tables of kept counts. A stage that fails means that the store is away or the outcome
 * unknown; every write may be repeated. Times are milliseconds since 1970.
 */
public interface KeptTables {
  /** For how long the counts of an hour are kept: default_time_to_live, as a test checks. */
  Duration HOURS_KEPT = Duration.ofHours(27);

  /** Buckets of a platform's enterprises. */
  int BUCKETS = 16;

  /**
   * An enterprise's counts.
   *
   * @param bytes {@link qiantang.store.codec.KeptCodec} of an enterprise
   */
  record Kept(EnterpriseId enterprise, long countedMillis, byte[] bytes) {}

  /**
   * An enterprise's counts as of an hour.
   *
   * @param hour since 1970
   * @param bytes {@link qiantang.store.codec.KeptCodec} of a platform: of this enterprise alone
   */
  record KeptHour(EnterpriseId enterprise, long hour, byte[] bytes) {}

  /**
   * An enterprise's counts in a platform's list.
   *
   * @param bytes {@link qiantang.store.codec.KeptCodec} of a platform: of this enterprise alone
   */
  record Member(String platform, EnterpriseId enterprise, long countedMillis, byte[] bytes) {}

  /**
   * The sum of a bucket of a platform's enterprises.
   *
   * @param countedMillis when the sum was made
   * @param bytes {@link qiantang.store.codec.KeptCodec} of a platform
   */
  record Sum(String platform, int bucket, long countedMillis, byte[] bytes) {}

  /**
   * The sum of a bucket as of an hour, without reasons.
   *
   * @param hour since 1970
   * @param bytes {@link qiantang.store.codec.KeptCodec} of a platform
   */
  record SumHour(String platform, int bucket, long hour, byte[] bytes) {}

  /** The bucket of an enterprise. */
  static int bucketOf(EnterpriseId enterprise) {
    // String.hashCode is the same in every JVM; the top 4 bits of the product are well spread.
    return (enterprise.text().hashCode() * 0x9E3779B9) >>> 28;
  }

  /** Writes an enterprise's counts, over older ones. */
  CompletionStage<Void> write(Kept kept);

  /** An enterprise's counts; empty where it was never counted. */
  CompletionStage<Optional<Kept>> read(EnterpriseId enterprise);

  /** Writes the counts of an hour, over older ones. */
  CompletionStage<Void> write(KeptHour hour);

  /** The hours of an enterprise, in order of time. */
  CompletionStage<List<KeptHour>> readHours(EnterpriseId enterprise);

  /** Writes an enterprise's counts into a platform's list, over older ones. */
  CompletionStage<Void> write(Member member);

  /**
   * Members in a bucket of a platform, in order of their ids.
   *
   * @param after from behind this one; null for the first
   */
  CompletionStage<List<Member>> readMembers(
      String platform, int bucket, @Nullable EnterpriseId after, int limit);

  /** Writes a sum, over an older one. */
  CompletionStage<Void> write(Sum sum);

  /** Writes a sum of an hour, over an older one. */
  CompletionStage<Void> write(SumHour hour);

  /** The sums of a platform's buckets by the hour, in order of time. */
  CompletionStage<List<SumHour>> readSumHours(String platform);

  /** The sums of a platform's buckets, as far as there are any. */
  CompletionStage<List<Sum>> readSums(String platform);
}
