package qiantang.store.simulation;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.EntryCodec;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.Counts;
import qiantang.store.model.Entry;
import qiantang.store.model.StartId;
import qiantang.store.model.WriteResult;

/**
 * An ingest node without MQTT: begins, is sealed, dies and begins again, each time as a new start.
 */
final class IngestNode {
  private static final Duration REOPEN = Duration.ofSeconds(1);

  private final Machine machine;
  private final JournalTables tables;
  private final Way way;
  private final Judge judge;
  private final Dice dice;
  private final Trace trace;
  private final ByteBudget budget = new ByteBudget(1L << 30);
  private @Nullable Journal journal;
  private boolean open;

  IngestNode(Machine machine, JournalTables tables, Way way, Judge judge, Dice dice, Trace trace) {
    this.machine = machine;
    this.tables = tables;
    this.way = way;
    this.judge = judge;
    this.dice = dice;
    this.trace = trace;
  }

  Machine machine() {
    return machine;
  }

  Way way() {
    return way;
  }

  /** Which start it is; null where it is down. */
  @Nullable StartId start() {
    return journal == null ? null : journal.start();
  }

  /** Whether devices can connect. */
  boolean isOpen() {
    return open && !machine.isStalled();
  }

  /** Whether it runs at all. */
  boolean isUp() {
    return journal != null;
  }

  /** Begins as a new start. */
  void begin() {
    StartId start = new StartId(new UUID(dice.bits(), dice.bits()));
    Journal fresh =
        new Journal(
            tables,
            start,
            machine.name(),
            machine,
            machine,
            machine,
            new JournalMeter(machine, (bytes, entries, nanos) -> {}),
            this::sealed);
    journal = fresh;
    open = false;
    trace.note(machine.name(), "begins", start.id().getMostSignificantBits(), start);
    var _ =
        fresh
            .open()
            .whenComplete(
                (nothing, error) -> {
                  if (journal != fresh) {
                    return;
                  }
                  if (error == null) {
                    open = true;
                    trace.note(machine.name(), "is open", 0, null);
                  } else {
                    fresh.close();
                    machine.after(
                        REOPEN,
                        () -> {
                          if (journal == fresh) {
                            begin();
                          }
                        });
                  }
                });
  }

  private void sealed() {
    trace.note(machine.name(), "learns that it is sealed", 0, null);
    close();
    begin();
  }

  /** Ends in order, as on a deployment. */
  void close() {
    Journal before = journal;
    journal = null;
    open = false;
    if (before != null) {
      before.close();
    }
  }

  /** The process is killed. */
  void die() {
    machine.die();
    journal = null;
    open = false;
  }

  /** A message comes in; the judge hears of the acknowledgement. */
  void take(Message message) {
    Journal now = journal;
    if (now == null) {
      return;
    }
    Delivery delivery = judge.deliver(message, machine.millis());
    trace.note(machine.name(), "takes", delivery.number, delivery);
    byte[] entry =
        EntryCodec.encode(
            new Entry.Readings(message.publisher, delivery.arrivalMicros, message.readings));
    budget.tryTake(entry.length);
    now.lane(message.enterprise)
        .append(
            new Append(
                message.enterprise,
                entry,
                new Counts(1, 0, message.readings.size(), 0),
                budget,
                entry.length,
                machine,
                result -> answered(delivery, result)));
  }

  private void answered(Delivery delivery, WriteResult result) {
    if (result instanceof WriteResult.Stored) {
      trace.note(machine.name(), "acknowledges", delivery.number, null);
      judge.acknowledged(delivery);
    }
  }
}
