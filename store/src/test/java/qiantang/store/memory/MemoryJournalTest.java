package qiantang.store.memory;

import qiantang.store.harness.ManualTime;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTablesContract;

class MemoryJournalTest extends JournalTablesContract {
  private final MemoryJournal tables = new MemoryJournal(new ManualTime(), Runnable::run, true);

  @Override
  protected JournalTables tables() {
    return tables;
  }
}
