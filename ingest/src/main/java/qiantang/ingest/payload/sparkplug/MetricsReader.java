package qiantang.ingest.payload.sparkplug;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.Utf8;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.Message;
import qiantang.ingest.payload.Names;
import qiantang.ingest.payload.Refusals;
import qiantang.ingest.payload.SubDevice;
import qiantang.ingest.payload.sparkplug.Declared.Declaration;
import qiantang.ingest.payload.sparkplug.Wire.Span;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

/**
 * Turns the metrics of one message into readings: those of one time are one reading. A metric is
 * refused alone, for each has a time and a meaning of its own.
 */
final class MetricsReader {
  // The year 287,396: beyond it microseconds overflow, and no clock is that wrong.
  private static final long MILLIS_MAX = 9_000_000_000_000_000L;

  // Its births and deaths are told apart by it: no measurement.
  private static final String BD_SEQ = "bdSeq";

  // Commands that a node declares so that hosts can send them: no measurements either.
  private static final String NODE_CONTROL = "Node Control/";

  // Of a name that is too long.
  private static final int NAME_BYTES_SHOWN = 32;

  /** The metrics of one time; of a time that is refused none are kept. */
  private record Moment(
      long micros,
      boolean isStamped,
      @Nullable String fault,
      boolean isDate,
      Map<String, Value> values) {}

  private final Message message;
  private final Payload payload;
  private final DeviceId device;
  private final @Nullable Declared declared;
  private final boolean isOfNode;
  private final ValueReader values;
  private final Refusals refusals = new Refusals();
  private final Map<Long, Moment> byMillis = new LinkedHashMap<>();
  private @Nullable Moment unstamped;
  private boolean hasUnknown;

  /**
   * Reads a message of a device.
   *
   * @param declared what its birth declared, null where none came
   * @param isOfNode whether it is of the edge node itself
   */
  MetricsReader(
      Message message,
      Payload payload,
      DeviceId device,
      @Nullable Declared declared,
      boolean isOfNode) {
    this.message = message;
    this.payload = payload;
    this.device = device;
    this.declared = declared;
    this.isOfNode = isOfNode;
    values = new ValueReader(message.bytes());
  }

  /** The bdSeq of a birth or death, null where it has none. [tck-id-payloads-nbirth-bdseq] */
  static @Nullable Long bdSeq(Message message, Payload payload) {
    for (Metric metric : payload.metrics()) {
      Span name = metric.name();
      boolean isNumber =
          metric.raw().kind() == Raw.Kind.LONG || metric.raw().kind() == Raw.Kind.INT;
      if (name != null && isNumber && name.length() == BD_SEQ.length()) {
        String text = Utf8.decode(message.bytes(), name.from(), name.length());
        if (BD_SEQ.equals(text)) {
          return metric.raw().bits();
        }
      }
    }
    return null;
  }

  /** Declares the metrics of a birth and reads their values. */
  void readBirth() {
    Declared fresh = declared;
    boolean isFull = fresh == null;
    for (Metric metric : payload.metrics()) {
      Declaration declaration = declaration(metric);
      if (declaration == null) {
        refuse(metric, Reason.MALFORMED, "a metric without a name in a birth");
        continue;
      }
      isFull = isFull || fresh == null || !fresh.add(metric.alias(), declaration);
      if (isFull) {
        refuse(
            metric,
            Reason.QUOTA,
            "there is no room to keep what the birth declares of '"
                + declaration.name()
                + "': send its data by name, with a data type");
      }
      read(metric, declaration);
    }
    readBody();
  }

  /** Reads data: by alias as the birth declared it, or by name. */
  void readData() {
    for (Metric metric : payload.metrics()) {
      Declaration declaration = metric.name() == null ? byAlias(metric) : byName(metric);
      if (declaration != null) {
        read(metric, declaration);
      }
    }
    readBody();
  }

  /** Whether data came that only a birth could explain. */
  boolean hasUnknown() {
    return hasUnknown;
  }

  /** What was read. */
  Decoded.Readings result(@Nullable SubDevice sub, boolean isBirth) {
    List<Reading> readings = new ArrayList<>(byMillis.size() + 1);
    for (Moment moment : byMillis.values()) {
      add(readings, moment);
    }
    if (unstamped != null) {
      add(readings, unstamped);
    }
    boolean isNamed = sub != null && (isBirth || !readings.isEmpty());
    return new Decoded.Readings(readings, isNamed ? Set.of(sub) : Set.of(), refusals.list());
  }

  private void add(List<Reading> readings, Moment moment) {
    if (moment.values().isEmpty()) {
      return;
    }
    List<MetricValue> list = new ArrayList<>(moment.values().size());
    moment.values().forEach((name, value) -> list.add(new MetricValue(name, value)));
    boolean possibleRepeat = message.duplicate() && !moment.isStamped();
    readings.add(new Reading(device, moment.micros(), moment.isStamped(), possibleRepeat, list));
  }

  /** What a birth declares of a metric: also of one whose values will be refused, and why. */
  private @Nullable Declaration declaration(Metric metric) {
    Span span = metric.name();
    if (span == null) {
      return null;
    }
    DataType type = DataType.of(metric.datatype());
    String fault = type == null ? Scalars.unknownType(metric.datatype()).detail() : null;
    if (span.length() > MetricValue.NAME_BYTES_MAX) {
      String begin = new String(message.bytes(), span.from(), NAME_BYTES_SHOWN, US_ASCII);
      return new Declaration(
          begin + "...", type, "has a name of more than " + MetricValue.NAME_BYTES_MAX + " bytes");
    }
    String name = Utf8.decode(message.bytes(), span.from(), span.length());
    if (name == null) {
      return new Declaration("", type, "has a name that is not UTF-8");
    }
    String nameFault = Names.fault(name);
    return new Declaration(name, type, nameFault == null ? fault : "has " + nameFault);
  }

  private @Nullable Declaration byName(Metric metric) {
    Declaration own = declaration(metric);
    if (own == null || own.fault() != null || metric.datatype() != 0 || declared == null) {
      return own;
    }
    Declaration known = declared.of(own.name());
    return known == null ? own : known;
  }

  private @Nullable Declaration byAlias(Metric metric) {
    Long alias = metric.alias();
    if (alias == null) {
      refuse(metric, Reason.MALFORMED, "a metric with neither name nor alias");
      return null;
    }
    Declaration known = declared == null ? null : declared.of(alias);
    if (known != null) {
      return known;
    }
    boolean isCut = declared != null && declared.isCut();
    hasUnknown |= !isCut;
    if (isCut) {
      refuse(
          metric,
          Reason.QUOTA,
          "alias "
              + Long.toUnsignedString(alias)
              + " is of a metric that the birth found no room for: send names and types");
    } else {
      refuse(
          metric,
          Reason.MALFORMED,
          "alias "
              + Long.toUnsignedString(alias)
              + " is unknown: no birth on this connection declares it; one is asked for");
    }
    return null;
  }

  private void read(Metric metric, Declaration declaration) {
    if (isNoMeasurement(metric, declaration)) {
      return;
    }
    String fault = declaration.fault();
    if (fault != null) {
      refuse(metric, Reason.MALFORMED, "metric '" + declaration.name() + "' " + fault);
      return;
    }
    try {
      DataType sent = metric.datatype() == 0 ? declaration.type() : DataType.of(metric.datatype());
      if (sent == null && metric.datatype() != 0) {
        throw Scalars.unknownType(metric.datatype());
      }
      put(metric, declaration.name(), values.read(sent, metric.raw()));
    } catch (Fault e) {
      refuse(metric, e.reason(), "metric '" + declaration.name() + "' " + e.detail());
    }
  }

  private boolean isNoMeasurement(Metric metric, Declaration declaration) {
    String name = declaration.name();
    return metric.isNull()
        || metric.isTransient()
        || (isOfNode && (name.equals(BD_SEQ) || name.startsWith(NODE_CONTROL)))
        || values.isDefinition(metric.raw());
  }

  private void put(Metric metric, String name, Value value) throws Fault {
    Moment moment = moment(metric);
    if (moment.fault() != null) {
      refusals.add(
          device,
          Reason.CLOCK,
          moment.fault(),
          moment.isDate() ? moment.micros() : null,
          metric.span().from() - message.offset(),
          metric.span().length());
    } else if (moment.values().putIfAbsent(name, value) != null) {
      throw Fault.malformed("is given twice for one time");
    }
  }

  /** The metric's own time, else the message's, else that of its arrival. */
  private Moment moment(Metric metric) {
    Long millis = metric.timestamp() == null ? payload.timestamp() : metric.timestamp();
    if (millis == null) {
      Moment arrival = unstamped;
      if (arrival == null) {
        arrival =
            new Moment(
                message.times().arrivalMicros(device), false, null, true, new LinkedHashMap<>());
        unstamped = arrival;
      }
      return arrival;
    }
    return byMillis.computeIfAbsent(millis, this::stamped);
  }

  private Moment stamped(long millis) {
    boolean isDate = Math.abs(millis) < MILLIS_MAX && millis != Long.MIN_VALUE;
    long micros = isDate ? millis * 1000 : 0;
    String fault =
        isDate
            ? message.times().fault(micros)
            : "event time " + Long.toUnsignedString(millis) + " ms is no date";
    return new Moment(micros, true, fault, isDate, new LinkedHashMap<>());
  }

  /** The body belongs to no metric, so nothing can be made of it. */
  private void readBody() {
    Span body = payload.body();
    if (body != null && body.length() > 0) {
      refusals.add(
          device,
          Reason.MALFORMED,
          "a body of " + body.length() + " bytes is not kept: send metrics",
          null,
          body.from() - message.offset(),
          body.length());
    }
  }

  private void refuse(Metric metric, Reason reason, String detail) {
    refusals.add(
        device,
        reason,
        detail,
        null,
        metric.span().from() - message.offset(),
        metric.span().length());
  }
}
