package qiantang.query.read;

import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

/** Reads the units of an enterprise as they are at this moment. */
public final class ReadUnits {
  private final UnitTables tables;
  private final StoreWait store;

  /** Reads from a table. */
  public ReadUnits(UnitTables tables, StoreWait store) {
    this.tables = tables;
    this.store = store;
  }

  /** All of them. */
  public Units run(Leave leave) {
    return store.await(tables.read(leave.enterprise()));
  }
}
