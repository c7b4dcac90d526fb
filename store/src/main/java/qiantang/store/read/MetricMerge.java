package qiantang.store.read;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;

/**
 * Samples of one metric, from any number of sources in any order. They are appended: what comes in
 * order of event time, as nearly everything does, is in place with that. Where the order breaks
 * another run begins, and {@link #settle} merges the runs; of one event time the last in the order
 * of arrival stays, of two from one place the one that was added later. Not thread-safe.
 */
final class MetricMerge {
  private static final int CAPACITY = 8;

  private int size;
  private long[] timesMicros = new long[CAPACITY];
  private long[] arrivalsMicros = new long[CAPACITY];
  private Rank[] ranks = new Rank[CAPACITY];
  private Value[] values = new Value[CAPACITY];
  // Where runs begin; the first begins at 0.
  private int[] runs = {0, 0};
  private int runCount = 1;

  /** How many samples there are; before {@link #settle} some may be superseded by others. */
  int size() {
    return size;
  }

  /** Adds one; false if it took the place of another, or gave way to it. */
  boolean add(long timeMicros, long arrivalMicros, Rank rank, Value value) {
    int last = size - 1;
    if (last >= 0 && timesMicros[last] == timeMicros) {
      if (ranks[last].compareTo(rank) <= 0) {
        put(last, timeMicros, arrivalMicros, rank, value);
      }
      return false;
    }
    if (last >= 0 && timesMicros[last] > timeMicros) {
      beginRun();
    }
    if (size == timesMicros.length) {
      resize(size * 2);
    }
    put(size++, timeMicros, arrivalMicros, rank, value);
    return true;
  }

  private void put(int index, long timeMicros, long arrivalMicros, Rank rank, Value value) {
    timesMicros[index] = timeMicros;
    arrivalsMicros[index] = arrivalMicros;
    ranks[index] = rank;
    values[index] = value;
  }

  private void beginRun() {
    if (runCount == runs.length) {
      runs = Arrays.copyOf(runs, runCount * 2);
    }
    runs[runCount++] = size;
  }

  private void resize(int capacity) {
    timesMicros = Arrays.copyOf(timesMicros, capacity);
    arrivalsMicros = Arrays.copyOf(arrivalsMicros, capacity);
    ranks = Arrays.copyOf(ranks, capacity);
    values = Arrays.copyOf(values, capacity);
  }

  /** Makes one run of all: in order of event time, each once. */
  void settle() {
    while (runCount > 1) {
      mergePairs();
    }
  }

  private void mergePairs() {
    MetricMerge merged = new MetricMerge();
    merged.resize(size);
    for (int run = 0; run < runCount; run += 2) {
      if (run > 0) {
        merged.beginRun();
      }
      merged.mergeRuns(this, runs[run], begin(run + 1), begin(run + 2));
    }
    size = merged.size;
    timesMicros = merged.timesMicros;
    arrivalsMicros = merged.arrivalsMicros;
    ranks = merged.ranks;
    values = merged.values;
    runs = merged.runs;
    runCount = merged.runCount;
  }

  private int begin(int run) {
    return run < runCount ? runs[run] : size;
  }

  /** Appends two adjacent runs of another as one. */
  private void mergeRuns(MetricMerge from, int first, int second, int end) {
    int a = first;
    int b = second;
    while (a < second && b < end) {
      if (from.timesMicros[a] < from.timesMicros[b]) {
        copy(from, a++);
      } else {
        if (from.timesMicros[a] == from.timesMicros[b]) {
          // Both are of one identity; the loser is stepped over.
          if (from.ranks[a].compareTo(from.ranks[b]) > 0) {
            b++;
          } else {
            a++;
          }
        } else {
          copy(from, b++);
        }
      }
    }
    copy(from, a, second);
    copy(from, b, end);
  }

  private void copy(MetricMerge from, int index) {
    put(
        size++,
        from.timesMicros[index],
        from.arrivalsMicros[index],
        from.ranks[index],
        from.values[index]);
  }

  private void copy(MetricMerge from, int begin, int end) {
    int length = end - begin;
    System.arraycopy(from.timesMicros, begin, timesMicros, size, length);
    System.arraycopy(from.arrivalsMicros, begin, arrivalsMicros, size, length);
    System.arraycopy(from.ranks, begin, ranks, size, length);
    System.arraycopy(from.values, begin, values, size, length);
    size += length;
  }

  long timeMicros(int index) {
    return timesMicros[index];
  }

  long arrivalMicros(int index) {
    return arrivalsMicros[index];
  }

  Rank rank(int index) {
    return ranks[index];
  }

  Value value(int index) {
    return values[index];
  }

  /** Copies the event times of a settled merge; returns behind the last. */
  int copyTimes(long[] into, int at) {
    System.arraycopy(timesMicros, 0, into, at, size);
    return at + size;
  }

  /** Leaves out what is not before this event time, of a settled merge. */
  void cut(long toMicros) {
    int found = Arrays.binarySearch(timesMicros, 0, size, toMicros);
    size = found >= 0 ? found : -found - 1;
    resize(Math.max(CAPACITY, size));
  }

  /** Arrival time of the newest, 0 for none. */
  long newestArrivalMicros() {
    return Arrays.stream(arrivalsMicros, 0, size).max().orElse(0);
  }

  /** The samples of a settled merge, which is done with that. */
  List<Sample> samples() {
    return new Samples(
        Arrays.copyOf(timesMicros, size),
        Arrays.copyOf(arrivalsMicros, size),
        Arrays.copyOf(values, size));
  }

  /** Samples kept as columns: a million of them are a fifth of the objects. */
  private static final class Samples extends AbstractList<Sample> implements RandomAccess {
    private final long[] timesMicros;
    private final long[] arrivalsMicros;
    private final Value[] values;

    Samples(long[] timesMicros, long[] arrivalsMicros, Value[] values) {
      this.timesMicros = timesMicros;
      this.arrivalsMicros = arrivalsMicros;
      this.values = values;
    }

    @Override
    public Sample get(int index) {
      return new Sample(timesMicros[index], arrivalsMicros[index], values[index]);
    }

    @Override
    public int size() {
      return timesMicros.length;
    }
  }
}
