package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** The members of a JSON object in a body; works like {@link Parameters}. */
final class Members {
  private static final int NAME_BYTES_MAX = 128;

  private static final String ENTERPRISE_FORM = "an enterprise id takes 1 to 32 of [a-z0-9-]";
  private static final String DEVICE_FORM = "a device id takes 1 to 64 of [A-Za-z0-9._-]";

  private final JsonObject object;
  private final String pointer;
  private final Faults faults;
  private final Set<String> asked = new HashSet<>();

  /** The members of an object at a place of the body, empty for the body itself. */
  Members(JsonObject object, String pointer, Faults faults) {
    this.object = object;
    this.pointer = pointer;
    this.faults = faults;
  }

  /** Whether there is such a member that is not null. */
  boolean isGiven(String name) {
    asked.add(name);
    return object.getValue(name) != null;
  }

  /** A name for people, null where there is none. */
  @Nullable String name(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    if (text.isBlank() || text.getBytes(UTF_8).length > NAME_BYTES_MAX) {
      fault(name, "it takes 1 to " + NAME_BYTES_MAX + " bytes of UTF-8, not all blank");
    } else if (text.chars().anyMatch(Character::isISOControl)) {
      fault(name, "it takes no control characters");
    }
    return text;
  }

  /** The same, where it must be given. */
  String nameNeeded(String name) {
    String text = name(name);
    return text == null ? missing(name, "-") : text;
  }

  /** The id of a device, null where there is none. */
  @Nullable DeviceId device(String name) {
    return parsed(name, DEVICE_FORM, text -> DeviceId.isValid(text) ? new DeviceId(text) : null);
  }

  /** The same, where it must be given. */
  DeviceId deviceNeeded(String name) {
    DeviceId id = device(name);
    return id == null ? missing(name, new DeviceId("-")) : id;
  }

  /** The id of an enterprise, null where there is none. */
  @Nullable EnterpriseId enterprise(String name) {
    return parsed(
        name, ENTERPRISE_FORM, text -> EnterpriseId.isValid(text) ? new EnterpriseId(text) : null);
  }

  /** The same, where it must be given. */
  EnterpriseId enterpriseNeeded(String name) {
    EnterpriseId id = enterprise(name);
    return id == null ? missing(name, new EnterpriseId("-")) : id;
  }

  /** Something that has a form; the parser answers null where the text has not. */
  <T> @Nullable T parsed(String name, String form, Function<String, @Nullable T> parser) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    T value = parser.apply(text);
    if (value == null) {
      fault(name, form);
    }
    return value;
  }

  /** Where an answer goes on, null at its beginning. */
  <T> @Nullable T cursor(Cursor list, Request request, Function<String, @Nullable T> parser) {
    String text = text("cursor");
    return text == null
        ? null
        : list.decode(request, text, parser, advice -> fault("cursor", advice));
  }

  /** A time in microseconds, null where there is none; as text or as a number. */
  @Nullable Long timeMicros(String name) {
    asked.add(name);
    Object value = object.getValue(name);
    if (value == null) {
      return null;
    }
    var micros = Times.parseMicros(value.toString());
    if (micros.isEmpty()) {
      fault(name, Times.FORM);
      return null;
    }
    return micros.getAsLong();
  }

  /** A time that is still to come, null where there is none. */
  @Nullable Instant timeToCome(String name, Instant now) {
    Long micros = timeMicros(name);
    if (micros == null) {
      return null;
    }
    Instant time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    if (!time.isAfter(now)) {
      fault(name, "it is over already");
    }
    return time;
  }

  /** True or false, which must be given. */
  boolean flagNeeded(String name) {
    asked.add(name);
    if (object.getValue(name) instanceof Boolean flag) {
      return flag;
    }
    fault(name, "it must be given: true or false");
    return false;
  }

  /** A whole number from 1. */
  int number(String name, int usual, int max) {
    asked.add(name);
    Object value = object.getValue(name);
    if (value == null) {
      return usual;
    }
    if (value instanceof Integer number && number >= 1 && number <= max) {
      return number;
    }
    fault(name, "it takes a whole number from 1 to " + max);
    return usual;
  }

  /** Whether there is such a member, null or not. */
  boolean isThere(String name) {
    asked.add(name);
    return object.containsKey(name);
  }

  /** A whole number within bounds; 0 for null, which stands for the usual one. */
  long wholeOrUsual(String name, long least, long most) {
    asked.add(name);
    Object value = object.getValue(name);
    if (value == null) {
      return 0;
    }
    boolean isWhole = value instanceof Integer || value instanceof Long;
    long number = isWhole ? ((Number) value).longValue() : -1;
    if (number < least || number > most) {
      fault(name, "it takes a whole number from " + least + " to " + most + ", or null");
    }
    return number;
  }

  /** An object, null where there is none. */
  @Nullable JsonObject object(String name) {
    asked.add(name);
    Object value = object.getValue(name);
    if (value == null || value instanceof JsonObject) {
      return (JsonObject) value;
    }
    fault(name, "it takes an object");
    return null;
  }

  /** The members of an object that is a member. */
  Members inside(String name, JsonObject member) {
    return new Members(member, pointer + "/" + name, faults);
  }

  /** Texts, empty where there are none. */
  List<String> texts(String name) {
    return elements(name).stream()
        .filter(
            element -> {
              if (!(element instanceof String)) {
                fault(name, "it takes texts only");
              }
              return element instanceof String;
            })
        .map(String.class::cast)
        .toList();
  }

  /**
   * The texts of an array that bounds something; empty where it is left out, which is no bound. An
   * empty array is refused: who picked out nothing must not have given everything.
   */
  List<String> bounds(String name) {
    List<String> texts = texts(name);
    if (object.getValue(name) instanceof JsonArray array && array.isEmpty()) {
      fault(name, "it names nothing: leave it out for all");
    }
    return texts;
  }

  /** The elements of an array, empty where there is none. */
  List<?> elements(String name) {
    asked.add(name);
    Object value = object.getValue(name);
    if (value instanceof JsonArray array) {
      return array.stream().toList();
    }
    if (value != null) {
      fault(name, "it takes an array");
    }
    return List.of();
  }

  /** An element of an array is wrong. */
  void fault(String name, int index, String detail) {
    faults.member(pointer + "/" + name + "/" + index, detail);
  }

  /** The elements of an array, within bounds; empty where there is a fault. */
  List<?> elements(String name, int least, int most) {
    int size = object.getValue(name) instanceof JsonArray array ? array.size() : least;
    if (size < least || size > most) {
      fault(name, "it takes " + least + " to " + most + " of them");
    }
    List<?> elements = size > most ? List.of() : elements(name);
    return least > 0 ? missing(name, elements) : elements;
  }

  /** To be called last: notes the members that nobody asked for. */
  void refuseOthers() {
    for (String name : object.fieldNames()) {
      if (!asked.contains(name)) {
        fault(name, "this is not known here; known are " + asked.stream().sorted().toList());
      }
    }
  }

  void fault(String name, String detail) {
    faults.member(pointer + "/" + name.replace("~", "~0").replace("/", "~1"), detail);
  }

  /** Something is wrong with the object itself. */
  void fault(String detail) {
    faults.member(pointer, detail);
  }

  private <T> T missing(String name, T standIn) {
    if (!isGiven(name)) {
      fault(name, "it must be given");
    }
    return standIn;
  }

  private @Nullable String text(String name) {
    asked.add(name);
    Object value = object.getValue(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    fault(name, "it takes a text");
    return null;
  }
}
