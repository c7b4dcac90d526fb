package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.summary.Sample;
import qiantang.store.summary.Summary;

/**
 * The summaries of one part of a chunk, each readable alone.
 *
 * <pre>
 * summaries := 'S' version(1) rows(varint) first(zigzag) unit(varint) units(varint) lag(zigzag)
 *              metrics(varint) name(SortedTexts)* bytes(varint)* summary* crc32c(4)
 * summary   := SummaryBody; of no bytes where the columns are to be asked
 * </pre>
 *
 * Event times count from the first one of the part, in the largest unit of which all are multiples:
 * 10 s where a device reports every 10 s. The lag is how many milliseconds the newest arrival lies
 * behind the last event time.
 */
public final class SummaryCodec {
  /** Fewer rows are as quickly read as a summary of them. */
  public static final int ROWS_MIN = 30;

  /** A longer text as the first or last sample is left to the columns. */
  private static final int TEXT_BYTES_MAX = 64;

  private static final int MAGIC = 'S';
  private static final int VERSION = 1;
  private static final byte[] NONE = {};

  private SummaryCodec() {}

  /**
   * The summaries of the metrics asked for.
   *
   * @param firstMicros first event time of the part, of any metric
   * @param lastMicros last event time of the part
   * @param unitMicros all event times lie a multiple of this behind the first
   * @param newestArrivalMillis of all rows of the part
   * @param byMetric as far as the metrics occur
   * @param inColumns metrics that occur and are not summarized
   */
  public record Summaries(
      long firstMicros,
      long lastMicros,
      long unitMicros,
      long newestArrivalMillis,
      SortedMap<String, Summary> byMetric,
      SortedSet<String> inColumns) {
    /** The summaries of parts that follow each other, as of one. */
    public static Summaries following(List<Summaries> parts) {
      Summaries first = parts.getFirst();
      long unit = 0;
      long newest = Long.MIN_VALUE;
      SortedMap<String, Summary> byMetric = new TreeMap<>();
      SortedSet<String> inColumns = new TreeSet<>();
      for (Summaries part : parts) {
        // A part of one instant has a unit of 1 us, which says nothing.
        boolean isInstant = part.firstMicros == part.lastMicros;
        unit = isInstant ? unit : SummaryTimes.gcd(unit, part.unitMicros);
        unit = SummaryTimes.gcd(unit, part.firstMicros - first.firstMicros);
        newest = Math.max(newest, part.newestArrivalMillis);
        inColumns.addAll(part.inColumns);
        part.byMetric.forEach(
            (metric, later) -> byMetric.merge(metric, later, Summary::followedBy));
      }
      byMetric.keySet().removeAll(inColumns);
      return new Summaries(
          first.firstMicros,
          parts.getLast().lastMicros,
          Math.max(1, unit),
          newest,
          byMetric,
          inColumns);
    }
  }

  /** What came of decoding summaries. */
  public sealed interface Decoded {
    /** What was asked for. */
    record Found(Summaries summaries) implements Decoded {}

    /** There are none, or of a newer version: the columns are to be asked. */
    record None() implements Decoded {}

    /** The bytes are damaged: set aside, counted; the columns are to be asked. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Encodes the summaries of a part's columns; no bytes where it has few rows. A pure function. */
  public static byte[] encode(DeviceColumns columns) {
    int rows = columns.rows();
    if (rows < ROWS_MIN
        || !Summary.canHold(columns.eventTimeMicros(0))
        || !Summary.canHold(columns.eventTimeMicros(rows - 1))) {
      return NONE;
    }
    return encode(of(columns), rows);
  }

  /** The summaries of columns, at least one row of times that a summary can hold. */
  public static Summaries of(DeviceColumns columns) {
    SummaryTimes times = SummaryTimes.of(columns);
    return new Summaries(
        times.firstMicros(),
        times.lastMicros(),
        times.unitMicros(),
        newestArrivalMillis(columns),
        ColumnSummaries.of(columns),
        new TreeSet<>());
  }

  /** Encodes summaries, with those that are in columns as such. A pure function. */
  public static byte[] encode(Summaries summaries) {
    long rows = summaries.byMetric().values().stream().mapToLong(Summary::count).max().orElse(1);
    return encode(summaries, rows);
  }

  private static byte[] encode(Summaries summaries, long rows) {
    long units = (summaries.lastMicros() - summaries.firstMicros()) / summaries.unitMicros();
    SummaryBody body =
        new SummaryBody(
            rows, new SummaryTimes(summaries.firstMicros(), summaries.unitMicros(), units));
    SortedSet<String> metrics = new TreeSet<>(summaries.byMetric().keySet());
    metrics.addAll(summaries.inColumns());
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 64 + metrics.size() * 48);
    sink.putVarint(rows);
    body.times().encode(sink);
    sink.putZigzag(summaries.newestArrivalMillis() - millis(summaries.lastMicros()));
    new SortedTexts(MetricValue.NAME_BYTES_MAX).putAll(sink, List.copyOf(metrics));
    ByteSink bodies = new ByteSink(metrics.size() * 32);
    for (String metric : metrics) {
      int from = bodies.length();
      Summary summary = summaries.byMetric().get(metric);
      if (summary != null && isShort(summary.first()) && isShort(summary.last())) {
        body.encode(bodies, summary);
      }
      sink.putVarint(bodies.length() - from);
    }
    sink.put(bodies.array(), 0, bodies.length());
    return Envelope.seal(sink);
  }

  private static long newestArrivalMillis(DeviceColumns columns) {
    long newest = Long.MIN_VALUE;
    for (int row = 0; row < columns.rows(); row++) {
      newest = Math.max(newest, columns.arrivalMillis(row));
    }
    return newest;
  }

  private static long millis(long micros) {
    return Math.floorDiv(micros, 1000L);
  }

  private static boolean isShort(Sample sample) {
    return switch (sample.value()) {
      case Value.Bool _, Value.Int _, Value.Real _ -> true;
      case Value.Text(String text) -> text.getBytes(UTF_8).length <= TEXT_BYTES_MAX;
      case Value.Json(String text) -> text.getBytes(UTF_8).length <= TEXT_BYTES_MAX;
    };
  }

  /** Decodes the summaries of all metrics. */
  public static Decoded decode(byte[] bytes) {
    return decodeWanted(bytes, null);
  }

  /** Decodes the summaries of these metrics; the others' bytes are stepped over. */
  public static Decoded decode(byte[] bytes, Set<String> metrics) {
    return decodeWanted(bytes, metrics);
  }

  private static Decoded decodeWanted(byte[] bytes, @Nullable Set<String> wanted) {
    if (bytes.length == 0) {
      return new Decoded.None();
    }
    try {
      ByteSource source = Envelope.open(bytes, MAGIC, VERSION, "summary");
      long rows = source.getVarint();
      if (rows < 1 || rows > Allowance.ROWS_MAX) {
        throw new ByteSource.Damaged("a summary of " + rows + " rows");
      }
      SummaryBody body = new SummaryBody(rows, SummaryTimes.decode(source));
      long newestArrivalMillis = millis(body.times().lastMicros()) + source.getZigzag();
      List<String> metrics = new SortedTexts(MetricValue.NAME_BYTES_MAX).getAll(source);
      return new Decoded.Found(decodeBodies(source, body, newestArrivalMillis, metrics, wanted));
    } catch (TooNewException e) {
      return new Decoded.None();
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static Summaries decodeBodies(
      ByteSource source,
      SummaryBody body,
      long newestArrivalMillis,
      List<String> metrics,
      @Nullable Set<String> wanted) {
    List<Long> lengths = new ArrayList<>(metrics.size());
    for (int i = 0; i < metrics.size(); i++) {
      lengths.add(source.getVarint());
    }
    SortedMap<String, Summary> summaries = new TreeMap<>();
    SortedSet<String> inColumns = new TreeSet<>();
    for (int i = 0; i < metrics.size(); i++) {
      ByteSource bytes = source.slice(lengths.get(i));
      if (wanted != null && !wanted.contains(metrics.get(i))) {
        continue;
      }
      if (bytes.remaining() == 0) {
        inColumns.add(metrics.get(i));
      } else {
        summaries.put(metrics.get(i), body.decode(bytes));
        bytes.requireEnd();
      }
    }
    source.requireEnd();
    SummaryTimes times = body.times();
    return new Summaries(
        times.firstMicros(),
        times.lastMicros(),
        times.unitMicros(),
        newestArrivalMillis,
        summaries,
        inColumns);
  }
}
