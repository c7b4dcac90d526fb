package qiantang.store.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.kept.KeptTables;
import qiantang.store.model.EnterpriseId;

/** The tables of kept counts in memory; nothing expires. Any thread. */
public final class MemoryKept implements KeptTables {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  // All guarded by this.
  private final NavigableMap<EnterpriseId, Kept> counts = new TreeMap<>();
  private final List<KeptHour> hours = new ArrayList<>();
  private final NavigableMap<String, NavigableMap<EnterpriseId, Member>> members = new TreeMap<>();
  private final NavigableMap<String, NavigableMap<Integer, Sum>> sums = new TreeMap<>();

  private final Map<String, List<SumHour>> sumHours = new TreeMap<>();

  /** Empty tables. */
  public MemoryKept() {}

  @Override
  public synchronized CompletionStage<Void> write(Kept kept) {
    counts.put(kept.enterprise(), kept);
    return DONE;
  }

  @Override
  public synchronized CompletionStage<Optional<Kept>> read(EnterpriseId enterprise) {
    return CompletableFuture.completedFuture(Optional.ofNullable(counts.get(enterprise)));
  }

  @Override
  public synchronized CompletionStage<Void> write(KeptHour hour) {
    hours.removeIf(one -> one.enterprise().equals(hour.enterprise()) && one.hour() == hour.hour());
    hours.add(hour);
    return DONE;
  }

  @Override
  public synchronized CompletionStage<List<KeptHour>> readHours(EnterpriseId enterprise) {
    return CompletableFuture.completedFuture(
        hours.stream()
            .filter(hour -> hour.enterprise().equals(enterprise))
            .sorted(Comparator.comparingLong(KeptHour::hour))
            .toList());
  }

  @Override
  public synchronized CompletionStage<Void> write(Member member) {
    members
        .computeIfAbsent(member.platform(), platform -> new TreeMap<>())
        .put(member.enterprise(), member);
    return DONE;
  }

  @Override
  public synchronized CompletionStage<List<Member>> readMembers(
      String platform, int bucket, @Nullable EnterpriseId after, int limit) {
    NavigableMap<EnterpriseId, Member> all = members.getOrDefault(platform, new TreeMap<>());
    return CompletableFuture.completedFuture(
        (after == null ? all : all.tailMap(after, false))
            .values().stream()
                .filter(member -> KeptTables.bucketOf(member.enterprise()) == bucket)
                .limit(limit)
                .toList());
  }

  @Override
  public synchronized CompletionStage<Void> write(Sum sum) {
    sums.computeIfAbsent(sum.platform(), platform -> new TreeMap<>()).put(sum.bucket(), sum);
    return DONE;
  }

  @Override
  public synchronized CompletionStage<Void> write(SumHour hour) {
    List<SumHour> hours = sumHours.computeIfAbsent(hour.platform(), id -> new ArrayList<>());
    hours.removeIf(one -> one.bucket() == hour.bucket() && one.hour() == hour.hour());
    hours.add(hour);
    return DONE;
  }

  @Override
  public synchronized CompletionStage<List<SumHour>> readSumHours(String platform) {
    return CompletableFuture.completedFuture(
        sumHours.getOrDefault(platform, List.of()).stream()
            .sorted(Comparator.comparingLong(SumHour::hour))
            .toList());
  }

  @Override
  public synchronized CompletionStage<List<Sum>> readSums(String platform) {
    return CompletableFuture.completedFuture(
        List.copyOf(sums.getOrDefault(platform, new TreeMap<>()).values()));
  }
}
