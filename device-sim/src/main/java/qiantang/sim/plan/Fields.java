package qiantang.sim.plan;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one YAML mapping. A wrong value becomes a problem with its place and the
 * default is used on, so that the rest of the file is checked as well; {@link #finish} refuses the
 * keys that nobody asked for.
 */
final class Fields {
  private static final Pattern DURATION = Pattern.compile("(-?\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Pattern SHARE = Pattern.compile("(\\d{1,4}(?:\\.\\d{1,4})?)%");
  private static final int DISTANCE_MAX = 2;
  private static final Map<String, Boolean> FLAGS =
      Collections.unmodifiableMap(new TreeMap<>(Map.of("true", true, "false", false)));

  /** What a key that is missing may look like. */
  private static final Map<String, String> EXAMPLES =
      Map.ofEntries(
          Map.entry("version", "1"),
          Map.entry("duration", "20s"),
          Map.entry("fleets", "[{name: mills, count: 10, model: cnc-spindle}]"),
          Map.entry("name", "mills"),
          Map.entry("count", "10"),
          Map.entry("model", "cnc-spindle"),
          Map.entry("subDevices", "50"),
          Map.entry("kind", "hold"),
          Map.entry("load", "300%"),
          Map.entry("share", "1%"),
          Map.entry("every", "10s"),
          Map.entry("delay", "10m"),
          Map.entry("at", "5m"),
          Map.entry("by", "-1h"),
          Map.entry("kinds", "[truncated]"));

  private final YamlNode.Mapping mapping;
  private final String path;
  private final Reading reading;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * The keys of one group.
   *
   * @param path where it stands, such as {@code fleets[]}; empty for the whole file
   */
  Fields(YamlNode.Mapping mapping, String path, Reading reading) {
    this.mapping = mapping;
    this.path = path;
    this.reading = reading;
    this.problems = reading.problems();
  }

  boolean has(String key) {
    known.add(key);
    return mapping.entries().containsKey(key);
  }

  /** The group of keys under a key, or null if there is none. */
  @Nullable Fields groupOrNull(String key) {
    YamlNode value = value(key);
    if (value == null) {
      return null;
    }
    if (value instanceof YamlNode.Mapping group) {
      return new Fields(group, path.isEmpty() ? key : path + "." + key, reading);
    }
    wrong(value, key, "must be a group of keys, such as {share: 1%}");
    return null;
  }

  /** The groups of keys in the list under a key. */
  List<Fields> groups(String key, String what) {
    List<Fields> groups = new ArrayList<>();
    for (YamlNode node : list(key)) {
      if (node instanceof YamlNode.Mapping group) {
        groups.add(new Fields(group, path + key + "[]", reading));
      } else {
        problems.add(node.line(), node.column(), what);
      }
    }
    return groups;
  }

  @Nullable String textOrNull(String key) {
    YamlNode value = value(key);
    if (value == null) {
      return null;
    }
    if (value instanceof YamlNode.Scalar scalar) {
      return scalar.text();
    }
    String given = value instanceof YamlNode.Nothing ? "nothing" : "a list or a group of keys";
    wrong(value, key, "must be one value, not " + given);
    return null;
  }

  @Nullable String textOrNull(String key, Pattern form) {
    String text = textOrNull(key);
    if (text != null && !form.matcher(text).matches()) {
      wrong(key, "'" + text + "' does not have the form " + form.pattern());
    }
    return text;
  }

  /** A text that must be there; the fallback only serves to check on. */
  String text(String key, Pattern form, String fallback) {
    String text = textOrNull(key);
    if (text == null) {
      require(key);
      return fallback;
    }
    if (!form.matcher(text).matches()) {
      wrong(key, "'" + text + "' does not have the form " + form.pattern());
      return fallback;
    }
    return text;
  }

  /** A whole number; without a fallback the key is required. */
  long whole(String key, long min, long max, @Nullable Long fallback) {
    String text = textOrNull(key);
    if (text == null) {
      if (fallback == null) {
        require(key);
      }
      return fallback == null ? min : fallback;
    }
    if (!WHOLE.matcher(text).matches()) {
      wrong(key, "'" + text + "' is not a whole number");
      return min;
    }
    long number = Long.parseLong(text);
    if (number < min || number > max) {
      wrong(
          key,
          min == max
              ? "must be " + min + ", not " + number
              : number + " is not between " + min + " and " + max);
      return min;
    }
    return number;
  }

  /** A duration such as 500ms, 20s, 5m or 1h; without a fallback the key is required. */
  Duration duration(String key, Duration min, Duration max, @Nullable Duration fallback) {
    String text = textOrNull(key);
    if (text == null) {
      if (fallback == null) {
        require(key);
      }
      return fallback == null ? min : fallback;
    }
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      wrong(key, "'" + text + "' is not a duration such as 500ms, 20s, 5m or 1h");
      return min;
    }
    Duration duration = duration(Long.parseLong(matcher.group(1)), matcher.group(2));
    if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
      wrong(key, text + " is not between " + brief(min) + " and " + brief(max));
      return min;
    }
    return duration;
  }

  /** A share such as 10% or 0.25%, as a number from 0 to {@code max}. */
  double share(String key, double max, double fallback) {
    String text = textOrNull(key);
    if (text == null) {
      return fallback;
    }
    Matcher matcher = SHARE.matcher(text);
    BigDecimal percent = matcher.matches() ? new BigDecimal(matcher.group(1)) : null;
    if (percent == null || percent.compareTo(BigDecimal.valueOf(Math.round(max * 100))) > 0) {
      wrong(key, "'" + text + "' is not a share from 0% to " + Math.round(max * 100) + "%");
      return fallback;
    }
    return percent.movePointLeft(2).doubleValue();
  }

  /** A share that must be given and be more than nothing. */
  double shareOf(String key, double max) {
    if (!has(key)) {
      require(key);
      return max;
    }
    double share = share(key, max, max);
    if (share == 0) {
      wrong(key, "0% is nobody; write a larger share or leave the group out");
    }
    return share;
  }

  /** Percent without a part, such as 300%. */
  int percent(String key, int max, int fallback) {
    String text = textOrNull(key);
    if (text == null) {
      return fallback;
    }
    if (!text.matches("\\d{1,4}%") || Integer.parseInt(text, 0, text.length() - 1, 10) > max) {
      wrong(key, "'" + text + "' is not a whole percentage from 0% to " + max + "%");
      return fallback;
    }
    return Integer.parseInt(text, 0, text.length() - 1, 10);
  }

  boolean flag(String key, boolean fallback) {
    return choice(key, FLAGS, fallback);
  }

  /** One of the named choices; without a fallback the key is required. */
  <T> T choice(String key, Map<String, T> choices, @Nullable T fallback) {
    String text = textOrNull(key);
    T first = choices.values().iterator().next();
    if (text == null) {
      if (fallback == null) {
        require(key);
      }
      return fallback == null ? first : fallback;
    }
    T choice = choices.get(text);
    if (choice == null) {
      wrong(key, notAmong(text, choices.keySet()));
      return first;
    }
    return choice;
  }

  List<YamlNode> list(String key) {
    YamlNode value = value(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof YamlNode.Sequence sequence) {
      return sequence.items();
    }
    wrong(value, key, "must be a list");
    return List.of();
  }

  /** A list of named choices, each once. */
  <T> List<T> choices(String key, Map<String, T> choices) {
    List<T> chosen = new ArrayList<>();
    for (YamlNode node : list(key)) {
      String text = node instanceof YamlNode.Scalar scalar ? scalar.text() : "";
      T choice = choices.get(text);
      if (choice == null) {
        wrong(node, key, notAmong(text, choices.keySet()));
      } else if (chosen.contains(choice)) {
        wrong(node, key, "'" + text + "' stands here twice");
      } else {
        chosen.add(choice);
      }
    }
    return List.copyOf(chosen);
  }

  void wrong(String key, String message) {
    YamlNode.Entry entry = mapping.entries().get(key);
    wrong(entry == null ? mapping : entry.value(), key, message);
  }

  /** Something about the group as a whole. */
  void wrong(String message) {
    problems.add(mapping.line(), mapping.column(), message);
  }

  void require(String key) {
    known.add(key);
    if (!mapping.entries().containsKey(key)) {
      String example = EXAMPLES.get(key);
      wrong(
          "the key '"
              + key
              + "' is missing here"
              + (example == null ? "" : "; for example " + key + ": " + example));
    }
  }

  void finish() {
    reading.known(path, known);
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                problems.add(
                    entry.line(),
                    entry.column(),
                    "unknown key '"
                        + key
                        + "'; known here: "
                        + String.join(", ", known)
                        + meant(key, known));
              }
            });
  }

  private @Nullable YamlNode value(String key) {
    known.add(key);
    YamlNode.Entry entry = mapping.entries().get(key);
    return entry == null ? null : entry.value();
  }

  private void wrong(YamlNode place, String key, String message) {
    problems.add(place.line(), place.column(), key + ": " + message);
  }

  private static String notAmong(String text, Set<String> choices) {
    return "'" + text + "' is none of " + String.join(", ", choices) + meant(text, choices);
  }

  /** The known word that a wrong one was most likely meant to be. */
  private static String meant(String word, Set<String> words) {
    return words.stream()
        .filter(known -> known.length() > DISTANCE_MAX)
        .filter(known -> Math.abs(known.length() - word.length()) <= DISTANCE_MAX)
        .filter(known -> distance(word, known) <= DISTANCE_MAX)
        .min(Comparator.comparingInt(known -> distance(word, known)))
        .map(known -> "; did you mean " + known + "?")
        .orElse("");
  }

  /** How many letters are put in, left out or changed between two words (Levenshtein 1966). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[other.length()];
  }

  private static Duration duration(long amount, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> throw new AssertionError("BUG: the pattern let through the unit " + unit);
    };
  }

  private static String brief(Duration duration) {
    return duration.toMillis() % 1_000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
