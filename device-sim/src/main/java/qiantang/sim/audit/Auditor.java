package qiantang.sim.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Rejection;
import qiantang.sim.api.RejectionReader;
import qiantang.sim.api.Target;

/**
 * Reads everything back and classifies it: per device the raw series, their summary, and what other
 * enterprises are shown of it; then the rejections. Devices come one after the other, {@value
 * #READERS} at a time, and only those that miss something are kept until the rejections are read.
 */
public final class Auditor {
  /** Enough to keep the API busy without being a load test of it. */
  private static final int READERS = 4;

  /** The contract says that a refusal can be read within 5 s. */
  private static final Duration REJECTIONS_MAX = Duration.ofSeconds(6);

  private static final Duration REJECTIONS_AGAIN = Duration.ofSeconds(1);

  /** Around the run, so that samples at wrong times are found too. */
  private static final long MARGIN_MILLIS = Duration.ofHours(1).toMillis();

  private final ApiClient api;
  private final RejectionReader rejections;
  private final List<Target.Access> everyone;
  private final Consumer<String> progress;

  /**
   * An auditor for one run.
   *
   * @param everyone all enterprises of the target: none may see another's samples
   * @param progress hears a line now and then
   */
  public Auditor(ApiClient api, List<Target.Access> everyone, Consumer<String> progress) {
    this.api = api;
    this.rejections = new RejectionReader(api);
    this.everyone = everyone;
    this.progress = progress;
  }

  /**
   * Reads all devices of the publishers, then the rejections of their enterprises; or as far as it
   * comes until the system is given up.
   *
   * @param sinceMillis before the first message, by the system's clock
   */
  public AuditResult audit(
      Collection<SentMessages> publishers, long sinceMillis, long untilMillis) {
    long devices = publishers.stream().mapToLong(sent -> sent.plan().devices().size()).sum();
    DeviceReads reads =
        new DeviceReads(api, new ForeignReads(api, everyone, devices), devices, progress);
    readAll(reads, new Devices(publishers, new TimeRange(sinceMillis, untilMillis)));
    MalformedMessages.Books broken = new MalformedMessages.Books(publishers);
    Set<Target.Access> accesses = new LinkedHashSet<>();
    publishers.forEach(publisher -> accesses.add(publisher.access()));
    Set<String> ours = ids(publishers);
    long deadline = System.nanoTime() + REJECTIONS_MAX.toNanos();
    while (true) {
      RecordedRefusals refusals = new RecordedRefusals();
      List<String> unread = readRejections(accesses, sinceMillis, ours, refusals);
      String gone = api.gone();
      if (gone != null) {
        return unread(publishers, reads, gone);
      }
      Tally tally = reads.tally(refusals);
      MalformedMessages malformed = broken.judge(refusals);
      tally.add(malformed.tally());
      long missing =
          tally.count(Verdict.LOST)
              + tally.count(Verdict.REFUSED_UNRECORDED)
              + tally.count(Verdict.MALFORMED_UNRECORDED);
      boolean waits = missing > 0 && System.nanoTime() - deadline < 0;
      if (!waits || !pause()) {
        List<String> all = new ArrayList<>(reads.troubles());
        all.addAll(unread);
        long samples = publishers.stream().mapToLong(SentMessages::samples).sum();
        return new AuditResult(
            tally,
            samples,
            refusals.byReason(),
            List.copyOf(all),
            List.of(),
            reads.notes(),
            malformed.byKind(),
            null,
            reads.unread());
      }
      progress.accept(
          "audit: samples or rejections are missing; waiting for rejections that explain them");
    }
  }

  private static AuditResult unread(
      Collection<SentMessages> publishers, DeviceReads reads, String gone) {
    return new AuditResult(
        reads.seen(),
        publishers.stream().mapToLong(SentMessages::samples).sum(),
        Map.of(),
        List.of(),
        List.of(),
        reads.notes(),
        List.of(),
        gone,
        reads.unread());
  }

  /** A device and where its samples can be. */
  private record Task(DeviceAudit audit, TimeRange times) {}

  /** Hands out every device of every publisher once. */
  private static final class Devices {
    private final Iterator<SentMessages> publishers;
    private final TimeRange run;
    private @Nullable SentMessages sent;
    private TimeRange times;
    private int number;

    Devices(Collection<SentMessages> publishers, TimeRange run) {
      this.publishers = publishers.iterator();
      this.run = run;
      this.times = run;
    }

    synchronized @Nullable Task next() {
      SentMessages current = sent;
      while (current == null || number == current.plan().devices().size()) {
        if (!publishers.hasNext()) {
          return null;
        }
        current = publishers.next();
        sent = current;
        times = TimeRange.of(current);
        number = 0;
      }
      long interval = ExpectedSummary.intervalMillis(times.millis());
      DeviceAudit audit = new DeviceAudit(current, number++, interval);
      return new Task(audit, times.around(run, MARGIN_MILLIS));
    }
  }

  private void readAll(DeviceReads reads, Devices devices) {
    List<Future<?>> readers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      for (int i = 0; i < READERS; i++) {
        readers.add(
            threads.submit(
                () -> {
                  Task task = devices.next();
                  while (task != null && api.gone() == null) {
                    reads.read(task.audit(), task.times());
                    task = devices.next();
                  }
                }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reads.trouble("the audit was interrupted");
    } catch (ExecutionException e) {
      throw new AssertionError("BUG: the audit of a device failed", e);
    }
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
    Set<String> ids = new HashSet<>();
    for (SentMessages publisher : publishers) {
      ids.add(publisher.plan().id());
      publisher.plan().devices().forEach(device -> ids.add(device.id()));
    }
    return ids;
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
