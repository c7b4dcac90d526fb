package qiantang.store.read;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an answer is worth.
 *
 * @param complete whether it holds everything asked for that was acknowledged before the request
 * @param truncatedBy what cut it: {@code limit}, and the next page has the rest; {@code store},
 *     which did not answer for the items that say so; or null
 * @param freshnessMicros arrival time of the newest sample or rejection in the answer, of intervals
 *     that of the newest row of the device they were told from; of activity, of the newest record
 *     of the enterprise that was seen; 0 for none
 * @param sources where it came from, of {@code summaries}, {@code chunks}, {@code states}, {@code
 *     blocks}, {@code events}, {@code journal}, {@code index} in this order: folded ones if they
 *     had something of what was asked, the journal always; or {@code counts} that are kept
 * @param damagedFrames frames, blocks, chunks, states and events that could not be decoded; above 0
 *     the answer is not complete
 * @param gaps where something of a series may be missing; then the answer is not complete
 */
public record Completeness(
    boolean complete,
    @Nullable String truncatedBy,
    long freshnessMicros,
    List<String> sources,
    int damagedFrames,
    List<Gap> gaps) {
  /** Of an answer that nothing was added to. */
  public static final Completeness NOTHING =
      new Completeness(true, null, 0, List.of(), 0, List.of());

  /** Arrival times, of which something may be missing: it expired before it was packed. */
  public record Gap(long fromMicros, long toMicros) {}

  /**
   * Of kept counts.
   *
   * @param areAllCounted whether none is missing that should be there
   * @param countedMillis when the oldest of them was made; null for never
   */
  public static Completeness ofCounts(boolean areAllCounted, @Nullable Long countedMillis) {
    return new Completeness(
        areAllCounted && countedMillis != null,
        null,
        countedMillis == null ? 0 : countedMillis * 1000,
        List.of("counts"),
        0,
        List.of());
  }

  /**
   * Of an index of devices.
   *
   * @param madeMillis when it was made: it does not know what changed since
   */
  public static Completeness ofIndex(long madeMillis) {
    return new Completeness(
        true, null, madeMillis * 1000, Source.words(EnumSet.of(Source.INDEX)), 0, List.of());
  }

  static Completeness of(
      @Nullable String truncatedBy,
      long freshnessMicros,
      EnumSet<Source> sources,
      int damagedFrames) {
    return new Completeness(
        truncatedBy == null && damagedFrames == 0,
        truncatedBy,
        freshnessMicros,
        Source.words(sources),
        damagedFrames,
        List.of());
  }

  /** The same of a part of the answer: its newest arrival tells nothing of the rest. */
  public Completeness fresh(long ofPartMicros) {
    return new Completeness(complete, truncatedBy, ofPartMicros, sources, damagedFrames, gaps);
  }

  /** The same of the first items of more. */
  public Completeness cut() {
    return cutBy("limit");
  }

  /** The same of an answer for whose times there are gaps. */
  Completeness with(List<Gap> found) {
    return found.isEmpty()
        ? this
        : new Completeness(
            false, truncatedBy, freshnessMicros, sources, damagedFrames, List.copyOf(found));
  }

  /** What an answer is worth that is made of two. */
  public Completeness plus(Completeness other) {
    Set<String> all = new HashSet<>(sources);
    all.addAll(other.sources);
    return new Completeness(
        complete && other.complete,
        truncatedBy == null ? other.truncatedBy : truncatedBy,
        Math.max(freshnessMicros, other.freshnessMicros),
        Source.words(EnumSet.allOf(Source.class)).stream().filter(all::contains).toList(),
        damagedFrames + other.damagedFrames,
        Stream.concat(gaps.stream(), other.gaps.stream()).distinct().toList());
  }

  /** The same of an answer that goes on elsewhere, and why. */
  public Completeness cutBy(String what) {
    return new Completeness(false, what, freshnessMicros, sources, damagedFrames, gaps);
  }

  /** The same of an answer that tells, further on, of what is behind its limit too. */
  public Completeness uncut() {
    boolean isComplete = damagedFrames == 0 && gaps.isEmpty();
    return new Completeness(isComplete, null, freshnessMicros, sources, damagedFrames, gaps);
  }

  /** The same of an answer that has an error in the place of something that was named. */
  public Completeness lacking() {
    return new Completeness(false, truncatedBy, freshnessMicros, sources, damagedFrames, gaps);
  }
}
