package qiantang.store.fold;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.StartId;

/**
 * Who of several does what, so that all agree without a word: each gives the thing a weight, and
 * the largest has it (Thaler and Ravishankar, 1998). One that comes or goes moves only its own
 * share. The same in every JVM.
 */
final class Rendezvous {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Rendezvous() {}

  /** Whose it is; null where there is nobody. */
  static @Nullable StartId owner(Collection<StartId> candidates, String thing) {
    StartId owner = null;
    long largest = 0;
    long hash = hash(thing);
    for (StartId candidate : candidates) {
      long weight =
          mix(
              mix(hash ^ candidate.id().getMostSignificantBits())
                  ^ candidate.id().getLeastSignificantBits());
      boolean isLarger = weight > largest || (weight == largest && isBefore(candidate, owner));
      if (owner == null || isLarger) {
        owner = candidate;
        largest = weight;
      }
    }
    return owner;
  }

  private static boolean isBefore(StartId candidate, @Nullable StartId owner) {
    return owner == null || candidate.compareTo(owner) < 0;
  }

  /** FNV-1a. */
  private static long hash(String thing) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < thing.length(); i++) {
      hash = (hash ^ thing.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }

  /** The finalizer of SplitMix64: every bit of the input moves every bit of the result. */
  private static long mix(long bits) {
    long z = bits;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
