package qiantang.store.health;

import java.util.Map;
import java.util.SortedMap;

/**
 * How well an enterprise's devices were when they were counted last.
 *
 * @param all of them
 * @param by level, and there by {@link #key}; without reasons
 * @param bounds what is usual among those of a model
 * @param messages it ever sent, accepted or refused
 * @param messagesPerSecond since the count before
 */
public record EnterpriseCount(
    HealthCounts all,
    Map<Level, SortedMap<String, HealthCounts>> by,
    SortedMap<String, ModelBounds> bounds,
    long messages,
    double messagesPerSecond) {
  /** Of so many factories, lines and models each: then those are told that come first by name. */
  public static final int KEYS_MAX = 1000;

  private static final char SEPARATOR = '\n'; // no name has one

  /** By what devices are counted. Order is stored. */
  public enum Level {
    /** Factory of the enterprise. */
    FACTORY("factory"),
    /** Line of a factory. */
    LINE("line"),
    /** Device model. */
    MODEL("model");

    private final String word;

    Level(String word) {
      this.word = word;
    }

    /** The word used in JSON. */
    public String word() {
      return word;
    }
  }

  public EnterpriseCount {
    by = Map.copyOf(by);
  }

  /** The key of a line, which only its factory makes one of. */
  public static String key(String factory, String line) {
    return factory + SEPARATOR + line;
  }

  /** The factory of a line's key. */
  public static String factory(String lineKey) {
    return lineKey.substring(0, lineKey.indexOf(SEPARATOR));
  }

  /** The line of a line's key. */
  public static String line(String lineKey) {
    return lineKey.substring(lineKey.indexOf(SEPARATOR) + 1);
  }
}
