package qiantang.store.trace;

import java.util.regex.Pattern;

/**
 * The name of a trace's record: when it was told, by which node, and its number there. Ids sort by
 * time; those of one node by number too, and they are stored in that order.
 */
public final class TraceId {
  private static final Pattern FORM = Pattern.compile("[0-7][0-9a-f]{15}-[0-9a-f]{8}-[0-9a-f]{8}");
  private static final int TIME_CHARS = 16;
  private static final int NODE_CHARS = 8;
  private static final int NUMBER_FROM = TIME_CHARS + NODE_CHARS + 2;

  private TraceId() {}

  /**
   * The id of a record.
   *
   * @param node random, drawn by the node for this trace
   * @param number from 1, one more for each record
   */
  public static String of(long micros, int node, int number) {
    return "%016x-%08x-%08x".formatted(Math.max(0, micros), node, number);
  }

  /** Whether it is one. */
  public static boolean isValid(String id) {
    return FORM.matcher(id).matches();
  }

  /** Behind the ids of all records told before this time. */
  public static String first(long micros) {
    return "%016x".formatted(Math.max(0, micros));
  }

  /** When it was told. */
  public static long micros(String id) {
    return Long.parseLong(id.substring(0, TIME_CHARS), 16);
  }

  /** By which node. */
  public static String node(String id) {
    return id.substring(TIME_CHARS + 1, TIME_CHARS + 1 + NODE_CHARS);
  }

  /** Its number there; fixed width, so that texts compare as numbers do. */
  public static String number(String id) {
    return id.substring(NUMBER_FROM);
  }
}
