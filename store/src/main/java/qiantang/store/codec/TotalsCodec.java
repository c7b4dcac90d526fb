package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.summary.Exact;
import qiantang.store.summary.Total;

/**
 * The hours of all devices of a group together that follow each other.
 *
 * <pre>
 * totals := 'T' version(1) metrics(SortedTexts) hours(1) hour* crc32c(4)
 * hour   := UNKNOWN(1) | KNOWN(1) newest arrival ms(zigzag) total*               of each metric
 * total  := count(varint) [numbers(varint) [any real(1) min max sum(ExactCodec) delta(ExactCodec)]]
 * </pre>
 */
public final class TotalsCodec {
  private static final int MAGIC = 'T';
  private static final int VERSION = 1;

  private static final int UNKNOWN = 0;
  private static final int KNOWN = 1;

  private TotalsCodec() {}

  /** One hour. */
  public sealed interface Hour {
    /**
     * All samples of the group in it.
     *
     * @param newestArrivalMillis of them; 0 where there is none
     * @param byMetric as far as the metrics occur
     */
    record Known(long newestArrivalMillis, SortedMap<String, Total> byMetric) implements Hour {}

    /** The devices are to be asked. */
    record Unknown() implements Hour {}
  }

  /** What came of decoding totals. */
  public sealed interface Decoded {
    /** The hours in order, each with the metrics asked for. */
    record Found(List<Hour> hours) implements Decoded {}

    /** The bytes are damaged, or of a newer version: the devices are to be asked. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Encodes some hours, at most 255. A pure function. */
  public static byte[] encode(List<Hour> hours) {
    TreeSet<String> metrics = new TreeSet<>();
    for (Hour hour : hours) {
      if (hour instanceof Hour.Known known) {
        metrics.addAll(known.byMetric.keySet());
      }
    }
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 64 + metrics.size() * hours.size() * 40);
    new SortedTexts(MetricValue.NAME_BYTES_MAX).putAll(sink, List.copyOf(metrics));
    sink.put(hours.size());
    for (Hour hour : hours) {
      switch (hour) {
        case Hour.Unknown() -> sink.put(UNKNOWN);
        case Hour.Known(long newest, SortedMap<String, Total> byMetric) -> {
          sink.put(KNOWN);
          sink.putZigzag(newest);
          metrics.forEach(metric -> put(sink, byMetric.get(metric)));
        }
      }
    }
    return Envelope.seal(sink);
  }

  private static void put(ByteSink sink, @Nullable Total total) {
    if (total == null) {
      sink.putVarint(0);
      return;
    }
    sink.putVarint(total.count());
    sink.putVarint(total.numbers());
    Value min = total.min();
    Value max = total.max();
    if (min != null && max != null) {
      sink.put(total.anyReal() ? 1 : 0);
      ValueCodec.encode(sink, min);
      ValueCodec.encode(sink, max);
      ExactCodec.encode(sink, total.sum());
      ExactCodec.encode(sink, total.delta());
    }
  }

  /**
   * Decodes totals.
   *
   * @param wanted names of metrics, empty for all
   */
  public static Decoded decode(byte[] bytes, Set<String> wanted) {
    try {
      ByteSource source = Envelope.open(bytes, MAGIC, VERSION, "group's totals");
      List<String> metrics = new SortedTexts(MetricValue.NAME_BYTES_MAX).getAll(source);
      int count = source.get();
      List<Hour> hours = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        hours.add(hour(source, metrics, wanted));
      }
      source.requireEnd();
      return new Decoded.Found(hours);
    } catch (ByteSource.Damaged | TooNewException e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static Hour hour(ByteSource source, List<String> metrics, Set<String> wanted) {
    int kind = source.get();
    if (kind == UNKNOWN) {
      return new Hour.Unknown();
    }
    if (kind != KNOWN) {
      throw new ByteSource.Damaged("an hour of unknown kind " + kind);
    }
    long newest = source.getZigzag();
    SortedMap<String, Total> byMetric = new TreeMap<>();
    for (String metric : metrics) {
      Total total = total(source, wanted.isEmpty() || wanted.contains(metric));
      if (total != null) {
        byMetric.put(metric, total);
      }
    }
    return new Hour.Known(newest, byMetric);
  }

  private static @Nullable Total total(ByteSource source, boolean isWanted) {
    long count = source.getVarint();
    if (count == 0) {
      return null;
    }
    long numbers = source.getVarint();
    if (count < 0 || numbers < 0 || numbers > count) {
      throw new ByteSource.Damaged(numbers + " numbers of " + count + " samples");
    }
    if (numbers == 0) {
      return isWanted ? new Total(count, 0, false, null, null, Exact.ZERO, Exact.ZERO) : null;
    }
    boolean anyReal = source.get() != 0;
    Value min = ValueCodec.decodeNumber(source);
    Value max = ValueCodec.decodeNumber(source);
    if (!isWanted) {
      ExactCodec.skip(source);
      ExactCodec.skip(source);
      return null;
    }
    return new Total(
        count, numbers, anyReal, min, max, ExactCodec.decode(source), ExactCodec.decode(source));
  }
}
