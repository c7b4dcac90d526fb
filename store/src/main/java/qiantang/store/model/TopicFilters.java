package qiantang.store.model;

/** Topic filters: their form, and which topics they match (MQTT 3.1.1 and 5.0, section 4.7). */
public final class TopicFilters {
  private TopicFilters() {}

  /**
   * Whether it is a filter: + and # fill a level, and # the last one. One look along it, however
   * many levels it has. [MQTT-4.7.1-1, MQTT-4.7.1-2 of 5; -2 and -3 of 3.1.1; MQTT-4.7.3-1]
   */
  public static boolean isFilter(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isLast = i == text.length() - 1;
      boolean beginsLevel = i == 0 || text.charAt(i - 1) == '/';
      boolean endsLevel = isLast || text.charAt(i + 1) == '/';
      if ((c == '#' && !(beginsLevel && isLast)) || (c == '+' && !(beginsLevel && endsLevel))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Whether there is no wildcard in it. */
  public static boolean isName(String text) {
    return text.indexOf('+') < 0 && text.indexOf('#') < 0;
  }

  /**
   * Whether a well-formed filter matches a topic name: level by level and character by character,
   * without normalizing. [MQTT-4.7.3-4]
   */
  public static boolean matches(String filter, String topic) {
    boolean beginsWild = filter.startsWith("+") || filter.startsWith("#");
    if (beginsWild && topic.startsWith("$")) { // [MQTT-4.7.2-1]
      return false;
    }
    int at = 0;
    int in = 0;
    while (true) {
      int filterEnd = levelEnd(filter, at);
      int topicEnd = levelEnd(topic, in);
      if (filter.startsWith("#", at)) {
        return true;
      }
      boolean isSame =
          filter.startsWith("+", at)
              || (filterEnd - at == topicEnd - in
                  && filter.regionMatches(at, topic, in, topicEnd - in));
      if (!isSame) {
        return false;
      }
      boolean filterEnds = filterEnd == filter.length();
      if (topicEnd == topic.length()) {
        // "sport/#" matches "sport" too: # stands for the parent and all below.
        return filterEnds || filter.startsWith("/#", filterEnd);
      }
      if (filterEnds) {
        return false;
      }
      at = filterEnd + 1;
      in = topicEnd + 1;
    }
  }

  private static int levelEnd(String text, int from) {
    int slash = text.indexOf('/', from);
    return slash < 0 ? text.length() : slash;
  }
}
