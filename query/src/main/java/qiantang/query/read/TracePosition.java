package qiantang.query.read;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.trace.TraceId;
import qiantang.store.trace.TraceRecord;

/**
 * How far a trace was read. Records of one node come in their order, those of several not: each
 * node's last number is kept, of those that told something in the last {@link #OVERLAP_MICROS}, and
 * what lies there is looked at again.
 *
 * @param micros when the newest record was told that was read; 0 before the first
 * @param numbers the last number of each node
 */
public record TracePosition(long micros, Map<String, String> numbers) {
  /** Before the first record. */
  public static final TracePosition BEGIN = new TracePosition(0, Map.of());

  /** Clocks of nodes differ by less than 5 s, or they take no sessions; a write takes 5 s. */
  static final long OVERLAP_MICROS = 10_000_000;

  /** Nodes of one trace that are told apart: a text of so many fits into a URL. */
  private static final int NODES_MAX = 100;

  private static final int NUMBER_CHARS = 8;
  private static final int TIME_CHARS = 16;

  public TracePosition {
    numbers = Map.copyOf(numbers);
  }

  /** From where on records are looked at. */
  String fromId() {
    return TraceId.first(micros - OVERLAP_MICROS);
  }

  /** Whether a record was not read yet. */
  boolean isNew(TraceRecord record) {
    String read = numbers.get(TraceId.node(record.id()));
    return read == null || TraceId.number(record.id()).compareTo(read) > 0;
  }

  /**
   * Behind these as well.
   *
   * @param records new ones, in order
   * @param seen the nodes of all records that were looked at; null where it was not all there are
   */
  TracePosition behind(List<TraceRecord> records, @Nullable Set<String> seen) {
    long newest =
        records.isEmpty() ? micros : Math.max(micros, TraceId.micros(records.getLast().id()));
    Map<String, String> after = new TreeMap<>(numbers);
    records.forEach(record -> after.put(TraceId.node(record.id()), TraceId.number(record.id())));
    if (seen != null) {
      after.keySet().retainAll(seen); // of the others nothing is looked at again
    }
    return new TracePosition(newest, after);
  }

  /** The text of it: the time, then each node and its number. */
  public String text() {
    StringBuilder text = new StringBuilder("%016x".formatted(micros));
    new TreeMap<>(numbers).forEach((node, number) -> text.append(node).append(number));
    return text.toString();
  }

  /** The position of a text, or null. */
  public static @Nullable TracePosition parse(String text) {
    int nodeChars = 2 * NUMBER_CHARS;
    int rest = text.length() - TIME_CHARS;
    if (!text.matches("[0-7][0-9a-f]*")
        || rest < 0
        || rest % nodeChars != 0
        || rest / nodeChars > NODES_MAX) {
      return null;
    }
    Map<String, String> numbers = new TreeMap<>();
    for (int at = TIME_CHARS; at < text.length(); at += nodeChars) {
      int middle = at + NUMBER_CHARS;
      numbers.put(text.substring(at, middle), text.substring(middle, at + nodeChars));
    }
    return new TracePosition(Long.parseLong(text.substring(0, TIME_CHARS), 16), numbers);
  }
}
