package qiantang.store.summary;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * Summarizes the samples of one metric, which come in order of time, one at a time or as summaries
 * of stretches. Not thread-safe.
 */
public final class Summarizer {
  private final Cell now = new Cell();
  private final Cell last = new Cell();
  private final Cell lastNumber = new Cell();
  private final Cell min = new Cell();
  private final Cell max = new Cell();
  private final ExactSum sum = new ExactSum();
  private final ExactSum integral = new ExactSum();
  private final ExactSum resets = new ExactSum();
  private @Nullable Sample first;
  private @Nullable Value firstNumber;
  private long count;
  private long numbers;
  private boolean anyReal;
  private long heldMicros;

  /** Of nothing yet. */
  public Summarizer() {}

  /** Adds any value, later than all before. */
  public void add(long timeMicros, Value value) {
    now.set(timeMicros, value);
    addNow();
  }

  /**
   * Adds the doubles {@code [from, to)}, the fastest way.
   *
   * @param timesMicros of each value, ascending
   * @param integers which of them were sent as integers; null where none was
   */
  public void addReals(
      long[] timesMicros, double[] values, boolean @Nullable [] integers, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Double.isFinite(values[i])) {
        addSlowly(timesMicros, values, integers, from, to);
        return;
      }
    }
    if (from >= to) {
      return;
    }
    set(now, timesMicros, values, integers, from);
    addNow();
    double before = values[from];
    int lowest = from;
    int highest = from;
    for (int i = from + 1; i < to; i++) {
      double value = values[i];
      integral.addProduct(before, gapMicros(timesMicros, i));
      sum.add(value);
      if (value < before) {
        resets.add(before);
      }
      // By <= first, which a sensor's next value mostly answers, then zeros by their signs.
      if (value <= values[lowest] && Double.compare(value, values[lowest]) < 0) {
        lowest = i;
      }
      if (value >= values[highest] && Double.compare(value, values[highest]) > 0) {
        highest = i;
      }
      before = value;
      anyReal |= integers == null || !integers[i];
    }
    addedRun(timesMicros, from, to);
    set(now, timesMicros, values, integers, lowest);
    addExtreme();
    set(now, timesMicros, values, integers, highest);
    addExtreme();
    set(last, timesMicros, values, integers, to - 1);
    lastNumber.set(last);
  }

  private void addSlowly(
      long[] timesMicros, double[] values, boolean @Nullable [] integers, int from, int to) {
    for (int i = from; i < to; i++) {
      set(now, timesMicros, values, integers, i);
      addNow();
    }
  }

  private static void set(
      Cell cell, long[] timesMicros, double[] values, boolean @Nullable [] integers, int i) {
    if (integers != null && integers[i]) {
      cell.setInteger(timesMicros[i], (long) values[i]);
    } else {
      cell.setReal(timesMicros[i], values[i]);
    }
  }

  /** Adds the integers {@code [from, to)}, the fastest way. */
  public void addIntegers(long[] timesMicros, long[] values, int from, int to) {
    if (from >= to) {
      return;
    }
    now.setInteger(timesMicros[from], values[from]);
    addNow();
    long before = values[from];
    int lowest = from;
    int highest = from;
    for (int i = from + 1; i < to; i++) {
      long value = values[i];
      integral.addProduct(before, gapMicros(timesMicros, i));
      sum.add(value);
      if (value < before) {
        resets.add(before);
      }
      lowest = value < values[lowest] ? i : lowest;
      highest = value > values[highest] ? i : highest;
      before = value;
    }
    addedRun(timesMicros, from, to);
    now.setInteger(timesMicros[lowest], values[lowest]);
    addExtreme();
    now.setInteger(timesMicros[highest], values[highest]);
    addExtreme();
    last.setInteger(timesMicros[to - 1], before);
    lastNumber.set(last);
  }

  private static long gapMicros(long[] timesMicros, int i) {
    long gapMicros = timesMicros[i] - timesMicros[i - 1];
    if (gapMicros <= 0) {
      throw notLater(timesMicros[i], timesMicros[i - 1]);
    }
    return gapMicros;
  }

  /** Of a run of numbers the first was added alone. */
  private void addedRun(long[] timesMicros, int from, int to) {
    requireHeld(timesMicros[to - 1]);
    heldMicros += timesMicros[to - 1] - timesMicros[from];
    count += to - from - 1;
    numbers += to - from - 1;
  }

  private void addExtreme() {
    if (now.compareTo(min) < 0) {
      min.set(now);
    }
    if (now.compareTo(max) > 0) {
      max.set(now);
    }
  }

  private void addNow() {
    if (first == null) {
      requireHeld(now.timeMicros);
      first = now.sample();
    } else {
      hold(now.timeMicros);
    }
    count++;
    last.set(now);
    if (now.isNumber()) {
      addNumber();
    }
  }

  private static void requireHeld(long timeMicros) {
    if (!Summary.canHold(timeMicros)) {
      throw new IllegalArgumentException("BUG: a summary cannot hold " + timeMicros + " us");
    }
  }

  private static IllegalArgumentException notLater(long timeMicros, long lastMicros) {
    return new IllegalArgumentException(
        "BUG: %d us does not follow %d us".formatted(timeMicros, lastMicros));
  }

  /** The last sample was the newest until now. */
  private void hold(long nowMicros) {
    if (nowMicros <= last.timeMicros) {
      throw notLater(nowMicros, last.timeMicros);
    }
    requireHeld(nowMicros);
    if (last.isNumber()) {
      long gapMicros = nowMicros - last.timeMicros;
      last.addProductTo(integral, gapMicros);
      heldMicros += gapMicros;
    }
  }

  private void addNumber() {
    if (numbers == 0) {
      firstNumber = now.value();
      min.set(now);
      max.set(now);
    } else {
      if (now.compareTo(lastNumber) < 0) {
        lastNumber.addTo(resets);
      }
      addExtreme();
    }
    numbers++;
    anyReal |= now.isReal();
    now.addTo(sum);
    lastNumber.set(now);
  }

  /** Adds a summary of samples that are later than all before. */
  public void add(Summary summary) {
    if (first == null) {
      first = summary.first();
    } else {
      hold(summary.first().timeMicros());
    }
    count += summary.count();
    last.set(summary.last().timeMicros(), summary.last().value());
    if (summary.numbers() != null) {
      addNumbers(summary.numbers());
    }
  }

  private void addNumbers(Numbers more) {
    now.set(0, more.first());
    if (numbers == 0) {
      firstNumber = more.first();
      min.set(more.min().timeMicros(), more.min().value());
      max.set(more.max().timeMicros(), more.max().value());
    } else {
      if (now.compareTo(lastNumber) < 0) {
        lastNumber.addTo(resets);
      }
      now.set(more.min().timeMicros(), more.min().value());
      addExtreme();
      now.set(more.max().timeMicros(), more.max().value());
      addExtreme();
    }
    numbers += more.count();
    anyReal |= more.anyReal();
    sum.add(more.sum());
    integral.add(more.integral());
    resets.add(more.resets());
    heldMicros += more.heldMicros();
    lastNumber.set(0, more.last());
  }

  /** How many samples were added. */
  public long count() {
    return count;
  }

  /** The summary of what was added, null of nothing; from here on it is of nothing again. */
  public @Nullable Summary take() {
    if (first == null) {
      return null;
    }
    Summary summary = new Summary(count, first, last.sample(), numbersSoFar());
    first = null;
    firstNumber = null;
    count = 0;
    numbers = 0;
    anyReal = false;
    heldMicros = 0;
    sum.clear();
    integral.clear();
    resets.clear();
    return summary;
  }

  private @Nullable Numbers numbersSoFar() {
    if (firstNumber == null) {
      return null;
    }
    return new Numbers(
        numbers,
        anyReal,
        firstNumber,
        lastNumber.value(),
        min.sample(),
        max.sample(),
        sum.toExact(),
        integral.toExact(),
        heldMicros,
        resets.toExact());
  }
}
