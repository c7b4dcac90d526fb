package qiantang.store.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;
import qiantang.store.summary.Exact;
import qiantang.store.summary.Numbers;
import qiantang.store.summary.Sample;

/**
 * What a summary knows of numbers.
 *
 * <pre>
 * numbers := RAW_WHOLE raw | RAW_REAL raw | shape(NumbersShape) NumbersBody
 * raw     := value(ValueCodec)*4 time(varint)*2 ExactCodec*3   first, last, min, max; of both;
 *                                                         sum, integral, resets
 * </pre>
 */
final class NumbersCodec {
  private static final int RAW_WHOLE = 0; // no doubles among them
  private static final int RAW_REAL = 1;

  // A summary of common decimals is shorter; where one is not, another shape may be.
  private static final int SHORT_BYTES = 28;
  // Digits that first, last, min and max happen not to have, but others do.
  private static final int FINER_MAX = 2;
  private static final int[] WAYS = {Decimals.QUOTIENT, Decimals.SINGLE, Decimals.PRODUCT};

  private NumbersCodec() {}

  static void encode(ByteSink sink, Numbers numbers, SummaryTimes times) {
    List<Value> values =
        List.of(numbers.first(), numbers.last(), numbers.min().value(), numbers.max().value());
    ByteSink best = numbers.anyReal() ? decimals(values, numbers, times) : whole(numbers, times);
    if (best == null || best.length() > SHORT_BYTES) {
      best = shorter(best, raw(values, numbers, times));
    }
    sink.put(best.array(), 0, best.length());
  }

  private static @Nullable ByteSink whole(Numbers numbers, SummaryTimes times) {
    boolean truths = numbers.first() instanceof Value.Bool;
    return shaped(truths ? NumbersShape.OF_TRUTHS : NumbersShape.OF_INTEGERS, numbers, times);
  }

  private static @Nullable ByteSink decimals(
      List<Value> values, Numbers numbers, SummaryTimes times) {
    ByteSink best = null;
    for (int way : WAYS) {
      for (int finer = 0; finer <= FINER_MAX; finer++) {
        ByteSink next = shaped(NumbersShape.ofDecimals(values, way, finer), numbers, times);
        if (next != null) {
          best = shorter(best, next);
          if (best.length() <= SHORT_BYTES) {
            return best;
          }
        }
      }
    }
    return best;
  }

  private static ByteSink shorter(@Nullable ByteSink best, ByteSink next) {
    return best != null && best.length() <= next.length() ? best : next;
  }

  private static @Nullable ByteSink shaped(
      NumbersShape shape, Numbers numbers, SummaryTimes times) {
    ByteSink sink = new ByteSink(64);
    sink.put(shape.code());
    return new NumbersBody(shape, times).encode(sink, numbers) ? sink : null;
  }

  private static ByteSink raw(List<Value> values, Numbers numbers, SummaryTimes times) {
    ByteSink sink = new ByteSink(128);
    sink.put(numbers.anyReal() ? RAW_REAL : RAW_WHOLE);
    for (Value value : values) {
      ValueCodec.encode(sink, value);
    }
    sink.putVarint(times.toUnits(numbers.min().timeMicros()));
    sink.putVarint(times.toUnits(numbers.max().timeMicros()));
    for (Exact exact : List.of(numbers.sum(), numbers.integral(), numbers.resets())) {
      ExactCodec.encode(sink, exact);
    }
    return sink;
  }

  static Numbers decode(ByteSource source, long count, long heldUnits, SummaryTimes times) {
    if (count < 1 || heldUnits < 0 || heldUnits > times.units()) {
      throw new ByteSource.Damaged(count + " numbers that held for " + heldUnits + " units");
    }
    int shape = source.get();
    if (shape >= NumbersShape.CODES) {
      throw new ByteSource.Damaged("numbers of unknown shape " + shape);
    }
    if (shape > RAW_REAL) {
      return new NumbersBody(new NumbersShape(shape), times).decode(source, count, heldUnits);
    }
    Value first = ValueCodec.decodeNumber(source);
    Value last = ValueCodec.decodeNumber(source);
    Value min = ValueCodec.decodeNumber(source);
    Value max = ValueCodec.decodeNumber(source);
    long minMicros = times.toMicros(source.getVarint());
    long maxMicros = times.toMicros(source.getVarint());
    return new Numbers(
        count,
        shape == RAW_REAL,
        first,
        last,
        new Sample(minMicros, min),
        new Sample(maxMicros, max),
        ExactCodec.decode(source),
        ExactCodec.decode(source),
        heldUnits * times.unitMicros(),
        ExactCodec.decode(source));
  }
}
