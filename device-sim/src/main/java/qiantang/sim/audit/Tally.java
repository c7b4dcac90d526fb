package qiantang.sim.audit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Samples by verdict, and the first findings of each device. Not for threads to share. */
public final class Tally {
  /** Enough to see what is going on; a lost server loses millions of samples. */
  private static final int FINDINGS_MAX = 20;

  private final Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
  private final List<Finding> findings = new ArrayList<>();

  public void add(Verdict verdict, long samples) {
    if (samples > 0) {
      counts.merge(verdict, samples, Long::sum);
    }
  }

  public void add(Finding finding) {
    add(finding.verdict(), 1);
    if (findings.size() < FINDINGS_MAX) {
      findings.add(finding);
    }
  }

  public void add(Tally other) {
    other.counts.forEach(this::add);
    for (Finding finding : other.findings) {
      if (findings.size() < FINDINGS_MAX) {
        findings.add(finding);
      }
    }
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

  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  private long sum(Predicate<Verdict> which) {
    return counts.entrySet().stream()
        .filter(entry -> which.test(entry.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
