package qiantang.ingest.payload.sparkplug;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.sparkplug.Wire.Span;

/**
 * A value as it stands on the wire: the schema's {@code oneof value}, which metrics, data sets and
 * template parameters share in this order. What it means, its data type says.
 *
 * @param bits of a number: an int_value's low 32, the bits of a float or double, 0 or 1
 * @param span of a text, bytes or a nested message
 */
record Raw(Kind kind, long bits, @Nullable Span span) {
  /** The alternatives of {@code oneof value}, in the order of their fields. */
  enum Kind {
    INT("int_value"),
    LONG("long_value"),
    FLOAT("float_value"),
    DOUBLE("double_value"),
    BOOLEAN("boolean_value"),
    STRING("string_value"),
    BYTES("bytes_value"),
    DATA_SET("dataset_value"),
    TEMPLATE("template_value"),
    EXTENSION("extension_value"),
    NONE("no value");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The field's name in the schema. */
    String word() {
      return word;
    }
  }

  static final Raw NONE = new Raw(Kind.NONE, 0, null);

  private static final Kind[] METRIC = Kind.values();
  private static final Kind[] ELEMENT = {
    Kind.INT, Kind.LONG, Kind.FLOAT, Kind.DOUBLE, Kind.BOOLEAN, Kind.STRING, Kind.EXTENSION
  };

  /** Of a metric, whose alternatives are the fields 10 to 19. */
  static Raw ofMetric(Wire wire) throws Unreadable {
    return of(wire, METRIC[wire.field() - 10]);
  }

  /**
   * Of a data set's element or a template's parameter; null where the field is none of theirs.
   *
   * @param first number of the field of the first alternative
   */
  static @Nullable Raw ofElement(Wire wire, int first) throws Unreadable {
    int index = wire.field() - first;
    return index >= 0 && index < ELEMENT.length ? of(wire, ELEMENT[index]) : null;
  }

  /** The span of what has one. */
  Span requiredSpan() {
    Span present = span;
    if (present == null) {
      throw new AssertionError("BUG: a " + kind.word() + " without its bytes");
    }
    return present;
  }

  private static Raw of(Wire wire, Kind kind) throws Unreadable {
    return switch (kind) {
      case INT -> new Raw(kind, wire.varint() & 0xFFFF_FFFFL, null);
      case LONG -> new Raw(kind, wire.varint(), null);
      case FLOAT -> new Raw(kind, wire.fixed32(), null);
      case DOUBLE -> new Raw(kind, wire.fixed64(), null);
      case BOOLEAN -> new Raw(kind, wire.bool() ? 1 : 0, null);
      case STRING, BYTES, DATA_SET, TEMPLATE, EXTENSION -> new Raw(kind, 0, wire.span());
      case NONE -> throw new AssertionError("BUG: a field for no value");
    };
  }
}
