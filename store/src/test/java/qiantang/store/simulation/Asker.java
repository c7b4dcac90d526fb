package qiantang.store.simulation;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Reader;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.read.SeriesRequest;

/** Asks readers and hands their answers to the judge. An answer that fails is none. */
final class Asker {
  private static final int LIMIT_MAX = 10_000;

  private final Judge judge;
  private final Dice dice;
  private final Trace trace;
  private final Devices devices;
  private int open;
  private int failed;

  Asker(Judge judge, Dice dice, Trace trace, Devices devices) {
    this.judge = judge;
    this.dice = dice;
    this.trace = trace;
    this.devices = devices;
  }

  /** Requests that were neither answered nor failed. */
  int open() {
    return open;
  }

  /** Requests that failed. */
  int failed() {
    return failed;
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
    switch (dice.below(4)) {
      case 0 -> latest(name, reader, enterprise, device);
      case 1 -> pages(name, reader, somePart(enterprise, device));
      default -> series(name, reader, enterprise, device);
    }
  }

  /** Asks for everything. */
  void askAll(String name, Reader reader) {
    for (EnterpriseId enterprise : devices.enterprises()) {
      for (DeviceId device : devices.ids()) {
        series(name, reader, enterprise, device);
        latest(name, reader, enterprise, device);
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
          judge.series(name, request, began, answer);
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

  private void latest(String name, Reader reader, EnterpriseId enterprise, DeviceId device) {
    long began = judge.now();
    follow(
        name,
        "latest",
        () -> reader.latest(enterprise, device),
        answer -> {
          trace.note(name, "answers latest", answer.byMetric().size(), device);
          judge.latest(name, enterprise, device, began, answer);
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
                    failed++;
                    trace.note(name, "has no answer", 0, what);
                  } else {
                    judge.violate(name + " fails at " + what + ": " + error);
                  }
                });
  }

  private static int samples(SeriesAnswer answer) {
    return answer.series().stream().mapToInt(series -> series.samples().size()).sum();
  }
}
