package qiantang.query.http;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.read.ReadIntervals;
import qiantang.query.read.WholeIntervals;
import qiantang.store.access.Place;

/** Answers what may be told of what was asked, and says why where nothing may. */
final class Granted {
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
    return Action.Aggregates.of(wanted.cutsMicros());
  }

  /** The same of {@linkplain WholeIntervals whole intervals that are over}; null without any. */
  static ReadIntervals.@Nullable Wanted past(ReadIntervals.Wanted wanted, long nowMicros) {
    long[] cuts =
        WholeIntervals.over(wanted.cutsMicros(), wanted.fromMicros(), wanted.toMicros(), nowMicros);
    return cuts == null
        ? null
        : new ReadIntervals.Wanted(
            wanted.device(),
            wanted.metrics(),
            cuts[0],
            cuts[cuts.length - 1],
            cuts,
            wanted.aggregates());
  }
}
