package qiantang.sim.journal;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;

/**
 * The journal of a run that goes on. Once a second it is written and forced to disk: how far each
 * publisher has come that has come further, and until when everything planned may be sent. Nobody
 * sends what is planned later, so after a crash nothing can be on the wire that the file does not
 * allow for; the sender waits for the disk only if that takes longer than {@link #AHEAD}.
 *
 * <p>That the process ends alone is far more frequent than that the machine does, and then all is
 * there that was written, forced or not. So a nearer bound is written ten times a second, which the
 * sender keeps as well: who is killed leaves in doubt what is planned for {@link #NEAR} and what
 * was sent since the last second. {@link RunHeader#isOfThisBoot} tells which bound counts.
 *
 * <p>Size: some 8 bytes for each publisher that moved, a second; 50,000 messages a second of 500
 * publishers are 15 MB an hour. Memory: 24 bytes a publisher.
 */
public final class RunJournal implements AutoCloseable {
  /** How far ahead of now everything planned counts as sent. */
  static final Duration AHEAD = Duration.ofSeconds(10);

  private static final Duration EVERY = Duration.ofSeconds(1);

  /**
   * How far ahead of now what is planned may be sent without another word to the file. Five times
   * {@link #NEAR_EVERY}: a thread that waits 0.4 s for a busy core delays nothing.
   */
  static final Duration NEAR = Duration.ofMillis(500);

  private static final Duration NEAR_EVERY = Duration.ofMillis(100);

  /** So many seconds' records give way, when the disk is full, to the one that says so. */
  private static final int STEPS_GIVEN_UP = 3;

  /** Copied in one task of an event loop: some 50 microseconds during which it sends nothing. */
  private static final int PUBLISHERS_OF_A_LOOP = 256;

  /** Publishers of one record come to this much. */
  private static final int PROGRESS_BYTES = 1 << 16;

  private static final JsonMapper JSON = new JsonMapper();

  /** Copies of the ledgers of some publishers, by their numbers in the run. */
  public interface Ledgers {
    List<Ledger> copy(int from, int to);
  }

  private final Path file;
  private final FileChannel channel;
  private final RecordBytes records = new RecordBytes();
  private final long[] sent;
  private final long[] settled;
  private final long[] settledBelow;
  private final Thread writer = Thread.ofPlatform().name("run-journal").unstarted(this::write);
  private final Thread nearWriter =
      Thread.ofPlatform().name("run-journal-near").unstarted(this::writeNear);

  private Ledgers ledgers = (from, to) -> List.of();
  private int slice;
  private long startNanos;
  private long startMillis;
  private volatile long farUntilNanos;
  private volatile long nearUntilNanos;

  /** Where the file ended before each of the last steps, the oldest first; guarded by this. */
  private final Deque<Long> stepsAt = new ArrayDeque<>();

  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable String trouble;

  private RunJournal(Path file, FileChannel channel, int publishers) {
    this.file = file;
    this.channel = channel;
    this.sent = new long[publishers];
    this.settled = new long[publishers];
    this.settledBelow = new long[publishers];
  }

  /** Makes {@code run-ID.journal} in the folder, with the header in it. */
  public static Outcome<RunJournal> create(Path folder, RunHeader header, int publishers) {
    Path file = folder.resolve("run-" + header.runId() + ".journal");
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      RunJournal journal = new RunJournal(file, channel, publishers);
      channel.write(ByteBuffer.wrap(RecordBytes.MAGIC));
      journal.records.bytes(JSON.writeValueAsBytes(header)).end(RecordType.HEADER);
      journal.force();
      return new Outcome.Done<>(journal);
    } catch (IOException e) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "cannot write the journal %s: %s; name another folder with --journal"
              .formatted(file, FileCause.of(e)));
    }
  }

  public Path file() {
    return file;
  }

  /**
   * Writes down that the plan begins, then keeps writing until the journal is closed.
   *
   * @param startMillis the plan's beginning by the wall clock, a little ahead
   * @param loops that publishers are dealt out to in turn: as many times more are asked for at once
   */
  public void begin(long startMillis, int loops, Ledgers ledgers) {
    this.ledgers = ledgers;
    slice = PUBLISHERS_OF_A_LOOP * loops;
    this.startMillis = startMillis;
    long aheadMillis = startMillis - System.currentTimeMillis();
    startNanos = System.nanoTime() + Duration.ofMillis(aheadMillis).toNanos();
    records.number(startMillis).end(RecordType.BEGUN);
    step();
    near();
    writer.start();
    nearWriter.start();
  }

  /**
   * Messages planned before this time of the plan may be sent; any thread. After the disk failed
   * there is no bound any more, and {@link #trouble} says so.
   */
  public long reservedUntilNanos() {
    return trouble == null ? Math.min(nearUntilNanos, farUntilNanos) : RunHistory.UNBOUNDED;
  }

  /** Why the journal is not to be relied on, or null. */
  public @Nullable String trouble() {
    return trouble;
  }

  /** Writes down that the run ended by itself, with all that is known at its end. */
  public void end(List<Ledger> all) {
    stopWriter();
    if (trouble == null) {
      try {
        progress(0, all);
        records.end(RecordType.ENDED);
        force();
      } catch (IOException e) {
        failed(e);
      }
    }
  }

  /** Writes down why the run cannot go on; who audits it hears of it. */
  public void stopped(String why) {
    try {
      RecordBytes record = new RecordBytes();
      record.bytes(why.getBytes(StandardCharsets.UTF_8)).end(RecordType.STOPPED);
      append(record.take());
    } catch (IOException e) {
      failed(e);
    }
  }

  /** Removes the file of a run that nobody needs to audit again. */
  public void remove() {
    close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      trouble = "cannot remove the journal " + file + ": " + FileCause.of(e);
    }
  }

  @Override
  public void close() {
    stopWriter();
    try {
      channel.close();
    } catch (IOException e) {
      trouble = "cannot close the journal " + file + ": " + FileCause.of(e);
    }
  }

  /** Not by an interrupt, which would close the file. */
  private void stopWriter() {
    closed.countDown();
    try {
      writer.join(); // at once if it never began
      nearWriter.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The writer's thread. */
  private void write() {
    try {
      while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS) && trouble == null) {
        step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void step() {
    try {
      long until = System.nanoTime() - startNanos + AHEAD.toNanos();
      for (int from = 0; from < sent.length; from += slice) {
        progress(from, ledgers.copy(from, Math.min(sent.length, from + slice)));
      }
      records.number(Math.max(0, until)).end(RecordType.RESERVED);
      markStep();
      force();
      farUntilNanos = until;
    } catch (IOException e) {
      failed(e);
    }
  }

  /** The thread of the near bound. */
  private void writeNear() {
    try {
      while (!closed.await(NEAR_EVERY.toMillis(), TimeUnit.MILLISECONDS) && trouble == null) {
        near();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void near() {
    try {
      long until = System.nanoTime() - startNanos + NEAR.toNanos();
      RecordBytes record = new RecordBytes();
      record.number(Math.max(0, until)).end(RecordType.RESERVED_NEAR);
      append(record.take());
      nearUntilNanos = until;
    } catch (IOException e) {
      failed(e);
    }
  }

  private synchronized void markStep() throws IOException {
    stepsAt.add(channel.position());
    if (stepsAt.size() > STEPS_GIVEN_UP) {
      stepsAt.remove();
    }
  }

  /** Afterwards nothing bounds what is sent, and the file must say so to whoever reads it. */
  private synchronized void failed(IOException e) {
    if (trouble != null) {
      return;
    }
    String told =
        "the journal %s ends here: %s; were this run killed, all of its plan would be in doubt"
            .formatted(file, FileCause.of(e));
    try {
      Long from = stepsAt.peek();
      channel.truncate(from == null ? channel.size() : from); // makes room where there is none
      RecordBytes last = new RecordBytes();
      last.number(startMillis).end(RecordType.BEGUN);
      last.number(RunHistory.UNBOUNDED).end(RecordType.RESERVED);
      write(last.take());
      channel.force(false);
    } catch (IOException again) {
      told = told + forgotten();
    }
    trouble = told;
  }

  /** A journal with a bound that does not hold would make phantoms of what was sent. */
  private String forgotten() {
    try {
      Files.deleteIfExists(file);
      return "";
    } catch (IOException e) {
      return "; remove it, for it is wrong";
    }
  }

  private void progress(int from, List<Ledger> copies) {
    for (int i = 0; i < copies.size(); i++) {
      Ledger ledger = copies.get(i);
      int publisher = from + i;
      long nowSettled = ledger.ackedCount() + ledger.refusedCount();
      if (ledger.sent() != sent[publisher] || nowSettled != settled[publisher]) {
        LedgerBytes.write(records, publisher, ledger, settledBelow[publisher]);
        sent[publisher] = ledger.sent();
        settled[publisher] = nowSettled;
        settledBelow[publisher] = ledger.settledBelow();
      }
      if (records.payloadBytes() > PROGRESS_BYTES) {
        records.end(RecordType.PROGRESS);
      }
    }
    if (records.payloadBytes() > 0) {
      records.end(RecordType.PROGRESS);
    }
  }

  private void force() throws IOException {
    append(records.take());
    channel.force(false);
  }

  /** Whole records alone, of one thread at a time; nothing any more after a failure. */
  private synchronized void append(byte[] bytes) throws IOException {
    if (trouble == null) {
      write(bytes);
    }
  }

  private void write(byte[] records) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(records);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
