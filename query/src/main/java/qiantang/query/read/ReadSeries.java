package qiantang.query.read;

import java.util.List;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Reader;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.read.SeriesRequest;

/** Raw samples of a device. */
public final class ReadSeries {
  private final Reader reader;
  private final Devices devices;
  private final SampleBudget budget;
  private final StoreWait store;

  /**
   * Which samples: metrics (none asks for all), event times from inclusive to exclusive, and how
   * many at most.
   */
  public record Wanted(
      DeviceId device, List<String> metrics, long fromMicros, long toMicros, int limit) {
    /** The same of other metrics. */
    public Wanted of(List<String> others) {
      return new Wanted(device, others, fromMicros, toMicros, limit);
    }
  }

  /** What became of it. */
  public sealed interface Result {
    /** The samples; whoever has sent them closes the permit. */
    record Found(SeriesAnswer answer, SampleBudget.Permit permit) implements Result {}

    /** Neither the registry nor the journal knows the device. */
    record NoDevice() implements Result {}

    /** Other answers hold all the memory there is for samples. */
    record Busy() implements Result {}
  }

  /** Reads from these, within a budget. */
  public ReadSeries(Reader reader, Devices devices, SampleBudget budget, StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.budget = budget;
    this.store = store;
  }

  /** The samples. */
  public Result run(Leave leave, Wanted wanted) {
    Optional<SampleBudget.Permit> room = budget.take(wanted.limit());
    if (room.isEmpty()) {
      return new Result.Busy();
    }
    SampleBudget.Permit permit = room.get();
    boolean isHandedOver = false;
    try {
      Result result = read(leave, wanted, permit);
      isHandedOver = result instanceof Result.Found;
      return result;
    } finally {
      if (!isHandedOver) {
        permit.close();
      }
    }
  }

  private Result read(Leave leave, Wanted wanted, SampleBudget.Permit permit) {
    SeriesAnswer answer =
        store.await(
            reader.series(
                new SeriesRequest(
                    leave.enterprise(),
                    wanted.device(),
                    wanted.metrics(),
                    wanted.fromMicros(),
                    wanted.toMicros(),
                    wanted.limit())));
    if (answer.series().isEmpty() && !devices.isKnown(leave.enterprise(), wanted.device())) {
      return new Result.NoDevice();
    }
    permit.shrinkTo(answer.series().stream().mapToInt(series -> series.samples().size()).sum());
    return new Result.Found(answer, permit);
  }
}
