package qiantang.sim.plan;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one YAML mapping. A wrong value becomes a problem with its place and the
 * default is used on, so that the rest of the file is checked as well; {@link #finish} refuses the
 * keys that nobody asked for.
 */
final class Fields {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");

  private final YamlNode.Mapping mapping;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();

  Fields(YamlNode.Mapping mapping, Problems problems) {
    this.mapping = mapping;
    this.problems = problems;
  }

  @Nullable String textOrNull(String key) {
    YamlNode value = value(key);
    if (value == null) {
      return null;
    }
    if (value instanceof YamlNode.Scalar scalar) {
      return scalar.text();
    }
    wrong(value, key, "must be one value, not a list or a group of keys");
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
    String text = textOrNull(key, form);
    if (text == null) {
      require(key);
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
      wrong(key, number + " is not between " + min + " and " + max);
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

  /** A share such as 10%. */
  double share(String key, double max, double fallback) {
    String text = textOrNull(key);
    if (text == null) {
      return fallback;
    }
    if (!text.matches("\\d{1,3}%")
        || Integer.parseInt(text, 0, text.length() - 1, 10) > max * 100) {
      wrong(key, "'" + text + "' is not a share from 0% to " + Math.round(max * 100) + "%");
      return fallback;
    }
    return Integer.parseInt(text, 0, text.length() - 1, 10) / 100.0;
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
      wrong(key, "'" + text + "' is none of " + String.join(", ", choices.keySet()));
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

  void wrong(String key, String message) {
    YamlNode.Entry entry = mapping.entries().get(key);
    wrong(entry == null ? mapping : entry.value(), key, message);
  }

  void require(String key) {
    problems.add(mapping.line(), mapping.column(), "the key '" + key + "' is missing here");
  }

  void finish() {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                problems.add(
                    entry.line(),
                    entry.column(),
                    "unknown key '" + key + "'; known here: " + String.join(", ", known));
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

  private static Duration duration(long amount, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> throw new AssertionError("BUG: the pattern let through the unit " + unit);
    };
  }

  private static String brief(Duration duration) {
    return duration.toMillis() % 1_000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
