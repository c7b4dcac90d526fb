package qiantang.sim.journal;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;

/**
 * Reads a journal up to the first record that is not whole. A process that dies while it writes
 * leaves a torn tail, which is cut off: it was never forced to disk, so nothing relied on it. Whole
 * records behind a bad one are left out too: {@link RunHistory#damagedAt} says where they begin.
 */
public final class JournalReader {
  private static final JsonMapper JSON = new JsonMapper();

  private final RunHistory.Books books = new RunHistory.Books();
  private @Nullable RunHeader header;
  private @Nullable Long startMillis;
  private long reservedUntilNanos;
  private @Nullable Long nearUntilNanos;
  private boolean ended;
  private @Nullable String stopped;

  private JournalReader() {}

  public static Outcome<RunHistory> read(Path file) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      if (!Arrays.equals(in.readNBytes(RecordBytes.MAGIC.length), RecordBytes.MAGIC)) {
        return failed(file, "it is no journal of a run of this version");
      }
      JournalReader reader = new JournalReader();
      long whole = reader.records(new DataInputStream(in));
      long at = RecordBytes.MAGIC.length + whole;
      boolean damaged = Damage.isAt(at, file);
      if (reader.header == null && damaged) {
        return failed(file, "it is damaged at byte " + at + ": what its run was is not known");
      }
      if (reader.header == null) {
        return failed(file, "not even its header is whole; nothing was sent by then");
      }
      long cut = Files.size(file) - at;
      return new Outcome.Done<>(
          new RunHistory(
              reader.header,
              reader.startMillis,
              reader.bound(reader.header),
              reader.ended,
              reader.stopped,
              cut,
              damaged ? at : null,
              reader.books));
    } catch (IOException e) {
      return failed(
          file, FileCause.of(e) + "; name the run-ID.journal that the run named at its beginning");
    }
  }

  /** Takes records as long as they are whole; answers how many bytes they have. */
  private long records(DataInputStream in) throws IOException {
    long whole = 0;
    while (true) {
      byte[] head = in.readNBytes(5);
      if (head.length < 5) {
        return whole;
      }
      int length = ByteBuffer.wrap(head).getInt();
      if (length < 0 || length > RecordBytes.PAYLOAD_BYTES_MAX) {
        return whole;
      }
      byte[] record = Arrays.copyOf(head, RecordBytes.FRAME_BYTES + length);
      int read = in.readNBytes(record, head.length, length + 4);
      ByteBuffer all = ByteBuffer.wrap(record);
      if (read < length + 4
          || all.getInt(head.length + length) != RecordBytes.crc(record, 0, 5 + length)) {
        return whole;
      }
      take(head[4], all.slice(head.length, length));
      whole += record.length;
    }
  }

  private void take(int number, ByteBuffer payload) throws IOException {
    RecordType type = type(number);
    try {
      switch (type) {
        case HEADER -> {
          byte[] json = new byte[payload.remaining()];
          payload.get(json);
          header = JSON.readValue(json, RunHeader.class);
        }
        case BEGUN -> startMillis = LedgerBytes.number(payload);
        case RESERVED -> reservedUntilNanos = LedgerBytes.number(payload);
        case RESERVED_NEAR -> nearUntilNanos = LedgerBytes.number(payload);
        case PROGRESS -> LedgerBytes.read(payload, books);
        case ENDED -> ended = true;
        case STOPPED -> stopped = StandardCharsets.UTF_8.decode(payload).toString();
      }
    } catch (BufferUnderflowException e) {
      throw new IOException("a record of type " + type + " ends too early", e);
    }
  }

  /** What was not forced to disk counts where it cannot have been lost. */
  private long bound(RunHeader of) {
    Long near = nearUntilNanos;
    return near == null || reservedUntilNanos == RunHistory.UNBOUNDED || !of.isOfThisBoot()
        ? reservedUntilNanos
        : Math.min(near, reservedUntilNanos);
  }

  private static RecordType type(int number) throws IOException {
    for (RecordType type : RecordType.values()) {
      if (type.number() == number) {
        return type;
      }
    }
    throw new IOException("a record is of the unknown type " + number + "; use a newer simulator");
  }

  private static <T> Outcome<T> failed(Path file, String cause) {
    return new Outcome.Failed<>(ExitCode.USAGE, "cannot read the journal " + file + ": " + cause);
  }
}
