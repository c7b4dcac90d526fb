package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.SummaryCodec.Summaries;

/**
 * The hours of one device that follow each other, each readable alone.
 *
 * <pre>
 * rollup := 'U' version(1) hours(1) hour* crc32c(4)
 * hour   := UNKNOWN(1) | SILENT(1) | KNOWN(1) length(varint) SummaryCodec
 * </pre>
 */
public final class RollupCodec {
  private static final int MAGIC = 'U';
  private static final int VERSION = 1;

  private static final int UNKNOWN = 0;
  private static final int SILENT = 1;
  private static final int KNOWN = 2;

  private RollupCodec() {}

  /** One hour. */
  public sealed interface Hour {
    /** Its samples, as far as they are summarized. */
    record Known(Summaries summaries) implements Hour {}

    /** It has no samples. */
    record Silent() implements Hour {}

    /** It may have samples: the chunks are to be asked. */
    record Unknown() implements Hour {}
  }

  /** What came of decoding a rollup. */
  public sealed interface Decoded {
    /** The hours in order, each with the metrics asked for. */
    record Found(List<Hour> hours) implements Decoded {}

    /** The bytes are damaged, or of a newer version: the chunks are to be asked. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Encodes some hours, at most 255. A pure function. */
  public static byte[] encode(List<Hour> hours) {
    ByteSink sink = Envelope.begin(MAGIC, VERSION, hours.size() * 256);
    sink.put(hours.size());
    for (Hour hour : hours) {
      switch (hour) {
        case Hour.Unknown() -> sink.put(UNKNOWN);
        case Hour.Silent() -> sink.put(SILENT);
        case Hour.Known(Summaries summaries) -> {
          sink.put(KNOWN);
          byte[] bytes = SummaryCodec.encode(summaries);
          sink.putVarint(bytes.length);
          sink.put(bytes, 0, bytes.length);
        }
      }
    }
    return Envelope.seal(sink);
  }

  /**
   * Decodes a rollup.
   *
   * @param metrics names wanted, empty for all
   */
  public static Decoded decode(byte[] bytes, Set<String> metrics) {
    try {
      ByteSource source = Envelope.open(bytes, MAGIC, VERSION, "rollup");
      int count = source.get();
      List<Hour> hours = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        hours.add(hour(source, metrics.isEmpty() ? null : metrics));
      }
      source.requireEnd();
      return new Decoded.Found(hours);
    } catch (ByteSource.Damaged | TooNewException e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static Hour hour(ByteSource source, @Nullable Set<String> metrics) {
    int kind = source.get();
    return switch (kind) {
      case UNKNOWN -> new Hour.Unknown();
      case SILENT -> new Hour.Silent();
      case KNOWN -> {
        byte[] bytes = source.get(source.getCount());
        SummaryCodec.Decoded decoded =
            metrics == null ? SummaryCodec.decode(bytes) : SummaryCodec.decode(bytes, metrics);
        yield switch (decoded) {
          case SummaryCodec.Decoded.Found(Summaries summaries) -> new Hour.Known(summaries);
          case SummaryCodec.Decoded.None() -> throw new ByteSource.Damaged("an hour of no bytes");
          case SummaryCodec.Decoded.Damaged(String reason) -> throw new ByteSource.Damaged(reason);
        };
      }
      default -> throw new ByteSource.Damaged("an hour of unknown kind " + kind);
    };
  }
}
