package qiantang.ingest.payload.sparkplug;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.ByteBudget;

/**
 * What the last birth of a node or device said of its metrics: which alias stands for which name,
 * and of which type its values are. Event loop only.
 */
final class Declared {
  /** With its tables, about; each metric comes on top. */
  static final int BYTES = 512;

  /** Of one metric in both tables, beside its name. */
  static final int METRIC_BYTES = 192;

  /**
   * A metric as its birth declared it.
   *
   * @param type null where it gave none
   * @param fault why no value of it can be kept, null where they can
   */
  record Declaration(String name, @Nullable DataType type, @Nullable String fault) {}

  private final ByteBudget budget;
  private final Map<Long, Declaration> byAlias = new HashMap<>();
  private final Map<String, Declaration> byName = new HashMap<>();
  private long taken;
  private boolean isCut;

  /** Declares nothing yet; {@link #BYTES} are taken from the budget for it. */
  Declared(ByteBudget budget) {
    this.budget = budget;
    taken = BYTES;
  }

  /** Keeps a declaration; false where there is no room for it. */
  boolean add(@Nullable Long alias, Declaration declaration) {
    int bytes = METRIC_BYTES + declaration.name().length();
    if (!budget.tryTake(bytes)) {
      isCut = true;
      return false;
    }
    taken += bytes;
    byName.put(declaration.name(), declaration);
    if (alias == null) {
      return true;
    }
    Declaration other = byAlias.putIfAbsent(alias, declaration);
    if (other != null && !other.name().equals(declaration.name())) {
      // [tck-id-payloads-alias-uniqueness] rather none than the wrong one.
      String fault = "shares its alias with '" + declaration.name() + "': give each its own";
      byAlias.put(alias, new Declaration(other.name(), null, fault));
    }
    return true;
  }

  @Nullable Declaration of(long alias) {
    return byAlias.get(alias);
  }

  @Nullable Declaration of(String name) {
    return byName.get(name);
  }

  /** Whether something was declared that is not kept: another birth would not change that. */
  boolean isCut() {
    return isCut;
  }

  /** Gives back what it took; not used any more. */
  void release() {
    budget.give(taken);
    taken = 0;
  }
}
