package qiantang.store.read;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.read.RejectionsAnswer.Item;
import qiantang.store.read.Series.Sample;

/**
 * Answers questions about one enterprise. Every answer holds all that was acknowledged before the
 * call and says how complete it is. A stage that fails means that the store is away. Any thread.
 */
public final class Reader {
  /**
   * A start whose heartbeat is older is taken for dead, and with it its sessions (DESIGN: 15 s).
   */
  static final Duration LIVE = Duration.ofSeconds(15);

  static final List<String> SOURCES = List.of("journal");

  private final Tail tail;
  private final InstantSource clock;

  /** A reader over a tail; the clock only tells how old a heartbeat is. */
  public Reader(Tail tail, InstantSource clock) {
    this.tail = tail;
    this.clock = clock;
  }

  /** Raw samples of one device in order of event time. */
  public CompletionStage<SeriesAnswer> series(SeriesRequest request) {
    SeriesMerge merge = new SeriesMerge(request);
    return tail.scan(request.enterprise(), request.device(), merge)
        .thenApply(scanned -> merge.answer(scanned.damagedFrames()));
  }

  /** The newest value of each metric of one device. */
  public CompletionStage<LatestAnswer> latest(EnterpriseId enterprise, DeviceId device) {
    LatestMerge merge = new LatestMerge(device);
    return tail.scan(enterprise, device, merge)
        .thenApply(scanned -> merge.answer(scanned.damagedFrames()));
  }

  /** Rejections, newest first. */
  public CompletionStage<RejectionsAnswer> rejections(RejectionsRequest request) {
    RejectionPage page = new RejectionPage(request);
    return tail.scan(request.enterprise(), request.device(), page)
        .thenApply(scanned -> page.answer(scanned.damagedFrames()));
  }

  /** What the devices of an enterprise did; with a device, of that one and its gateway at least. */
  public CompletionStage<Activity> activity(EnterpriseId enterprise) {
    ActivityMerge merge = new ActivityMerge();
    return tail.scan(enterprise, null, merge)
        .thenApply(
            scanned ->
                merge.answer(scanned, ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant())));
  }

  private static Completeness completeness(
      @Nullable String truncatedBy, long freshnessMicros, int damagedFrames) {
    return new Completeness(
        truncatedBy == null && damagedFrames == 0,
        truncatedBy,
        freshnessMicros,
        SOURCES,
        damagedFrames);
  }

  /** Newest in event time, the later arrival among equals: it never goes back (I9). */
  private static final class LatestMerge implements Tail.Visitor {
    private record Candidate(Rank rank, Sample sample) {}

    private final DeviceId device;
    private final SortedMap<String, Candidate> byMetric = new TreeMap<>();
    private long freshnessMicros;

    LatestMerge(DeviceId device) {
      this.device = device;
    }

    @Override
    public void entry(FrameKey frame, int index, Entry entry) {
      Rank rank = Rank.of(frame, index);
      freshnessMicros = Math.max(freshnessMicros, entry.arrivalMicros());
      if (!(entry instanceof Entry.Readings message)) {
        return;
      }
      for (Reading reading : message.readings()) {
        if (reading.device().equals(device)) {
          for (MetricValue value : reading.values()) {
            add(value, new Candidate(rank, sample(message, reading, value)));
          }
        }
      }
    }

    private void add(MetricValue value, Candidate candidate) {
      byMetric.merge(value.metric(), candidate, (old, now) -> isNewer(now, old) ? now : old);
    }

    private static boolean isNewer(Candidate now, Candidate old) {
      int byEventTime = Long.compare(now.sample.eventTimeMicros(), old.sample.eventTimeMicros());
      return byEventTime != 0 ? byEventTime > 0 : now.rank.compareTo(old.rank) >= 0;
    }

    private static Sample sample(Entry.Readings message, Reading reading, MetricValue value) {
      return new Sample(reading.eventTimeMicros(), message.arrivalMicros(), value.value());
    }

    LatestAnswer answer(int damagedFrames) {
      SortedMap<String, Sample> samples = new TreeMap<>();
      byMetric.forEach((metric, candidate) -> samples.put(metric, candidate.sample));
      return new LatestAnswer(samples, completeness(null, freshnessMicros, damagedFrames));
    }
  }

  /** The newest so many rejections; holds no more than a page and one. */
  private static final class RejectionPage implements Tail.Visitor {
    private final RejectionsRequest request;
    private final PriorityQueue<Item> oldestFirst =
        new PriorityQueue<>((a, b) -> a.id().compareTo(b.id()));
    private long freshnessMicros;

    RejectionPage(RejectionsRequest request) {
      this.request = request;
    }

    @Override
    public void entry(FrameKey frame, int index, Entry entry) {
      freshnessMicros = Math.max(freshnessMicros, entry.arrivalMicros());
      if (!(entry instanceof Entry.Rejection rejection) || !isWanted(rejection)) {
        return;
      }
      Item item = new Item(id(frame, index, rejection), rejection);
      if (request.beforeId() == null || item.id().compareTo(request.beforeId()) < 0) {
        oldestFirst.add(item);
        if (oldestFirst.size() > request.limit() + 1) {
          oldestFirst.remove();
        }
      }
    }

    private boolean isWanted(Entry.Rejection rejection) {
      DeviceId device = request.device();
      return rejection.arrivalMicros() >= request.fromMicros()
          && rejection.arrivalMicros() < request.toMicros()
          && (request.reason() == null || request.reason() == rejection.reason())
          && (device == null
              || device.equals(rejection.publisher())
              || device.equals(rejection.device()));
    }

    // Sorts by arrival; the place in the journal makes it unique.
    private static String id(FrameKey frame, int index, Entry.Rejection rejection) {
      return String.format(
          "%016x-%s-%02x-%012x-%06x",
          rejection.arrivalMicros(),
          frame.partition().start(),
          frame.partition().lane(),
          frame.sequence(),
          index);
    }

    RejectionsAnswer answer(int damagedFrames) {
      boolean more = oldestFirst.size() > request.limit();
      if (more) {
        oldestFirst.remove();
      }
      List<Item> items = new ArrayList<>(oldestFirst);
      items.sort(Collections.reverseOrder((a, b) -> a.id().compareTo(b.id())));
      return new RejectionsAnswer(
          items,
          more && !items.isEmpty() ? items.getLast().id() : null,
          completeness(null, freshnessMicros, damagedFrames));
    }
  }
}
