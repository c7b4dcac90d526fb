package qiantang.store.harness;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.EntryCodec;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.StartId;
import qiantang.store.model.WriteResult;

/** An ingest node without MQTT: a journal, what was sent to it and what it answered. */
public final class Node {
  /** One message and its answer. */
  public static final class Sent {
    /** Its place among all that was sent to the node. */
    public final int number;

    private final List<WriteResult> results = new ArrayList<>(1);

    private Sent(int number) {
      this.number = number;
    }

    /** The answer; null while there is none. More than one is a bug. */
    public @Nullable WriteResult result() {
      if (results.size() > 1) {
        throw new AssertionError("BUG: answered " + results.size() + " times");
      }
      return results.isEmpty() ? null : results.getFirst();
    }

    /** Whether the device was told that its message is safe. */
    public boolean isAcknowledged() {
      return WriteResult.STORED.equals(result());
    }
  }

  private final ManualTime time;
  private final FaultyTables tables;
  private final Journal journal;
  private final ByteBudget budget = new ByteBudget(1L << 30);
  private final List<Sent> answered = new ArrayList<>();
  private final Queue<Runnable> frozen = new ArrayDeque<>();
  private boolean isFrozen;
  private int sent;
  private int timesSealed;

  /** A node whose start is this number; its journal is not open yet. */
  public Node(ManualTime time, JournalTables tables, long startNumber) {
    this(time, tables, startNumber, true);
  }

  private Node(ManualTime time, JournalTables tables, long startNumber, boolean folds) {
    this.time = time;
    this.tables = new FaultyTables(tables);
    journal =
        new Journal(
            this.tables,
            new StartId(new UUID(0, startNumber)),
            "node-" + startNumber,
            folds,
            time,
            time,
            this::after,
            new JournalMeter(time, (bytes, entries, nanos) -> {}),
            () -> timesSealed++);
  }

  /** An open one that takes no share of the folds. */
  public static Node notFolding(ManualTime time, JournalTables tables, long startNumber) {
    Node node = new Node(time, tables, startNumber, false);
    node.journal.open().toCompletableFuture().join();
    return node;
  }

  /** An open one. */
  public static Node opened(ManualTime time, JournalTables tables, long startNumber) {
    Node node = new Node(time, tables, startNumber);
    node.journal.open().toCompletableFuture().join();
    return node;
  }

  /** The journal under test. */
  public Journal journal() {
    return journal;
  }

  /** Its way to the tables. */
  public FaultyTables tables() {
    return tables;
  }

  /** Bytes of messages that wait for an answer. */
  public ByteBudget budget() {
    return budget;
  }

  /** What was answered, in order of the answers. */
  public List<Sent> answered() {
    return answered;
  }

  /** How often it was told that it is sealed. */
  public int timesSealed() {
    return timesSealed;
  }

  /** Sends one entry, answered on the thread that completes the write. */
  public Sent send(EnterpriseId enterprise, Entry entry) {
    return send(enterprise, EntryCodec.encode(entry), Runnable::run);
  }

  /** Sends bytes that need be no entry, answered on this loop. */
  public Sent send(EnterpriseId enterprise, byte[] entry, Executor loop) {
    Sent message = new Sent(sent++);
    if (!budget.tryTake(entry.length)) {
      throw new AssertionError("BUG: a test that sends more than 1 GiB");
    }
    journal
        .lane(enterprise)
        .append(
            new Append(
                enterprise,
                entry,
                new Counts(1, 0, 1, 0),
                budget,
                entry.length,
                loop,
                result -> {
                  message.results.add(result);
                  answered.add(message);
                }));
    return message;
  }

  /** The process stops: no timer runs and no answer of the database reaches it. */
  public void freeze() {
    isFrozen = true;
    tables.hold(FaultyTables.Op.values());
  }

  /** The process goes on: first the database's answers, then the timers that are overdue. */
  public void thaw() {
    isFrozen = false;
    tables.release();
    while (!frozen.isEmpty()) {
      frozen.remove().run();
    }
  }

  private void after(Duration delay, Runnable task) {
    time.after(
        delay,
        () -> {
          if (isFrozen) {
            frozen.add(task);
          } else {
            task.run();
          }
        });
  }
}
