package qiantang.ingest.payload.sparkplug;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.sparkplug.JsonText.TooLong;
import qiantang.ingest.payload.sparkplug.Wire.Span;
import qiantang.store.model.Value;

/**
 * What a metric's value says, as one of the values that are kept.
 *
 * <p>DateTime is its milliseconds; a DataSet, Template or array is JSON; bytes and files are
 * base64. All within 4 KiB, and nothing longer is ever made: JSON is written piece by piece and
 * given up at its limit.
 */
final class ValueReader {
  /**
   * Templates inside of templates. Real ones go two or three deep; each level is looked along three
   * times, and recursion ends here.
   */
  static final int TEMPLATES_MAX = 8;

  /** Columns of a data set: no more fit 4 KiB with their names, types and one row. */
  static final int COLUMNS_MAX = 512;

  private final byte[] bytes;

  ValueReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The value; of a declared type, or, where that is null, of what the value itself tells. */
  Value read(@Nullable DataType type, Raw raw) throws Fault {
    try {
      return read(type == null ? DataType.UNKNOWN : type, raw, TEMPLATES_MAX);
    } catch (Unreadable e) {
      throw Fault.malformed("is damaged: " + e.detail());
    } catch (TooLong e) {
      throw Scalars.tooLarge();
    }
  }

  /** Whether it is a template's definition, which says how values look and is none (6.4.14). */
  boolean isDefinition(Raw raw) {
    if (raw.kind() != Raw.Kind.TEMPLATE) {
      return false;
    }
    try {
      Wire wire = new Wire(bytes, raw.requiredSpan());
      boolean found = false;
      while (wire.next()) {
        if (wire.field() == 5) {
          found = wire.bool();
        } else {
          wire.skip();
        }
      }
      return found;
    } catch (Unreadable e) {
      return false; // reading it as a value says what is wrong
    }
  }

  private Value read(DataType type, Raw raw, int depth) throws Fault, TooLong, Unreadable {
    return switch (type) {
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, DATE_TIME ->
          Scalars.integer(type, raw);
      case FLOAT, DOUBLE -> Scalars.real(type, raw);
      case BOOLEAN -> Scalars.bool(type, raw);
      case STRING, TEXT, UUID -> Scalars.text(bytes, type, raw);
      case BYTES, FILE -> Scalars.base64(bytes, type, raw);
      case DATA_SET, TEMPLATE -> {
        JsonText out = new JsonText();
        nested(out, type, raw, depth);
        yield out.value();
      }
      case UNKNOWN -> untyped(raw, depth);
      case PROPERTY_SET, PROPERTY_SET_LIST ->
          throw Fault.malformed("is declared " + type.word() + ", which no value is");
      case INT8_ARRAY,
          INT16_ARRAY,
          INT32_ARRAY,
          INT64_ARRAY,
          UINT8_ARRAY,
          UINT16_ARRAY,
          UINT32_ARRAY,
          UINT64_ARRAY,
          FLOAT_ARRAY,
          DOUBLE_ARRAY,
          BOOLEAN_ARRAY,
          STRING_ARRAY,
          DATE_TIME_ARRAY ->
          ArrayText.of(bytes, type, raw);
    };
  }

  private Value untyped(Raw raw, int depth) throws Fault, TooLong, Unreadable {
    return switch (raw.kind()) {
      case DATA_SET -> read(DataType.DATA_SET, raw, depth);
      case TEMPLATE -> read(DataType.TEMPLATE, raw, depth);
      case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTES, EXTENSION, NONE ->
          Scalars.untyped(bytes, raw);
    };
  }

  private void nested(JsonText out, DataType type, Raw raw, int depth)
      throws Fault, TooLong, Unreadable {
    if (type == DataType.DATA_SET && raw.kind() == Raw.Kind.DATA_SET) {
      dataSet(out, raw.requiredSpan());
    } else if (type == DataType.TEMPLATE && raw.kind() == Raw.Kind.TEMPLATE) {
      template(out, raw.requiredSpan(), depth);
    } else {
      throw Scalars.mismatch(type, raw);
    }
  }

  /** {@code {"columns":["a","b"],"types":["Int32","String"],"rows":[[1,"x"],..]}}. */
  private void dataSet(JsonText out, Span span) throws Fault, TooLong, Unreadable {
    List<DataType> types = columns(out, span);
    out.raw(",\"types\":[");
    for (int i = 0; i < types.size(); i++) {
      out.comma(i == 0).string(types.get(i).word());
    }
    out.raw("],\"rows\":[");
    Wire wire = new Wire(bytes, span);
    boolean isFirst = true;
    while (wire.next()) {
      if (wire.field() == 4) {
        out.comma(isFirst);
        row(out, wire.nested(wire.span()), types);
        isFirst = false;
      } else {
        wire.skip();
      }
    }
    out.raw("]}");
  }

  /** Writes the columns' names; returns their types. [tck-id-payloads-dataset-types-num] */
  private List<DataType> columns(JsonText out, Span span) throws Fault, TooLong, Unreadable {
    List<DataType> types = new ArrayList<>();
    int columns = 0;
    out.raw("{\"columns\":[");
    Wire wire = new Wire(bytes, span);
    while (wire.next()) {
      switch (wire.field()) {
        case 2 -> out.comma(columns++ == 0).string(Scalars.utf8(bytes, wire.span()));
        case 3 -> types(wire, types);
        default -> wire.skip();
      }
    }
    if (types.size() != columns) {
      throw Fault.malformed(
          "is a DataSet of %d columns and %d types".formatted(columns, types.size()));
    }
    out.raw("]");
    return types;
  }

  /** One by one as in proto2, or packed as some encoders send them. */
  private void types(Wire wire, List<DataType> types) throws Fault, Unreadable {
    if (!wire.isSpan()) {
      types.add(type(wire.varint(), types.size()));
      return;
    }
    Wire packed = wire.nested(wire.span());
    while (packed.hasMore()) {
      types.add(type(packed.rawVarint(), types.size()));
    }
  }

  private static DataType type(long code, int before) throws Fault {
    DataType type = DataType.of(code);
    if (type == null) {
      throw Scalars.unknownType(code);
    }
    if (before == COLUMNS_MAX) {
      throw Fault.malformed("is a DataSet of more than " + COLUMNS_MAX + " columns");
    }
    return type;
  }

  private void row(JsonText out, Wire wire, List<DataType> types)
      throws Fault, TooLong, Unreadable {
    out.raw("[");
    int column = 0;
    while (wire.next()) {
      if (wire.field() != 1) {
        wire.skip();
        continue;
      }
      Wire element = wire.nested(wire.span());
      if (column == types.size()) {
        throw Fault.malformed("is a DataSet with a row longer than its columns");
      }
      element(out.comma(column == 0), types.get(column), element(element, 1), 0);
      column++;
    }
    if (column != types.size()) {
      throw Fault.malformed("is a DataSet with a row shorter than its columns");
    }
    out.raw("]");
  }

  /** The one value of a data set's element. */
  private static Raw element(Wire wire, int first) throws Unreadable {
    Raw found = Raw.NONE;
    while (wire.next()) {
      Raw raw = Raw.ofElement(wire, first);
      if (raw == null) {
        wire.skip();
      } else {
        found = raw;
      }
    }
    return found;
  }

  private void element(JsonText out, DataType type, Raw raw, int depth)
      throws Fault, TooLong, Unreadable {
    if (raw.kind() == Raw.Kind.NONE) {
      out.raw("null");
    } else if (type == DataType.UINT64 && raw.kind() == Raw.Kind.LONG) {
      out.raw(Long.toUnsignedString(raw.bits())); // JSON has room for all 64 bits
    } else if (type == DataType.DATA_SET || type == DataType.TEMPLATE) {
      nested(out, type, raw, depth);
    } else {
      write(out, read(type, raw, depth));
    }
  }

  private static void write(JsonText out, Value value) throws TooLong {
    switch (value) {
      case Value.Bool(boolean is) -> out.raw(is ? "true" : "false");
      case Value.Int(long number) -> out.raw(Long.toString(number));
      case Value.Real(double number) -> out.number(number);
      case Value.Text(String text) -> out.string(text);
      case Value.Json(String text) -> out.json(text);
    }
  }

  /**
   * {@code {"template":"Motor","version":"1","metrics":{"rpm":1480},"parameters":{"kW":11}}}; a
   * definition (6.4.14) is no value and does not come here.
   */
  private void template(JsonText out, Span span, int depth) throws Fault, TooLong, Unreadable {
    if (depth == 0) {
      throw Fault.malformed("has templates more than " + TEMPLATES_MAX + " deep");
    }
    out.raw("{");
    boolean isFirst = true;
    Wire wire = new Wire(bytes, span);
    while (wire.next()) {
      switch (wire.field()) {
        case 1, 4 -> {
          out.comma(isFirst).string(wire.field() == 4 ? "template" : "version").raw(":");
          out.string(Scalars.utf8(bytes, wire.span()));
          isFirst = false;
        }
        default -> wire.skip();
      }
    }
    out.comma(isFirst).raw("\"metrics\":{");
    members(out, new Wire(bytes, span), depth);
    out.raw("},\"parameters\":{");
    parameters(out, new Wire(bytes, span));
    out.raw("}}");
  }

  private void members(JsonText out, Wire wire, int depth) throws Fault, TooLong, Unreadable {
    Set<String> names = new HashSet<>();
    while (wire.next()) {
      if (wire.field() != 2) {
        wire.skip();
        continue;
      }
      Metric metric = Metric.read(wire, wire.span());
      DataType type = DataType.of(metric.datatype());
      if (type == null) {
        throw Scalars.unknownType(metric.datatype());
      }
      member(out, names, metric.name());
      element(out, type, metric.isNull() ? Raw.NONE : metric.raw(), depth - 1);
    }
  }

  private void parameters(JsonText out, Wire wire) throws Fault, TooLong, Unreadable {
    Set<String> names = new HashSet<>();
    while (wire.next()) {
      if (wire.field() != 3) {
        wire.skip();
        continue;
      }
      Wire parameter = wire.nested(wire.span());
      @Nullable Span name = null;
      DataType type = DataType.UNKNOWN;
      Raw found = Raw.NONE;
      while (parameter.next()) {
        @Nullable Raw raw = Raw.ofElement(parameter, 3);
        if (raw != null) {
          found = raw;
        } else if (parameter.field() == 1) {
          name = parameter.span();
        } else if (parameter.field() == 2) {
          type = type(parameter.varint(), 0);
        } else {
          parameter.skip();
        }
      }
      member(out, names, name);
      element(out, type, found, 0);
    }
  }

  /** A name and a colon; a name given twice would hide a value from most readers of JSON. */
  private void member(JsonText out, Set<String> names, @Nullable Span name) throws Fault, TooLong {
    if (name == null) {
      throw Fault.malformed("is a Template with a member that has no name");
    }
    String text = Scalars.utf8(bytes, name);
    out.comma(names.isEmpty());
    if (!names.add(text)) {
      throw Fault.malformed("is a Template with a member twice: '" + text + "'");
    }
    out.string(text).raw(":");
  }
}
