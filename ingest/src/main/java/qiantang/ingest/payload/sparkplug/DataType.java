package qiantang.ingest.payload.sparkplug;

import org.jspecify.annotations.Nullable;

/** The types of values (specification 6.4.16), by their code. */
enum DataType {
  UNKNOWN("Unknown", 0),
  INT8("Int8", 8),
  INT16("Int16", 16),
  INT32("Int32", 32),
  INT64("Int64", 64),
  UINT8("UInt8", 8),
  UINT16("UInt16", 16),
  UINT32("UInt32", 32),
  UINT64("UInt64", 64),
  FLOAT("Float", 32),
  DOUBLE("Double", 64),
  BOOLEAN("Boolean", 0),
  STRING("String", 0),
  DATE_TIME("DateTime", 64),
  TEXT("Text", 0),
  UUID("UUID", 0),
  DATA_SET("DataSet", 0),
  BYTES("Bytes", 0),
  FILE("File", 0),
  TEMPLATE("Template", 0),
  PROPERTY_SET("PropertySet", 0),
  PROPERTY_SET_LIST("PropertySetList", 0),
  INT8_ARRAY("Int8Array", 8),
  INT16_ARRAY("Int16Array", 16),
  INT32_ARRAY("Int32Array", 32),
  INT64_ARRAY("Int64Array", 64),
  UINT8_ARRAY("UInt8Array", 8),
  UINT16_ARRAY("UInt16Array", 16),
  UINT32_ARRAY("UInt32Array", 32),
  UINT64_ARRAY("UInt64Array", 64),
  FLOAT_ARRAY("FloatArray", 32),
  DOUBLE_ARRAY("DoubleArray", 64),
  BOOLEAN_ARRAY("BooleanArray", 0),
  STRING_ARRAY("StringArray", 0),
  DATE_TIME_ARRAY("DateTimeArray", 64);

  private static final DataType[] BY_CODE = values();

  private final String word;
  private final int bits;

  DataType(String word, int bits) {
    this.word = word;
    this.bits = bits;
  }

  /** The type of a code, which is its place in this list; null where there is none. */
  static @Nullable DataType of(long code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[(int) code] : null;
  }

  /** As the specification writes it. */
  String word() {
    return word;
  }

  /** Width of a number, or of an element of an array; 0 for what has no width. */
  int bits() {
    return bits;
  }
}
