package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.MetricValue;

/**
 * A chunk: one device's samples of one span, columnar, in parts that can each be read alone.
 *
 * <pre>
 * part := 'C' version(1) metrics(varint) name(SortedTexts)* columns(ColumnsCodec) crc32c(4)
 * </pre>
 */
public final class ChunkCodec {
  /**
   * Largest part, unless one instant takes more: what a reader of one metric fetches for nothing
   * stays small, and a cell is far below the 10 MiB at which partitions slow down.
   */
  public static final int PART_BYTES_MAX = 64 * 1024;

  /** Up to here the rows of one instant stay together. */
  private static final int INSTANT_BYTES_MAX = 1024 * 1024;

  private static final int MAGIC = 'C';
  private static final int VERSION = 1;

  private ChunkCodec() {}

  /**
   * A part of a chunk.
   *
   * @param columns what it holds, for its key and its summary
   * @param bytes the same, encoded
   */
  public record Part(DeviceColumns columns, byte[] bytes) {}

  /** What came of decoding a part. */
  public sealed interface Decoded {
    /** What was asked for, in all rows of the part. */
    record Columns(DeviceColumns columns) implements Decoded {}

    /** The bytes are damaged: set aside, counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /**
   * Encodes the columns as parts in order of time; none where there is no row. A pure function: the
   * same samples make the same parts. An instant lies in one part, unless its rows alone take more
   * than 1 MiB or go beyond what a body may hold.
   */
  public static List<Part> encode(DeviceColumns columns) {
    List<Part> parts = new ArrayList<>(1);
    if (columns.rows() > 0) {
      encode(columns, parts);
    }
    return parts;
  }

  private static void encode(DeviceColumns columns, List<Part> into) {
    int pieces = Pieces.needed(columns);
    boolean oneInstant = Pieces.isOneInstant(columns);
    if (pieces == 1) {
      byte[] bytes = encodePart(columns);
      int bytesMax = oneInstant ? INSTANT_BYTES_MAX : PART_BYTES_MAX;
      if (bytes.length <= bytesMax || columns.rows() == 1) {
        into.add(new Part(columns, bytes));
        return;
      }
      pieces = Pieces.needed(bytes.length, bytesMax);
    }
    for (DeviceColumns piece : Pieces.cut(columns, pieces)) {
      encode(piece, into);
    }
  }

  private static byte[] encodePart(DeviceColumns columns) {
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 256 + (int) columns.samples() * 2);
    new SortedTexts(MetricValue.NAME_BYTES_MAX).putAll(sink, columns.metrics());
    new ColumnsCodec(new Allowance(0)).encode(sink, columns, 0);
    return Envelope.seal(sink);
  }

  /** Decodes all metrics. */
  public static Decoded decode(byte[] part) {
    return decodePart(part, null);
  }

  /** Decodes these metrics, as far as they are there; the others' bytes are stepped over. */
  public static Decoded decode(byte[] part, Set<String> metrics) {
    return decodePart(part, metrics);
  }

  private static Decoded decodePart(byte[] part, @Nullable Set<String> wanted) {
    try {
      ByteSource source = Envelope.open(part, MAGIC, VERSION, "chunk");
      List<String> metrics = new SortedTexts(MetricValue.NAME_BYTES_MAX).getAll(source);
      ColumnsCodec codec = new ColumnsCodec(new Allowance(part.length));
      DeviceColumns columns = codec.decode(source, metrics, wanted, 0);
      source.requireEnd();
      return new Decoded.Columns(columns);
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }
}
