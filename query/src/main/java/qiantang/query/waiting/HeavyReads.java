package qiantang.query.waiting;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** So many heavy reads of one token at once, so that no token takes all there is. Any thread. */
public final class HeavyReads {
  private final int perTokenMax;
  private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

  /** Lets so many of each token through. */
  public HeavyReads(int perTokenMax) {
    this.perTokenMax = perTokenMax;
  }

  /** How many of one token are let through. */
  public int perTokenMax() {
    return perTokenMax;
  }

  /** Leave for one more, to be given back by running it; empty if there are enough already. */
  public Optional<Runnable> enter(String tokenId) {
    int now = underWay.merge(tokenId, 1, Integer::sum);
    if (now > perTokenMax) {
      leave(tokenId);
      return Optional.empty();
    }
    return Optional.of(() -> leave(tokenId));
  }

  private void leave(String tokenId) {
    underWay.computeIfPresent(tokenId, (id, count) -> count == 1 ? null : count - 1);
  }
}
