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

  /** Adds a double, later than all before. */
  public void addReal(long timeMicros, double value) {
    now.setReal(timeMicros, value);
    addNow();
  }

  /** Adds an integer, later than all before. */
  public void addInteger(long timeMicros, long value) {
    now.setInteger(timeMicros, value);
    addNow();
  }

  /** Adds a boolean, later than all before. */
  public void addTruth(long timeMicros, boolean value) {
    now.setTruth(timeMicros, value);
    addNow();
  }

  /** Adds any value, later than all before. */
  public void add(long timeMicros, Value value) {
    now.set(timeMicros, value);
    addNow();
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

  /** The last sample was the newest until now. */
  private void hold(long nowMicros) {
    if (nowMicros <= last.timeMicros) {
      throw new IllegalArgumentException(
          "BUG: %d us does not follow %d us".formatted(nowMicros, last.timeMicros));
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
      if (now.compareTo(min) < 0) {
        min.set(now);
      }
      if (now.compareTo(max) > 0) {
        max.set(now);
      }
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
      if (now.compareTo(min) < 0) {
        min.set(now);
      }
      now.set(more.max().timeMicros(), more.max().value());
      if (now.compareTo(max) > 0) {
        max.set(now);
      }
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
