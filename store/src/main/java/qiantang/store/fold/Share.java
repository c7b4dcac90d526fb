package qiantang.store.fold;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/**
 * Which part of the folds a process does. All agree as long as they see the same starts; for the
 * seconds in which they do not, something is done twice or later.
 *
 * @param self the process's own start; null for one that has none and does everything
 * @param live the starts that are not sealed and whose nodes fold
 */
record Share(@Nullable StartId self, Set<StartId> live) {
  /** Whether it sorts this lane: a live start's own node does if it folds, else somebody. */
  boolean hasLane(Start start, int lane) {
    if (self == null) {
      return true;
    }
    boolean isLeft = start.sealed() || !start.folds();
    return isLeft ? isMine(start.id() + "/" + lane) : start.id().equals(self);
  }

  /** Whether it packs this enterprise. */
  boolean hasEnterprise(EnterpriseId enterprise) {
    return self == null || isMine(enterprise.text());
  }

  /** Whether it does this, which has a name of its own. */
  boolean has(String thing) {
    return self == null || isMine(thing);
  }

  private boolean isMine(String thing) {
    StartId owner = Rendezvous.owner(live, thing);
    return owner != null && owner.equals(self);
  }
}
