package qiantang.ingest.payload.sparkplug;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.sparkplug.Wire.Span;

/**
 * A metric as it stands in the payload; of a template too.
 *
 * @param span where it lies
 * @param name where its name lies, null where it has none
 * @param alias what stands for the name, null where nothing does
 * @param timestamp milliseconds since 1970 as sent, null where it has none
 * @param datatype code as sent, 0 where it has none
 * @param isTransient told not to be stored (6.4.6 {@code is_transient})
 * @param isNull told to have no value
 */
record Metric(
    Span span,
    @Nullable Span name,
    @Nullable Long alias,
    @Nullable Long timestamp,
    long datatype,
    boolean isTransient,
    boolean isNull,
    Raw raw) {

  /**
   * Reads one metric. Of a field that stands twice the last holds, as protobuf has it. {@code
   * is_historical} changes nothing here: a value has the time when it was measured, and the latest
   * is the one of the latest time, whatever comes when. Metadata and properties describe and are
   * not kept; they are stepped over as a whole, however deep they nest.
   */
  static Metric read(Wire around, Span span) throws Unreadable {
    Wire wire = around.nested(span);
    @Nullable Span name = null;
    @Nullable Long alias = null;
    @Nullable Long timestamp = null;
    long datatype = 0;
    boolean isTransient = false;
    boolean isNull = false;
    Raw raw = Raw.NONE;
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> name = wire.span();
        case 2 -> alias = wire.varint();
        case 3 -> timestamp = wire.varint();
        case 4 -> datatype = wire.varint();
        case 6 -> isTransient = wire.bool();
        case 7 -> isNull = wire.bool();
        case 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 -> raw = Raw.ofMetric(wire);
        default -> wire.skip();
      }
    }
    return new Metric(span, name, alias, timestamp, datatype, isTransient, isNull, raw);
  }
}
