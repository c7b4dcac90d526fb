package qiantang.sim.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.SummaryReader;
import qiantang.sim.api.Target;
import qiantang.sim.outcome.Count;

/** What the readers of one audit have found so far. Any thread. */
final class DeviceReads {
  private static final int TROUBLES_MAX = 20;
  private static final long LINE_NANOS = Duration.ofSeconds(1).toNanos();

  private final ApiClient api;
  private final SeriesReader series;
  private final SummaryReader summaries;
  private final ForeignReads foreign;
  private final long devicesMax;
  private final Consumer<String> progress;

  private final Tally whole = new Tally();
  private final List<DeviceAudit> incomplete = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private long devices;
  private long summarized;
  private long unread;
  private @Nullable String firstUnread;
  private long lastLineNanos = System.nanoTime();

  DeviceReads(ApiClient api, ForeignReads foreign, long devicesMax, Consumer<String> progress) {
    this.api = api;
    this.series = new SeriesReader(api);
    this.summaries = new SummaryReader(api);
    this.foreign = foreign;
    this.devicesMax = devicesMax;
    this.progress = progress;
  }

  /** Reads one device; the caller's thread waits for the API. */
  void read(DeviceAudit audit, TimeRange times) {
    Target.Access access = audit.sent().access();
    long from = times.fromMillis();
    long to = times.toMillis();
    @Nullable String trouble = series.read(access, audit.device(), from, to, audit::page);
    if (trouble != null && api.gone() == null) {
      audit.forgetSummary();
      unread(audit, trouble);
      return;
    }
    boolean summary = trouble == null && !audit.summaryOverflowed();
    if (summary) {
      long interval = audit.intervalMillis();
      trouble = summaries.read(access, audit.device(), from, to, interval, audit::summary);
    }
    audit.forgetSummary();
    if (trouble == null) {
      trouble = foreign.read(audit, from, to);
    }
    done(audit, summary && trouble == null, trouble);
  }

  /** Nothing is kept of it: rejections cannot tell what became of samples that nobody read. */
  private synchronized void unread(DeviceAudit audit, String trouble) {
    String text = audit.device() + " is NOT AUDITED: " + trouble;
    trouble(text);
    if (unread++ == 0) {
      firstUnread = text;
    }
    whole.add(audit.classifyUnread());
    counted();
  }

  private synchronized void done(DeviceAudit audit, boolean summary, @Nullable String trouble) {
    if (trouble != null) {
      trouble(trouble);
    }
    summarized += summary ? 1 : 0;
    if (audit.isWhole()) {
      whole.add(audit.classify(new RecordedRefusals()));
    } else {
      incomplete.add(audit);
    }
    counted();
  }

  private synchronized void counted() {
    devices++;
    if (System.nanoTime() - lastLineNanos > LINE_NANOS) {
      progress.accept("audit: read " + devices + " of " + Count.of(devicesMax, "device"));
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

  /** What was there, without a word on what was not. */
  synchronized Tally seen() {
    Tally tally = new Tally();
    tally.add(whole);
    incomplete.forEach(audit -> tally.add(audit.seen()));
    return tally;
  }

  /** Devices that the API does not answer for, and why not the first; null where there are none. */
  synchronized @Nullable String unread() {
    return firstUnread == null
        ? null
        : "%d of %s could not be read, the first: %s"
            .formatted(unread, Count.of(devices, "device"), firstUnread);
  }

  synchronized List<String> troubles() {
    return List.copyOf(troubles);
  }

  /** What was compared, for the report. */
  synchronized List<String> notes() {
    String summary =
        "summaries: compared of %d of %s".formatted(summarized, Count.of(devices, "device"));
    return List.of(summary, foreign.note());
  }
}
