package qiantang.query.http;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.auth.Leave;
import qiantang.query.json.ItemProblem;
import qiantang.query.read.ReadIntervals;
import qiantang.query.read.ReadSeries;
import qiantang.query.waiting.HeavyReads;
import qiantang.query.waiting.Overloaded;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Completeness;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.read.Series;
import qiantang.store.read.SeriesAnswer;

/**
 * Series of many devices, read one device at a time while the answer is sent: no more than one
 * device's is ever held. An answer ends behind the device, or within it, with which it has as many
 * values as it may, and says where it goes on. Blocks: virtual threads only.
 */
final class SeriesOfMany {
  private static final Logger logger = LoggerFactory.getLogger(SeriesOfMany.class);

  private final Leave leave;
  private final ReadSeries readSeries;
  private final ReadIntervals readIntervals;
  private final HeavyReads heavyReads;
  private final List<Asked> asked;
  private final int limit;
  private long values; // written so far

  /** What is asked of one device. */
  sealed interface Asked {
    /** Of which. */
    String name();

    /** Its samples; how many at most is decided when it is its turn. */
    record Samples(DeviceId device, List<String> metrics, long fromMicros, long toMicros)
        implements Asked {
      @Override
      public String name() {
        return device.text();
      }
    }

    /** Aggregates of them, or thinned ones. */
    record Intervals(DeviceId device, ReadIntervals.Wanted wanted) implements Asked {
      @Override
      public String name() {
        return device.text();
      }
    }

    /** Nothing. */
    record Refused(String name, ItemProblem problem) implements Asked {}
  }

  /** What is told of one device. */
  sealed interface Block {
    /** All samples, or those before a time. */
    record Samples(SeriesAnswer answer, SampleBudget.Permit permit) implements Block {}

    /** Aggregates of them, or thinned ones. */
    record Intervals(
        List<IntervalSeries> series, Completeness completeness, SampleBudget.Permit permit)
        implements Block {
      long values() {
        return series.stream().mapToLong(one -> one.samples().size()).sum();
      }
    }

    /** What is wrong with it, or with what was asked of it. */
    record Refused(ItemProblem problem) implements Block {}

    /** It cannot be told now: the answer goes on here. */
    record Away(ItemProblem problem, String truncatedBy) implements Block {}
  }

  /** Takes an answer in pieces. */
  interface Sink {
    void samples(String device, List<Series> series, Completeness completeness) throws IOException;

    void intervals(String device, List<IntervalSeries> series, Completeness completeness)
        throws IOException;

    void problem(String device, ItemProblem problem) throws IOException;
  }

  /**
   * Where an answer ends.
   *
   * @param device with which of those asked for the next one begins; null where there is none
   * @param fromMicros from when on, of its samples; null for its first ones
   */
  record End(Completeness completeness, @Nullable Integer device, @Nullable Long fromMicros) {}

  /**
   * A question.
   *
   * @param asked what was decided for each device, in the order of the answer
   * @param limit values after which the answer ends
   */
  SeriesOfMany(
      Leave leave,
      ReadSeries readSeries,
      ReadIntervals readIntervals,
      HeavyReads heavyReads,
      List<Asked> asked,
      int limit) {
    this.leave = leave;
    this.readSeries = readSeries;
    this.readIntervals = readIntervals;
    this.heavyReads = heavyReads;
    this.asked = asked;
    this.limit = limit;
  }

  /** The first device's, before anything is sent; null without devices. */
  @Nullable Block first() {
    return asked.isEmpty() ? null : read(asked.getFirst(), limit);
  }

  /** How many values were written so far. */
  long values() {
    return values;
  }

  /** Writes all, which begins with a block that was read. */
  End write(@Nullable Block first, Sink sink) throws IOException {
    Completeness all = Completeness.NOTHING;
    long left = limit;
    for (int i = 0; i < asked.size(); i++) {
      Asked device = asked.get(i);
      if (left <= 0) {
        return new End(all.cutBy("limit"), i, null);
      }
      Block block = i == 0 && first != null ? first : readInTurn(device, (int) left);
      switch (block) {
        case Block.Samples(SeriesAnswer answer, SampleBudget.Permit permit) -> {
          try (permit) {
            sink.samples(device.name(), answer.series(), answer.completeness());
          }
          all = all.plus(answer.completeness());
          left -= answer.samples();
          values += answer.samples();
          if (answer.nextFromMicros() != null) {
            return new End(all.cutBy("limit"), i, answer.nextFromMicros());
          }
        }
        case Block.Intervals intervals -> {
          try (var _ = intervals.permit()) {
            sink.intervals(device.name(), intervals.series(), intervals.completeness());
          }
          all = all.plus(intervals.completeness());
          left -= intervals.values();
          values += intervals.values();
        }
        case Block.Refused(ItemProblem problem) -> {
          sink.problem(device.name(), problem);
          all = all.lacking();
        }
        case Block.Away away -> {
          sink.problem(device.name(), away.problem());
          return new End(all.cutBy(away.truncatedBy()), i, from(device));
        }
      }
    }
    return new End(all, null, null);
  }

  private static @Nullable Long from(Asked asked) {
    return asked instanceof Asked.Samples samples ? (Long) samples.fromMicros() : null;
  }

  /** While the answer is sent: nobody waits with the turn in which its first block was read. */
  private Block readInTurn(Asked device, int left) {
    try {
      return heavyReads.inTurn(leave.by(), () -> read(device, left));
    } catch (StoreUnavailable e) {
      logger.warn("a series of many that is being sent ends early: {}", e.getMessage());
      return new Block.Away(
          problem(Problem.STORE_UNAVAILABLE, "go on from here with the cursor of the answer"),
          "store");
    } catch (Overloaded e) {
      return new Block.Away(
          problem(
              Problem.OVERLOADED, e.getMessage() + ": go on from here, or with a smaller limit"),
          "overloaded");
    }
  }

  private Block read(Asked device, int left) {
    return switch (device) {
      case Asked.Refused(String _, ItemProblem problem) -> new Block.Refused(problem);
      case Asked.Samples samples -> read(samples, left);
      case Asked.Intervals(DeviceId _, ReadIntervals.Wanted wanted) -> read(wanted);
    };
  }

  private Block read(Asked.Samples asked, int left) {
    ReadSeries.Wanted wanted =
        new ReadSeries.Wanted(
            asked.device(), asked.metrics(), asked.fromMicros(), asked.toMicros(), left);
    return switch (readSeries.run(leave, wanted)) {
      case ReadSeries.Result.Found(var answer, var permit, boolean _) ->
          new Block.Samples(answer, permit);
      case ReadSeries.Result.NoDevice _ -> new Block.Refused(noDevice());
    };
  }

  private Block read(ReadIntervals.Wanted wanted) {
    return switch (readIntervals.run(leave, wanted)) {
      case ReadIntervals.Result.Found(var answer, var permit) ->
          new Block.Intervals(answer.series(), answer.completeness(), permit);
      case ReadIntervals.Result.TooLarge(int samplesMax) ->
          new Block.Refused(
              problem(
                  Problem.INVALID_REQUEST,
                  "of this device there are more than "
                      + samplesMax
                      + " values, or more than 1000 metrics: name some metrics, or take longer"
                      + " intervals, fewer points, fewer aggregates or a shorter time"));
      case ReadIntervals.Result.NoDevice _ -> new Block.Refused(noDevice());
    };
  }

  /** What a caller may not see, and what does not exist: one problem, so that none can tell. */
  static ItemProblem noDevice() {
    return problem(Problem.NOT_FOUND, "there is no such device, or not for this token");
  }

  static ItemProblem problem(Problem problem, String detail) {
    return new ItemProblem(problem.type(), problem.title(), problem.status(), detail);
  }
}
