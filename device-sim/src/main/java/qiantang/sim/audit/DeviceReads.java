package qiantang.sim.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.SummaryReader;

/** What the readers of one audit have found so far. Any thread. */
final class DeviceReads {
  private static final int TROUBLES_MAX = 20;
  private static final long LINE_NANOS = Duration.ofSeconds(1).toNanos();

  private final SeriesReader series;
  private final SummaryReader summaries;
  private final ForeignReads foreign;
  private final long fromMillis;
  private final long toMillis;
  private final long intervalMillis;
  private final Consumer<String> progress;

  private final Tally whole = new Tally();
  private final List<DeviceAudit> incomplete = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private long devices;
  private long summarized;
  private long lastLineNanos = System.nanoTime();

  DeviceReads(
      ApiClient api,
      ForeignReads foreign,
      long fromMillis,
      long toMillis,
      long intervalMillis,
      Consumer<String> progress) {
    this.series = new SeriesReader(api);
    this.summaries = new SummaryReader(api);
    this.foreign = foreign;
    this.fromMillis = fromMillis;
    this.toMillis = toMillis;
    this.intervalMillis = intervalMillis;
    this.progress = progress;
  }

  long intervalMillis() {
    return intervalMillis;
  }

  /** Reads one device; the caller's thread waits for the API. */
  void read(DeviceAudit audit) {
    @Nullable String trouble =
        series.read(audit.sent().access(), audit.device(), fromMillis, toMillis, audit::page);
    boolean summary = trouble == null && !audit.summaryOverflowed();
    if (summary) {
      trouble =
          summaries.read(
              audit.sent().access(),
              audit.device(),
              fromMillis,
              toMillis,
              intervalMillis,
              audit::summary);
    }
    audit.forgetSummary();
    if (trouble == null) {
      trouble = foreign.read(audit, fromMillis, toMillis);
    }
    done(audit, summary, trouble);
  }

  private synchronized void done(DeviceAudit audit, boolean summary, @Nullable String trouble) {
    if (trouble != null) {
      trouble(trouble);
    }
    summarized += summary ? 1 : 0;
    devices++;
    if (audit.isWhole()) {
      whole.add(audit.classify(new RecordedRefusals()));
    } else {
      incomplete.add(audit);
    }
    if (System.nanoTime() - lastLineNanos > LINE_NANOS) {
      progress.accept("audit: read " + devices + " devices");
      lastLineNanos = System.nanoTime();
    }
  }

  synchronized void trouble(String text) {
    if (troubles.size() < TROUBLES_MAX) {
      troubles.add(text);
    }
  }

  /** All samples by what is known of rejections so far. */
  synchronized Tally tally(RecordedRefusals refusals) {
    Tally tally = new Tally();
    tally.add(whole);
    incomplete.forEach(audit -> tally.add(audit.classify(refusals)));
    return tally;
  }

  synchronized List<String> troubles() {
    return List.copyOf(troubles);
  }

  /** What was compared, for the report. */
  synchronized List<String> notes() {
    String summary =
        "summaries: of %d of %d devices, by intervals of %d s"
            .formatted(summarized, devices, intervalMillis / 1_000);
    return List.of(summary, foreign.note());
  }
}
