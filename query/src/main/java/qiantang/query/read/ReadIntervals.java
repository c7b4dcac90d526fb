package qiantang.query.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.read.IntervalsAnswer;
import qiantang.store.read.IntervalsRequest;
import qiantang.store.read.Reader;
import qiantang.store.read.TotalsRequest;
import qiantang.store.summary.Aggregate;

/** Aggregates of intervals of samples, of a device or of all together, or the samples thinned. */
public final class ReadIntervals {
  /** Most samples of one answer. */
  private static final int SAMPLES_MAX = 1_000_000;

  // First, last, smallest and largest.
  private static final int THINNED = 4;

  // Where no metrics are named. A reader gives up with more.
  private static final int METRICS_MAX = 1000;

  // Samples are told one after the other and not merged: each takes a fifth of a raw one's memory.
  private static final int A_RAW_ONES = 5;

  // What a reader holds besides, in samples of an answer.
  private static final int HELD_BESIDES = 250_000;

  private final Reader reader;
  private final Devices devices;
  private final SampleBudget budget;
  private final StoreWait store;

  /**
   * Which intervals: device (null asks for all of the enterprise together), metrics (none asks for
   * all), event times from inclusive to exclusive, begins of intervals and the end of the last,
   * what to tell of each (none asks for thinned samples).
   */
  public record Wanted(
      @Nullable DeviceId device,
      List<String> metrics,
      long fromMicros,
      long toMicros,
      long[] cutsMicros,
      List<Aggregate> aggregates) {
    /** The same of other metrics. */
    public Wanted of(List<String> others) {
      return new Wanted(device, others, fromMicros, toMicros, cutsMicros, aggregates);
    }

    /** Most samples that an answer can have, as far as one can tell beforehand. */
    long samples() {
      long series = metrics.isEmpty() ? METRICS_MAX : metrics.size();
      int each = aggregates.isEmpty() ? THINNED : aggregates.size();
      return series * each * (cutsMicros.length - 1);
    }
  }

  /** What became of it. */
  public sealed interface Result {
    /** The series; whoever has sent them closes the permit. */
    record Found(IntervalsAnswer.Found answer, SampleBudget.Permit permit) implements Result {}

    /** There are more than so many samples in the answer, or very many metrics. */
    record TooLarge(int samplesMax) implements Result {}

    /** Neither the registry nor the journal knows the device. */
    record NoDevice() implements Result {}
  }

  /** Reads from these, within a budget. */
  public ReadIntervals(Reader reader, Devices devices, SampleBudget budget, StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.budget = budget;
    this.store = store;
  }

  /** The intervals. */
  public Result run(Leave leave, Wanted wanted) {
    int samplesMax = (int) Math.min(SAMPLES_MAX, wanted.samples());
    SampleBudget.Permit permit =
        budget.take(leave.account(), (samplesMax + HELD_BESIDES) / A_RAW_ONES);
    boolean isHandedOver = false;
    try {
      Result result = read(leave, wanted, samplesMax, permit);
      isHandedOver = result instanceof Result.Found;
      return result;
    } finally {
      if (!isHandedOver) {
        permit.close();
      }
    }
  }

  private Result read(Leave leave, Wanted wanted, int samplesMax, SampleBudget.Permit permit) {
    DeviceId device = wanted.device();
    IntervalsAnswer answer =
        store.await(
            device == null
                ? reader.totals(totals(leave, wanted, samplesMax))
                : reader.intervals(intervals(leave, device, wanted, samplesMax)));
    return switch (answer) {
      case IntervalsAnswer.TooLarge _ -> new Result.TooLarge(SAMPLES_MAX);
      case IntervalsAnswer.Found found -> {
        if (device != null
            && found.series().isEmpty()
            && !devices.isKnown(leave.enterprise(), device)) {
          yield new Result.NoDevice();
        }
        int samples = found.series().stream().mapToInt(series -> series.samples().size()).sum();
        permit.shrinkTo(samples / A_RAW_ONES + 1);
        yield new Result.Found(found, permit);
      }
    };
  }

  private static IntervalsRequest intervals(
      Leave leave, DeviceId device, Wanted wanted, int samplesMax) {
    return new IntervalsRequest(
        leave.enterprise(),
        device,
        wanted.metrics(),
        wanted.fromMicros(),
        wanted.toMicros(),
        wanted.cutsMicros(),
        wanted.aggregates(),
        samplesMax);
  }

  private static TotalsRequest totals(Leave leave, Wanted wanted, int samplesMax) {
    return new TotalsRequest(
        leave.enterprise(),
        wanted.metrics(),
        wanted.fromMicros(),
        wanted.toMicros(),
        wanted.cutsMicros(),
        wanted.aggregates(),
        samplesMax);
  }
}
