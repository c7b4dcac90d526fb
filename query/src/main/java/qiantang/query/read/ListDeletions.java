package qiantang.query.read;

import java.util.List;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.fold.MaskTables;
import qiantang.store.fold.MaskTables.Deletion;

/** What was deleted of an enterprise's data, as long as anything of it could be left. */
public final class ListDeletions {
  private final MaskTables masks;
  private final StoreWait store;

  /** Lists from these tables. */
  public ListDeletions(MaskTables masks, StoreWait store) {
    this.masks = masks;
    this.store = store;
  }

  /** All of them, the newest first. */
  public List<Deletion> run(Leave leave) {
    return store.await(masks.readDeletions(leave.enterprise())).reversed();
  }
}
