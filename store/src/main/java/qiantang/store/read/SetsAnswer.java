package qiantang.store.read;

import java.util.List;
import java.util.SortedMap;
import qiantang.store.read.Completeness.Gap;
import qiantang.store.summary.Across;

/** What became of a question about sets of devices. */
public sealed interface SetsAnswer {
  /**
   * The sets.
   *
   * @param bySet by their numbers; those of which no device told anything are missing
   */
  record Found(SortedMap<Integer, OfSet> bySet, Completeness completeness) implements SetsAnswer {
    Found with(List<Gap> gaps) {
      return new Found(bySet, completeness.with(gaps));
    }
  }

  /** There is more than may be held, or read: in the answer, in no chunk yet, or of devices. */
  record TooLarge() implements SetsAnswer {}

  /**
   * One set.
   *
   * @param devices how many of it told anything
   * @param byInterval by the numbers of the intervals, from 0
   */
  record OfSet(int devices, SortedMap<Integer, Across> byInterval) {}
}
