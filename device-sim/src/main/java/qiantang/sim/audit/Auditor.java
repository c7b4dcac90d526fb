package qiantang.sim.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Rejection;
import qiantang.sim.api.RejectionReader;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.Target;

/** Reads everything back and classifies it. */
public final class Auditor {
  /** Enough to keep the API busy without being a load test of it. */
  private static final int READERS = 4;

  /** The contract says that a refusal can be read within 5 s. */
  private static final Duration REJECTIONS_MAX = Duration.ofSeconds(6);

  private static final Duration REJECTIONS_AGAIN = Duration.ofSeconds(1);

  /** Around the run, so that samples at wrong times are found too. */
  private static final long MARGIN_MILLIS = Duration.ofHours(1).toMillis();

  private static final int TROUBLES_MAX = 20;

  private final SeriesReader series;
  private final RejectionReader rejections;
  private final Consumer<String> progress;
  private final List<String> troubles = new ArrayList<>();

  /**
   * An auditor for one run.
   *
   * @param progress hears a line now and then
   */
  public Auditor(ApiClient api, Consumer<String> progress) {
    this.series = new SeriesReader(api);
    this.rejections = new RejectionReader(api);
    this.progress = progress;
  }

  /**
   * Reads all devices of the publishers, then the rejections of their enterprises.
   *
   * @param sinceMillis before the first message, by the system's clock
   */
  public AuditResult audit(
      Collection<SentMessages> publishers, long sinceMillis, long untilMillis) {
    List<DeviceAudit> audits = readSeries(publishers, sinceMillis, untilMillis);
    Set<Target.Access> accesses = new LinkedHashSet<>();
    publishers.forEach(publisher -> accesses.add(publisher.access()));
    long deadline = System.nanoTime() + REJECTIONS_MAX.toNanos();
    while (true) {
      RecordedRefusals refusals = new RecordedRefusals();
      Set<String> ours = ids(publishers);
      List<String> unread = readRejections(accesses, sinceMillis, ours, refusals);
      Tally tally = new Tally();
      audits.forEach(audit -> tally.add(audit.classify(refusals)));
      boolean waits =
          tally.count(Verdict.LOST) + tally.count(Verdict.REFUSED_UNRECORDED) > 0
              && System.nanoTime() - deadline < 0;
      if (!waits || !pause()) {
        List<String> all = new ArrayList<>(troubles);
        all.addAll(unread);
        long samples = publishers.stream().mapToLong(SentMessages::samples).sum();
        return new AuditResult(tally, samples, refusals.byReason(), List.copyOf(all));
      }
      progress.accept("audit: samples are missing; waiting for rejections that explain them");
    }
  }

  private List<DeviceAudit> readSeries(
      Collection<SentMessages> publishers, long sinceMillis, long untilMillis) {
    List<Callable<DeviceAudit>> tasks = new ArrayList<>();
    for (SentMessages publisher : publishers) {
      for (int number = 0; number < publisher.plan().devices().size(); number++) {
        DeviceAudit audit = new DeviceAudit(publisher, number);
        tasks.add(() -> readDevice(audit, sinceMillis, untilMillis));
      }
    }
    List<DeviceAudit> audits = new ArrayList<>();
    try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      for (Future<DeviceAudit> done : readers.invokeAll(tasks)) {
        audits.add(done.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      trouble("the audit was interrupted");
    } catch (ExecutionException e) {
      throw new AssertionError("BUG: the audit of a device failed", e);
    }
    progress.accept("audit: read " + audits.size() + " devices");
    return audits;
  }

  private DeviceAudit readDevice(DeviceAudit audit, long sinceMillis, long untilMillis) {
    @Nullable String trouble =
        series.read(
            audit.sent().access(),
            audit.device(),
            sinceMillis - MARGIN_MILLIS,
            untilMillis + MARGIN_MILLIS,
            audit::page);
    if (trouble != null) {
      trouble(trouble);
    }
    return audit;
  }

  private List<String> readRejections(
      Collection<Target.Access> accesses,
      long sinceMillis,
      Set<String> ours,
      RecordedRefusals refusals) {
    List<String> unread = new ArrayList<>();
    for (Target.Access access : accesses) {
      Consumer<Rejection> sink =
          rejection -> {
            if (ours.contains(rejection.publisher()) || ours.contains(rejection.device())) {
              refusals.add(rejection);
            }
          };
      String trouble = rejections.read(access, sinceMillis - MARGIN_MILLIS, sink);
      if (trouble != null) {
        unread.add(trouble);
      }
    }
    return unread;
  }

  private static Set<String> ids(Collection<SentMessages> publishers) {
    Set<String> ids = new LinkedHashSet<>();
    for (SentMessages publisher : publishers) {
      ids.add(publisher.plan().id());
      publisher.plan().devices().forEach(device -> ids.add(device.id()));
    }
    return ids;
  }

  private synchronized void trouble(String text) {
    if (troubles.size() < TROUBLES_MAX) {
      troubles.add(text);
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(REJECTIONS_AGAIN);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
