package qiantang.query.http;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.read.ReadIntervals;
import qiantang.store.access.Place;

/** Answers what may be told of what was asked, and says why where nothing may. */
final class Granted {
  private static final long SECOND_MICROS = Duration.ofSeconds(1).toNanos() / 1000;

  private Granted() {}

  /**
   * Answers by the metrics that may be read.
   *
   * @param place null for all devices together
   */
  static Answer reading(
      Leave leave,
      @Nullable Place place,
      List<String> asked,
      Action action,
      Function<Choice.Pass, Answer> use) {
    return switch (leave.sight().choose(place, asked, action)) {
      case Choice.Pass pass -> told(use.apply(pass), pass);
      case Choice.Hidden _ -> Answer.notFound("device");
      case Choice.Barred(String advice) -> barred(advice);
    };
  }

  /** A table has no place to say by what it was let. */
  private static Answer told(Answer answer, Choice.Pass pass) {
    Choice.Told told = pass.told();
    return told == null ? answer : answer.with("Qiantang-Grants", String.join(",", told.grants()));
  }

  static Answer barred(String advice) {
    return Answer.problem(Problem.NOT_GRANTED, advice);
  }

  /** What a question about intervals reads: thinned samples are samples. */
  static Action action(ReadIntervals.Wanted wanted) {
    if (wanted.aggregates().isEmpty()) {
      return new Action.Samples();
    }
    long[] cuts = wanted.cutsMicros();
    long leastMicros = Long.MAX_VALUE;
    for (int i = 1; i < cuts.length; i++) {
      leastMicros = Math.min(leastMicros, cuts[i] - cuts[i - 1]);
    }
    return new Action.Aggregates(leastMicros / SECOND_MICROS);
  }

  /**
   * The whole intervals that are over, for whom aggregates alone are granted: a part of an
   * interval, or one that grows from answer to answer, tells single samples. Null where there are
   * none.
   */
  static ReadIntervals.@Nullable Wanted past(ReadIntervals.Wanted wanted, long nowMicros) {
    long[] cuts = wanted.cutsMicros();
    int first = 0;
    while (first < cuts.length && cuts[first] < wanted.fromMicros()) {
      first++;
    }
    int last = cuts.length - 1;
    while (last > first && cuts[last] > Math.min(nowMicros, wanted.toMicros())) {
      last--;
    }
    return last <= first || last >= cuts.length
        ? null
        : new ReadIntervals.Wanted(
            wanted.device(),
            wanted.metrics(),
            cuts[first],
            cuts[last],
            Arrays.copyOfRange(cuts, first, last + 1),
            wanted.aggregates());
  }
}
