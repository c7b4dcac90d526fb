package qiantang.sim.journal;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/**
 * The journal of a run that goes on. Once a second it is written and forced to disk: how far each
 * publisher has come that has come further, and until when everything planned may be sent. Nobody
 * sends what is planned later, so after a crash nothing can be on the wire that the file does not
 * allow for; the sender waits for the disk only if that takes longer than {@link #AHEAD}.
 *
 * <p>Size: some 8 bytes for each publisher that moved, a second; 50,000 messages a second of 500
 * publishers are 15 MB an hour. Memory: 24 bytes a publisher.
 */
public final class RunJournal implements AutoCloseable {
  /** How far ahead of now everything planned counts as sent. */
  static final Duration AHEAD = Duration.ofSeconds(10);

  private static final Duration EVERY = Duration.ofSeconds(1);

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

  private Ledgers ledgers = (from, to) -> List.of();
  private int slice;
  private long startNanos;
  private volatile long reservedUntilNanos;
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
          ExitCode.USAGE, "cannot write " + file + ": " + e + "; name a folder with --journal");
    }
  }

  public Path file() {
    return file;
  }

  /**
   * Writes down that the plan begins, then keeps writing until the journal is closed.
   *
   * @param loops that publishers are dealt out to in turn: as many times more are asked for at once
   */
  public void begin(long startMillis, int loops, Ledgers ledgers) {
    this.ledgers = ledgers;
    slice = PUBLISHERS_OF_A_LOOP * loops;
    startNanos = System.nanoTime();
    records.number(startMillis).end(RecordType.BEGUN);
    step();
    writer.start();
  }

  /**
   * Messages planned before this time of the plan may be sent; any thread. After the disk failed
   * there is no bound any more, and {@link #trouble} says so.
   */
  public long reservedUntilNanos() {
    return reservedUntilNanos;
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

  /** Removes the file of a run that nobody needs to audit again. */
  public void remove() {
    close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failed(e);
    }
  }

  @Override
  public void close() {
    stopWriter();
    try {
      channel.close();
    } catch (IOException e) {
      failed(e);
    }
  }

  /** Not by an interrupt, which would close the file. */
  private void stopWriter() {
    closed.countDown();
    try {
      writer.join(); // at once if it never began
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
      records.number(until).end(RecordType.RESERVED);
      force();
      reservedUntilNanos = until;
    } catch (IOException e) {
      failed(e);
    }
  }

  private void failed(IOException e) {
    trouble =
        "the journal " + file + " ends here: " + e + "; a crash of this run could not be audited";
    reservedUntilNanos = Long.MAX_VALUE;
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
    ByteBuffer bytes = ByteBuffer.wrap(records.take());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }
}
