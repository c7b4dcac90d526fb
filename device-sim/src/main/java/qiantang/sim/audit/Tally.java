package qiantang.sim.audit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Samples by verdict, and the first findings of each. Not for threads to share. */
public final class Tally {
  /**
   * Enough to see what is going on; a lost server loses millions of samples. Of each verdict, so
   * that a thousand duplicates do not hide the one that is lost.
   */
  private static final int FINDINGS_MAX = 10;

  private final Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
  private final Map<Verdict, List<Finding>> findings = new EnumMap<>(Verdict.class);

  public void add(Verdict verdict, long samples) {
    if (samples > 0) {
      counts.merge(verdict, samples, Long::sum);
    }
  }

  public void add(Finding finding) {
    add(finding.verdict(), () -> finding);
  }

  /** Counts one sample; the finding is only made where it is kept. */
  public void add(Verdict verdict, Supplier<Finding> finding) {
    add(verdict, 1);
    List<Finding> kept = findings.computeIfAbsent(verdict, v -> new ArrayList<>());
    if (kept.size() < FINDINGS_MAX) {
      kept.add(finding.get());
    }
  }

  public void add(Tally other) {
    other.counts.forEach(this::add);
    other.findings.forEach(
        (verdict, more) -> {
          List<Finding> kept = findings.computeIfAbsent(verdict, v -> new ArrayList<>());
          kept.addAll(more.subList(0, Math.min(more.size(), FINDINGS_MAX - kept.size())));
        });
  }

  public long count(Verdict verdict) {
    return counts.getOrDefault(verdict, 0L);
  }

  /** Samples that were sent, by what was found about each. */
  public long sentSamples() {
    return sum(Verdict::ofSentSample);
  }

  public boolean fine() {
    return sum(verdict -> !verdict.fine()) == 0;
  }

  /** Losses first. */
  public List<Finding> findings() {
    return findings.values().stream().flatMap(List::stream).toList();
  }

  private long sum(Predicate<Verdict> which) {
    return counts.entrySet().stream()
        .filter(entry -> which.test(entry.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
