package qiantang.ingest.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.PacketDecoder;
import qiantang.ingest.net.Utf8;
import qiantang.ingest.payload.Decoded.Refusal;
import qiantang.ingest.payload.Decoded.Refused;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;

/**
 * Reads the JSON of one message into readings, in one pass. What is wrong with one reading refuses
 * that reading; what is no JSON refuses the message, for then nobody knows where readings end.
 */
final class ReadingsReader {
  /** Deepest nesting of a payload (DESIGN section 9). */
  static final int NESTING_MAX = 32;

  // A double never needs more than 767 significant digits to be exact.
  private static final int NUMBER_CHARS_MAX = 1000;

  // A name may take 128 bytes; this much longer is still one refused reading, not no JSON at all.
  private static final int NAME_CHARS_MAX = 4096;

  private static final int DETAIL_CHARS_MAX = 300;

  // Field names are shared between messages (one string a metric) but not interned for ever.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING_MAX)
                  .maxNumberLength(NUMBER_CHARS_MAX)
                  .maxNameLength(NAME_CHARS_MAX)
                  .maxStringLength(PacketDecoder.PACKET_BYTES_MAX)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .build();

  /** What a topic's payload is made of. */
  @FunctionalInterface
  interface Body {
    /** Reads from the first token to the last of the root value. */
    void read(ReadingsReader reader) throws IOException, Unreadable;
  }

  /** What to do with each device of a gateway's object; the parser stands on its value. */
  @FunctionalInterface
  interface DeviceBody {
    void read(SubDevice device) throws IOException;
  }

  /** JSON, but not what the topic asks for. Never leaves this package. */
  static final class Unreadable extends Exception {
    Unreadable(String detail) {
      super(detail, null, false, false);
    }
  }

  private final Message message;
  private final JsonParser parser;
  private final List<Reading> readings = new ArrayList<>(1);
  // Made when needed: most messages are of one device and all good.
  private Set<SubDevice> devices = Set.of();
  private final Refusals refusals = new Refusals();

  private ReadingsReader(Message message, JsonParser parser) {
    this.message = message;
    this.parser = parser;
  }

  static Decoded read(Message message, Body body) {
    int badByte = Utf8.firstBad(message.bytes(), message.offset(), message.length());
    if (badByte >= 0) {
      return malformed(
          message,
          "the payload is not UTF-8"
              + JsonFault.place(message.bytes(), message.offset(), badByte)
              + ": send JSON in UTF-8, not packed");
    }
    try (JsonParser parser =
        JSON.createParser(message.bytes(), message.offset(), message.length())) {
      return read(message, body, parser);
    } catch (IOException e) {
      throw new AssertionError("BUG: memory refused bytes", e);
    }
  }

  private static Decoded read(Message message, Body body, JsonParser parser) {
    try {
      if (parser.nextToken() == null) {
        return malformed(message, "the payload is empty: send a JSON object");
      }
      ReadingsReader reader = new ReadingsReader(message, parser);
      body.read(reader);
      return parser.nextToken() == null
          ? reader.result()
          : malformed(message, fault(message, parser));
    } catch (StreamConstraintsException e) {
      return malformed(
          message,
          "the JSON is beyond a limit (nesting 32, numbers 1000, names 4096 characters)"
              + place(message, parser));
    } catch (IOException e) {
      return malformed(message, fault(message, parser));
    } catch (Unreadable e) {
      return malformed(message, String.valueOf(e.getMessage()));
    }
  }

  JsonParser parser() {
    return parser;
  }

  SubDevice named(String name) {
    return message.devices().named(name);
  }

  /** The parser stands on an object of devices by name; each is handed over in turn. */
  void eachDevice(DeviceBody body) throws IOException, Unreadable {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new Unreadable("expected an object of devices by name");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String fault = Names.fault(name);
      parser.nextToken();
      if (fault == null) {
        body.read(named(name));
      } else {
        int from = tokenStart();
        parser.skipChildren();
        refuse(null, Reason.MALFORMED, "a device with " + fault, null, from);
      }
    }
  }

  /**
   * The parser stands on a reading or on an array of readings.
   *
   * @param sub the device where it is behind a gateway
   */
  void readElements(DeviceId device, @Nullable SubDevice sub) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      readElement(device, sub);
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      readElement(device, sub);
    }
  }

  /** The parser stands on an object of attributes. */
  void readAttributes(DeviceId device, @Nullable SubDevice sub) throws IOException {
    int from = tokenStart();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      refuse(device, Reason.MALFORMED, "expected an object of attributes", null, from);
      return;
    }
    add(device, sub, values(parser, 0, "attributes.").readObject(), null, from);
  }

  /**
   * {@code {"ts":ms,"values":{..}}} is a reading with an event time; any other object is one
   * without, and every key of it a metric, as ThingsBoard has it. What else stands beside {@code
   * ts} and {@code values}, such as {@code metadata}, is about the transport and not kept.
   */
  private void readElement(DeviceId device, @Nullable SubDevice sub) throws IOException {
    int from = tokenStart();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      refuse(device, Reason.MALFORMED, "a reading that is not an object", null, from);
      return;
    }
    Values outer = values(parser, 0, "");
    @Nullable Values inner = null;
    @Nullable EventTime time = null;
    int valuesFrom = -1;
    boolean hasValues = false;
    boolean twice = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (name.equals("values")) {
        twice |= hasValues;
        hasValues = true;
        if (token == JsonToken.START_OBJECT && time != null) {
          inner = values(parser, 0, "").readObject();
          continue;
        }
        valuesFrom = token == JsonToken.START_OBJECT ? tokenStart() : -1;
      } else if (name.equals("ts")) {
        twice |= time != null;
        time = EventTime.of(parser, token);
      }
      outer.read(name, token);
    }
    if (time == null || !hasValues) {
      add(device, sub, outer, null, from);
    } else if (twice) {
      refuse(device, Reason.MALFORMED, "'ts' or 'values' twice in one reading", null, from);
    } else if (inner == null && valuesFrom < 0) {
      refuse(device, Reason.MALFORMED, "'values' beside 'ts' must be an object", null, from);
    } else {
      add(device, sub, inner == null ? readAgain(valuesFrom) : inner, time, from);
    }
  }

  /** {@code values} came before {@code ts}: only now it is known that its keys are metrics. */
  private Values readAgain(int from) throws IOException {
    int start = message.offset() + from;
    int length = message.length() - from;
    try (JsonParser again = JSON.createParser(message.bytes(), start, length)) {
      again.nextToken();
      return values(again, from, "").readObject();
    }
  }

  private Values values(JsonParser of, int from, String prefix) {
    return new Values(of, message.bytes(), message.offset() + from, prefix);
  }

  private void add(
      DeviceId device, @Nullable SubDevice sub, Values values, @Nullable EventTime time, int from) {
    if (time != null) {
      boolean isTime = time.fault() == null;
      String fault = isTime ? message.times().fault(time.micros()) : time.fault();
      if (fault != null) {
        refuse(device, Reason.CLOCK, fault, isTime ? time.micros() : null, from);
        return;
      }
    }
    Reason reason = values.faultReason();
    if (reason != null) {
      refuse(device, reason, values.fault(), null, from);
      return;
    }
    if (values.list().isEmpty()) {
      return; // only nulls: accepted, and nothing to keep
    }
    boolean stamped = time != null;
    long micros = time != null ? time.micros() : message.times().arrivalMicros(device);
    boolean possibleRepeat = message.duplicate() && !stamped;
    readings.add(new Reading(device, micros, stamped, possibleRepeat, values.list()));
    if (sub != null) {
      devices = devices.isEmpty() ? new LinkedHashSet<>() : devices;
      devices.add(sub);
    }
  }

  /** The parser stands on the last token of what is refused. */
  private void refuse(
      @Nullable DeviceId device,
      Reason reason,
      String detail,
      @Nullable Long eventTimeMicros,
      int from) {
    int length = (int) parser.currentLocation().getByteOffset() - from;
    refusals.add(device, reason, detail, eventTimeMicros, from, length);
  }

  private Decoded result() {
    List<Refusal> refused = refusals.list();
    return readings.isEmpty() && refused.isEmpty()
        ? Decoded.Readings.NONE
        : new Decoded.Readings(readings, devices, refused);
  }

  private int tokenStart() {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  /** The parser says that something is wrong, and {@link JsonFault} what. */
  private static String fault(Message message, JsonParser parser) {
    String found = JsonFault.find(message.bytes(), message.offset(), message.length());
    return found == null
        ? "no JSON" + place(message, parser) + ": a name has half a character (unpaired surrogate)"
        : found;
  }

  private static String place(Message message, JsonParser parser) {
    int behind = Math.clamp(parser.currentLocation().getByteOffset(), 0, message.length());
    return JsonFault.place(message.bytes(), message.offset(), message.offset() + behind);
  }

  private static Refused malformed(Message message, String detail) {
    String cut =
        detail.length() <= DETAIL_CHARS_MAX ? detail : detail.substring(0, DETAIL_CHARS_MAX);
    return new Refused(new Refusal(null, Reason.MALFORMED, cut, null, 0, 0, message.length()));
  }
}
