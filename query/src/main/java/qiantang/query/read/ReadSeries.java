package qiantang.query.read;

import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.HeavyReads;
import qiantang.query.waiting.NoRoom;
import qiantang.query.waiting.Overloaded;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Completeness;
import qiantang.store.read.Reader;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.read.SeriesRequest;

/** Raw samples of a device. Blocks: virtual threads only. */
public final class ReadSeries {
  // Of 100,000 samples the first 10,000 take a fifth of the time, and fill two pieces of an answer.
  private static final int FIRST_SAMPLES = SampleBudget.SMALL_SAMPLES;

  // Room is taken for so many, and for all that are wanted when there are more: whoever writes a
  // limit of a million would wait for room that nothing comes into.
  private static final int STEP_SAMPLES = 100_000;

  private static final Logger logger = LoggerFactory.getLogger(ReadSeries.class);

  private final Reader reader;
  private final Devices devices;
  private final SampleBudget budget;
  private final HeavyReads heavyReads;
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
    /**
     * The samples; whoever has sent them closes the permit.
     *
     * @param isBegun whether there is a rest that is wanted, too
     */
    record Found(SeriesAnswer answer, SampleBudget.Permit permit, boolean isBegun)
        implements Result {}

    /** Neither the registry nor the journal knows the device. */
    record NoDevice() implements Result {}
  }

  /** Reads from these, within a budget. */
  public ReadSeries(
      Reader reader, Devices devices, SampleBudget budget, HeavyReads heavyReads, StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.budget = budget;
    this.heavyReads = heavyReads;
    this.store = store;
  }

  /** The samples. */
  public Result run(Leave leave, Wanted wanted) {
    return run(leave, wanted, wanted.limit());
  }

  /** The first of them, so that they can be sent while {@link #rest} reads what is behind them. */
  public Result begin(Leave leave, Wanted wanted) {
    return run(leave, wanted, Math.min(FIRST_SAMPLES, wanted.limit()));
  }

  private Result run(Leave leave, Wanted wanted, int samplesMax) {
    SampleBudget.Permit permit = budget.take(leave.account(), 0);
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
    SeriesAnswer answer = readInSteps(leave, wanted, wanted.fromMicros(), samplesMax, permit);
    if (answer.series().isEmpty() && !devices.isKnown(leave.enterprise(), wanted.device())) {
      return new Result.NoDevice();
    }
    permit.shrinkTo(answer.samples());
    boolean isBegun = samplesMax < wanted.limit() && answer.nextFromMicros() != null;
    return new Result.Found(answer, permit, isBegun);
  }

  /**
   * What is behind the first samples of an answer that is begun, read when its turn comes. Where
   * the store is away meanwhile, or neither turn nor room comes in time, it is nothing, and goes on
   * where the first ones end: they are sent already.
   */
  public SeriesAnswer rest(Leave leave, Wanted wanted, Result.Found begun) {
    SeriesAnswer first = begun.answer();
    long fromMicros = Objects.requireNonNull(first.nextFromMicros(), "it is not begun");
    int left = wanted.limit() - first.samples();
    if (left <= 0) {
      return none(fromMicros, "limit");
    }
    SampleBudget.Permit permit = begun.permit();
    try {
      SeriesAnswer rest =
          heavyReads.inTurn(
              leave.by(),
              () -> {
                try {
                  return readInSteps(leave, wanted, fromMicros, left, permit);
                } catch (NoRoom e) {
                  permit.shrinkTo(first.samples()); // nothing is held while it waits
                  throw e;
                }
              });
      permit.shrinkTo(first.samples() + rest.samples());
      // The samples of one instant may be more than are left: they are never told apart.
      return rest.samples() > left ? none(fromMicros, "limit") : rest;
    } catch (StoreUnavailable e) {
      return endsEarly(begun, "store", e);
    } catch (Overloaded e) {
      return endsEarly(begun, "overloaded", e);
    }
  }

  private static SeriesAnswer endsEarly(Result.Found begun, String truncatedBy, Exception why) {
    logger.warn("a series that is being sent ends early: {}", why.getMessage());
    begun.permit().shrinkTo(begun.answer().samples());
    return none(Objects.requireNonNull(begun.answer().nextFromMicros()), truncatedBy);
  }

  private static SeriesAnswer none(long nextFromMicros, String truncatedBy) {
    return new SeriesAnswer(List.of(), nextFromMicros, Completeness.NOTHING.cutBy(truncatedBy));
  }

  private SeriesAnswer readInSteps(
      Leave leave, Wanted wanted, long fromMicros, int samplesMax, SampleBudget.Permit permit) {
    int step = Math.min(STEP_SAMPLES, samplesMax);
    permit.grow(step);
    SeriesAnswer answer = read(leave, wanted, fromMicros, step);
    Long nextMicros = answer.nextFromMicros();
    int left = samplesMax - answer.samples();
    if (nextMicros == null || step == samplesMax || left <= 0) {
      return answer;
    }
    permit.grow(samplesMax - step);
    SeriesAnswer rest = read(leave, wanted, nextMicros, left);
    // The samples of one instant may be more than are left: they are never told apart.
    return rest.samples() > left ? answer : answer.followedBy(rest);
  }

  private SeriesAnswer read(Leave leave, Wanted wanted, long fromMicros, int samplesMax) {
    return store.await(
        reader.series(
            new SeriesRequest(
                leave.enterprise(),
                wanted.device(),
                wanted.metrics(),
                fromMicros,
                wanted.toMicros(),
                samplesMax)));
  }
}
