package qiantang.store.codec;

import qiantang.store.summary.Summary;

/**
 * How the event times of a part are counted in its summaries.
 *
 * @param firstMicros the first one
 * @param unitMicros all lie a multiple of this behind the first
 * @param units how many units the last one lies behind the first
 */
record SummaryTimes(long firstMicros, long unitMicros, long units) {
  /** Those of columns whose times a summary can hold. */
  static SummaryTimes of(DeviceColumns columns) {
    long first = columns.eventTimeMicros(0);
    long unit = 0;
    for (int row = 1; row < columns.rows() && unit != 1; row++) {
      long micros = columns.eventTimeMicros(row) - first;
      unit = unit != 0 && micros % unit == 0 ? unit : gcd(micros, unit);
    }
    long last = columns.eventTimeMicros(columns.rows() - 1) - first;
    return unit == 0 ? new SummaryTimes(first, 1, 0) : new SummaryTimes(first, unit, last / unit);
  }

  /** The greatest that divides both; one where the other is 0. */
  static long gcd(long a, long b) {
    long divisor = a;
    long rest = b;
    while (rest != 0) {
      long next = divisor % rest;
      divisor = rest;
      rest = next;
    }
    return divisor;
  }

  long lastMicros() {
    return firstMicros + units * unitMicros;
  }

  void encode(ByteSink sink) {
    sink.putZigzag(firstMicros);
    sink.putVarint(unitMicros);
    sink.putVarint(units);
  }

  static SummaryTimes decode(ByteSource source) {
    long first = source.getZigzag();
    long unit = source.getVarint();
    long units = source.getVarint();
    boolean fits =
        Summary.canHold(first)
            && unit > 0
            && units >= 0
            && units <= 2 * Summary.MICROS_MAX / unit
            && Summary.canHold(first + units * unit);
    if (!fits) {
      throw new ByteSource.Damaged("times of %d and %d * %d us".formatted(first, units, unit));
    }
    return new SummaryTimes(first, unit, units);
  }

  /** Units between the first time and this one. */
  long toUnits(long timeMicros) {
    return (timeMicros - firstMicros) / unitMicros;
  }

  /** The time so many units behind the first. */
  long toMicros(long atUnits) {
    if (atUnits < 0 || atUnits > units) {
      throw new ByteSource.Damaged(
          "a time " + atUnits + " of " + units + " units behind the first");
    }
    return firstMicros + atUnits * unitMicros;
  }
}
