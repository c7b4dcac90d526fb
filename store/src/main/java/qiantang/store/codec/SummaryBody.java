package qiantang.store.codec;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;
import qiantang.store.summary.Numbers;
import qiantang.store.summary.Sample;
import qiantang.store.summary.Summary;

/**
 * The summary of one metric.
 *
 * <pre>
 * summary := flags(1) [count(varint)] [first time] [last time] [first value] [last value]
 *            [numbers(varint) held(varint)] [NumbersCodec]
 * </pre>
 *
 * A flag says what is not as usual: as many samples as the part has rows, from its first time to
 * its last, all of them numbers. Not thread-safe.
 */
final class SummaryBody {
  private static final int COUNT = 1;
  private static final int FIRST_TIME = 2;
  private static final int LAST_TIME = 4;
  private static final int FIRST_VALUE = 8;
  private static final int LAST_VALUE = 16;
  private static final int NUMBERS = 32; // not all samples are
  private static final int NO_NUMBERS = 64;
  private static final int ALL = 127;

  private final long rows;
  private final SummaryTimes times;

  /** A coder of summaries of a part of so many rows. */
  SummaryBody(long rows, SummaryTimes times) {
    this.rows = rows;
    this.times = times;
  }

  SummaryTimes times() {
    return times;
  }

  void encode(ByteSink sink, Summary summary) {
    Numbers numbers = summary.numbers();
    Sample first = summary.first();
    Sample last = summary.last();
    boolean numberFirst = numbers != null && Numbers.isNumber(first.value());
    boolean numberLast = numbers != null && Numbers.isNumber(last.value());
    long heldMicros = last.timeMicros() - first.timeMicros();
    boolean allNumbers =
        numbers != null && numbers.count() == summary.count() && numbers.heldMicros() == heldMicros;
    int flags =
        (summary.count() == rows ? 0 : COUNT)
            | (first.timeMicros() == times.firstMicros() ? 0 : FIRST_TIME)
            | (last.timeMicros() == times.lastMicros() ? 0 : LAST_TIME)
            | (numberFirst ? 0 : FIRST_VALUE)
            | (numberLast ? 0 : LAST_VALUE)
            | (numbers == null ? NO_NUMBERS : allNumbers ? 0 : NUMBERS);
    sink.put(flags);
    if ((flags & COUNT) != 0) {
      sink.putVarint(summary.count());
    }
    if ((flags & FIRST_TIME) != 0) {
      sink.putVarint(times.toUnits(first.timeMicros()));
    }
    if ((flags & LAST_TIME) != 0) {
      sink.putVarint(times.units() - times.toUnits(last.timeMicros()));
    }
    if (!numberFirst) {
      ValueCodec.encode(sink, first.value());
    }
    if (!numberLast) {
      ValueCodec.encode(sink, last.value());
    }
    if (numbers != null) {
      if (!allNumbers) {
        sink.putVarint(numbers.count());
        sink.putVarint(numbers.heldMicros() / times.unitMicros());
      }
      NumbersCodec.encode(sink, numbers, times);
    }
  }

  Summary decode(ByteSource source) {
    int flags = source.get();
    if (flags > ALL) {
      throw new ByteSource.Damaged("flags of a summary of " + flags);
    }
    long count = (flags & COUNT) == 0 ? rows : source.getVarint();
    long first = times.toMicros((flags & FIRST_TIME) == 0 ? 0 : source.getVarint());
    long back = (flags & LAST_TIME) == 0 ? 0 : source.getVarint();
    long last = times.toMicros(times.units() - back);
    if (count < 1 || back < 0 || last < first) {
      throw new ByteSource.Damaged(count + " samples from " + first + " to " + last + " us");
    }
    Value firstValue = (flags & FIRST_VALUE) == 0 ? null : ValueCodec.decode(source);
    Value lastValue = (flags & LAST_VALUE) == 0 ? null : ValueCodec.decode(source);
    Numbers numbers = null;
    if ((flags & NO_NUMBERS) == 0) {
      boolean all = (flags & NUMBERS) == 0;
      long numberCount = all ? count : source.getVarint();
      long held = all ? (last - first) / times.unitMicros() : source.getVarint();
      numbers = NumbersCodec.decode(source, numberCount, held, times);
    }
    return new Summary(
        count,
        new Sample(first, valueOr(firstValue, numbers, true)),
        new Sample(last, valueOr(lastValue, numbers, false)),
        numbers);
  }

  private static Value valueOr(@Nullable Value value, @Nullable Numbers numbers, boolean first) {
    if (value != null) {
      return value;
    }
    if (numbers == null) {
      throw new ByteSource.Damaged("a summary with neither numbers nor values");
    }
    return first ? numbers.first() : numbers.last();
  }
}
