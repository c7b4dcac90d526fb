package qiantang.store.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Entry;

/**
 * Rejections, newest first.
 *
 * @param next id to go on behind, null at the end
 */
public record RejectionsAnswer(List<Item> items, @Nullable String next, Completeness completeness) {
  /**
   * One rejection.
   *
   * @param id stable; sorts by arrival, then by place in the journal
   */
  public record Item(String id, Entry.Rejection rejection) {}
}
