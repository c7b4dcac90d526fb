package qiantang.store.simulation;

import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.IntervalsRequest;
import qiantang.store.read.Reader;
import qiantang.store.read.RejectionsRequest;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.read.SeriesRequest;
import qiantang.store.read.TotalsRequest;

/** Asks readers and has their answers checked. An answer that fails is none. */
final class Asker {
  private static final int LIMIT_MAX = 10_000;
  private static final long MINUTE_MICROS = 60_000_000L;

  private final Judge judge;
  private final SampleCheck sampleCheck;
  private final IntervalCheck intervalCheck;
  private final RecordCheck recordCheck;
  private final ActivityCheck activityCheck;
  private final Dice dice;
  private final Trace trace;
  private final Devices devices;
  private int open;

  Asker(Judge judge, Dice dice, Trace trace, Devices devices) {
    this.judge = judge;
    sampleCheck = new SampleCheck(judge);
    intervalCheck = new IntervalCheck(judge);
    recordCheck = new RecordCheck(judge);
    activityCheck = new ActivityCheck(judge, devices);
    this.dice = dice;
    this.trace = trace;
    this.devices = devices;
  }

  /** Requests that were neither answered nor failed. */
  int open() {
    return open;
  }

  /** Asks something. */
  void ask(String name, Reader reader) {
    Identity recent = judge.recent(dice);
    EnterpriseId enterprise = dice.pick(devices.enterprises());
    DeviceId device = dice.pick(devices.ids());
    if (recent != null && dice.chance(800)) {
      enterprise = recent.enterprise();
      device = recent.device();
    }
    switch (dice.below(12)) {
      case 0, 1, 2 -> latest(name, reader, enterprise, device);
      case 3, 4 -> pages(name, reader, somePart(enterprise, device));
      case 5 -> intervals(name, reader, enterprise, device);
      case 6 -> rejections(name, reader, enterprise, dice.chance(500) ? device : null);
      case 7 -> activity(name, reader, enterprise);
      default -> series(name, reader, enterprise, device);
    }
  }

  /** Asks for everything. */
  void askAll(String name, Reader reader) {
    for (EnterpriseId enterprise : devices.enterprises()) {
      rejections(name, reader, enterprise, null);
      activity(name, reader, enterprise);
      for (DeviceId device : devices.ids()) {
        series(name, reader, enterprise, device);
        latest(name, reader, enterprise, device);
        if (devices.hasBatches()) {
          intervals(name, reader, enterprise, device);
        }
      }
    }
  }

  private void series(String name, Reader reader, EnterpriseId enterprise, DeviceId device) {
    pages(
        name,
        reader,
        new SeriesRequest(
            enterprise,
            device,
            List.of(),
            devices.firstMicros(),
            devices.lastMicros() + 1,
            LIMIT_MAX));
  }

  private SeriesRequest somePart(EnterpriseId enterprise, DeviceId device) {
    long first = devices.firstMicros();
    long behind = devices.lastMicros() + 1;
    long from = dice.chance(500) ? first : dice.between(first, behind);
    long to = dice.chance(500) ? behind : dice.between(from, behind) + 1;
    List<String> metrics = dice.chance(300) ? List.of("m1") : List.of();
    int limit = dice.chance(500) ? LIMIT_MAX : 1 + dice.below(6);
    return new SeriesRequest(enterprise, device, metrics, from, to, limit);
  }

  private void pages(String name, Reader reader, SeriesRequest request) {
    long began = judge.now();
    follow(
        name,
        "series",
        () -> reader.series(request),
        answer -> {
          trace.note(name, "answers samples", samples(answer), request);
          sampleCheck.series(name, request, began, answer);
          Long next = answer.nextFromMicros();
          if (next != null && next > request.fromMicros()) {
            pages(
                name,
                reader,
                new SeriesRequest(
                    request.enterprise(),
                    request.device(),
                    request.metrics(),
                    next,
                    request.toMicros(),
                    request.limit()));
          }
        });
  }

  private static int samples(SeriesAnswer answer) {
    return answer.series().stream().mapToInt(series -> series.samples().size()).sum();
  }

  private void latest(String name, Reader reader, EnterpriseId enterprise, DeviceId device) {
    long began = judge.now();
    if (dice.chance(300)) {
      follow(
          name,
          "latest of all",
          () -> reader.latestOfDevices(enterprise, null),
          answer -> {
            trace.note(name, "answers latest of all", answer.byDevice().size(), enterprise);
            for (DeviceId id : devices.ids()) {
              sampleCheck.latest(
                  name,
                  enterprise,
                  id,
                  began,
                  answer.byDevice().getOrDefault(id, new TreeMap<>()),
                  answer.completeness());
            }
          });
    } else {
      follow(
          name,
          "latest",
          () -> reader.latest(enterprise, device),
          answer -> {
            trace.note(name, "answers latest", answer.byMetric().size(), device);
            sampleCheck.latest(
                name, enterprise, device, began, answer.byMetric(), answer.completeness());
          });
    }
  }

  /** Asks for hours or days of a device, or of all. */
  void intervals(String name, Reader reader, EnterpriseId enterprise, DeviceId device) {
    long stepMicros = MINUTE_MICROS * dice.pick(List.of(60L, 360L, 1440L));
    long first = Math.floorDiv(devices.firstMicros(), stepMicros);
    long behind = Math.floorDiv(devices.lastMicros(), stepMicros) + 1;
    long[] cuts = new long[(int) (behind - first) + 1];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = (first + i) * stepMicros;
    }
    if (dice.chance(400)) {
      totals(name, reader, enterprise, cuts);
      return;
    }
    long began = judge.now();
    IntervalsRequest request =
        new IntervalsRequest(
            enterprise,
            device,
            List.of(),
            cuts[0],
            cuts[cuts.length - 1],
            cuts,
            IntervalCheck.AGGREGATES,
            LIMIT_MAX);
    follow(
        name,
        "intervals",
        () -> reader.intervals(request),
        answer -> {
          trace.note(name, "answers intervals", cuts.length, device);
          intervalCheck.intervals(name, request, began, answer);
        });
  }

  private void totals(String name, Reader reader, EnterpriseId enterprise, long[] cuts) {
    long began = judge.now();
    TotalsRequest request =
        new TotalsRequest(
            enterprise,
            List.of(),
            cuts[0],
            cuts[cuts.length - 1],
            cuts,
            IntervalCheck.OF_SEVERAL,
            LIMIT_MAX);
    follow(
        name,
        "totals",
        () -> reader.totals(request),
        answer -> {
          trace.note(name, "answers totals", cuts.length, enterprise);
          intervalCheck.totals(name, request, began, answer);
        });
  }

  private void rejections(
      String name, Reader reader, EnterpriseId enterprise, @Nullable DeviceId device) {
    int limit = dice.chance(500) ? LIMIT_MAX : 1 + dice.below(3);
    rejections(
        name,
        reader,
        new RejectionsRequest(enterprise, device, null, 0, Long.MAX_VALUE, null, limit));
  }

  private void rejections(String name, Reader reader, RejectionsRequest request) {
    long began = judge.now();
    follow(
        name,
        "rejections",
        () -> reader.rejections(request),
        answer -> {
          trace.note(name, "answers rejections", answer.items().size(), request);
          recordCheck.rejections(name, request, began, answer);
          if (answer.next() != null) {
            rejections(
                name,
                reader,
                new RejectionsRequest(
                    request.enterprise(),
                    request.device(),
                    null,
                    request.fromMicros(),
                    request.toMicros(),
                    answer.next(),
                    request.limit()));
          }
        });
  }

  private void activity(String name, Reader reader, EnterpriseId enterprise) {
    long began = judge.now();
    follow(
        name,
        "activity",
        () -> reader.activity(enterprise),
        answer -> {
          trace.note(name, "answers activity", answer.counts().messagesAccepted(), enterprise);
          activityCheck.activity(name, enterprise, began, answer);
        });
  }

  private <T> void follow(
      String name, String what, Supplier<CompletionStage<T>> request, Consumer<T> answered) {
    open++;
    var _ =
        request
            .get()
            .whenComplete(
                (answer, error) -> {
                  open--;
                  if (error == null) {
                    answered.accept(answer);
                  } else if (Way.isLoss(error)) {
                    trace.note(name, "has no answer", 0, what);
                  } else {
                    judge.violate(name + " fails at " + what + ": " + error);
                  }
                })
            .exceptionally(
                error -> {
                  if (!Way.isLoss(error)) {
                    judge.violate(name + " gives what cannot be judged: " + error);
                  }
                  return null;
                });
  }
}
