package qiantang.query.read;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param next id to go on behind, null at the end
 */
public record Page<T>(List<T> items, @Nullable String next) {
  /** The page of at most {@code limit} items out of a list that was asked for one more. */
  public static <T> Page<T> of(List<T> oneMore, int limit, Function<T, String> id) {
    if (oneMore.size() <= limit) {
      return new Page<>(oneMore, null);
    }
    List<T> items = oneMore.subList(0, limit);
    return new Page<>(items, id.apply(items.getLast()));
  }
}
