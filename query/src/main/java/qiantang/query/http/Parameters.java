package qiantang.query.http;

import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query string. Each is asked for by its type; what is wrong becomes a fault,
 * and so does what nobody asked for: a mistyped {@code form=} must not silently mean "all".
 */
final class Parameters {
  private static final int METRICS_MAX = 1000;

  private final Request request;
  private final MultiMap query;
  private final Faults faults;
  private final Set<String> asked = new HashSet<>();

  Parameters(Request request, Faults faults) {
    this.request = request;
    query = request.query();
    this.faults = faults;
  }

  /** A text, null where there is none. */
  @Nullable String text(String name) {
    asked.add(name);
    List<String> values = query.getAll(name);
    if (values.size() > 1) {
      faults.parameter(name, "give it once");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  /** Something that has a form; the parser answers null where the text has not. */
  <T> @Nullable T parsed(String name, String form, Function<String, @Nullable T> parser) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    T value = parser.apply(text);
    if (value == null) {
      faults.parameter(name, "cannot read '" + shortened(text) + "': " + form);
    }
    return value;
  }

  /** How many items are asked for. */
  int limit(int usual, int max) {
    return number("limit", usual, max);
  }

  /** A whole number from 1. */
  int number(String name, int usual, int max) {
    Integer number =
        parsed(
            name,
            "it takes a whole number from 1 to " + max,
            text -> {
              boolean isNumber = text.length() <= 9 && text.matches("[0-9]+");
              int value = isNumber ? Integer.parseInt(text) : 0;
              return value >= 1 && value <= max ? value : null;
            });
    return number == null ? usual : number;
  }

  /** A time in microseconds. */
  long timeMicros(String name, long usualMicros) {
    Long micros =
        parsed(
            name,
            Times.FORM,
            text -> {
              OptionalLong parsed = Times.parseMicros(text);
              return parsed.isPresent() ? (Long) parsed.getAsLong() : null;
            });
    return micros == null ? usualMicros : micros;
  }

  /** Where a list goes on, null at its beginning. */
  <T> @Nullable T cursor(Cursor list, Function<String, @Nullable T> parser) {
    String text = text("cursor");
    return text == null
        ? null
        : list.decode(request, text, parser, advice -> faults.parameter("cursor", advice));
  }

  /** One of these words; null where none is given. */
  @Nullable String word(String name, List<String> known) {
    return parsed(name, "it is one of " + known, text -> known.contains(text) ? text : null);
  }

  /** What has the word that is given; null where none is. */
  <E extends Enum<E>> @Nullable E word(String name, Class<E> known, Function<E, String> words) {
    List<E> all = List.of(known.getEnumConstants());
    String word = word(name, all.stream().map(words).toList());
    return all.stream().filter(one -> words.apply(one).equals(word)).findFirst().orElse(null);
  }

  /**
   * Names of metrics: {@code metrics} separated by commas; a name that holds a comma goes into a
   * {@code metric} of its own, which may be repeated.
   */
  List<String> metrics() {
    asked.add("metric");
    String listed = text("metrics");
    if (listed != null && listed.isEmpty()) {
      faults.parameter("metrics", "name at least one, or leave it out for all");
    }
    Stream<String> split =
        listed == null ? Stream.empty() : Arrays.stream(listed.split(",", METRICS_MAX + 1));
    List<String> names =
        Stream.concat(split, query.getAll("metric").stream())
            .filter(name -> !name.isEmpty())
            .distinct()
            .toList();
    if (names.size() > METRICS_MAX) {
      faults.parameter("metrics", "name at most " + METRICS_MAX + ", or none for all");
    }
    return names;
  }

  /** To be called last: notes the parameters that nobody asked for. */
  void refuseOthers() {
    for (String name : query.names()) {
      if (!asked.contains(name)) {
        faults.parameter(
            shortened(name),
            "this route does not take it; it takes " + asked.stream().sorted().toList());
      }
    }
  }

  /** A text as it may be repeated to whoever sent it. */
  static String shortened(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "...";
  }
}
