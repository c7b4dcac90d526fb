package qiantang.query.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/** Writes JSON in the API's forms of times, numbers and values. */
public final class JsonOut implements AutoCloseable {
  /** Integers beyond this, either way, are strings: a JavaScript number has no room for them. */
  static final long INTEGER_MAX = 1L << 53;

  private static final int DECIMALS = 3; // milliseconds of seconds, per mille of shares

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  /** Writes one JSON text. */
  @FunctionalInterface
  public interface Text {
    /** Writes it. */
    void writeTo(JsonOut out) throws IOException;
  }

  private final JsonGenerator generator;
  private final OutputStream stream;

  private JsonOut(OutputStream stream) throws IOException {
    generator = JSON.createGenerator(stream);
    this.stream = stream;
  }

  /** Writes a text into a stream, which stays open. */
  public static void write(OutputStream stream, Text text) throws IOException {
    try (JsonOut out = new JsonOut(stream)) {
      text.writeTo(out);
    }
  }

  @Override
  public void close() throws IOException {
    generator.close();
  }

  /** Sends what is written, because the rest takes a while. */
  public void flush() throws IOException {
    generator.flush();
    stream.flush();
  }

  /** Begins an object. */
  public JsonOut object() throws IOException {
    generator.writeStartObject();
    return this;
  }

  /** Begins an object that is a member. */
  public JsonOut object(String name) throws IOException {
    generator.writeObjectFieldStart(name);
    return this;
  }

  /** Ends the object. */
  public JsonOut endObject() throws IOException {
    generator.writeEndObject();
    return this;
  }

  /** Begins an array that is a member. */
  public JsonOut array(String name) throws IOException {
    generator.writeArrayFieldStart(name);
    return this;
  }

  /** Ends the array. */
  public JsonOut endArray() throws IOException {
    generator.writeEndArray();
    return this;
  }

  /** A member that is a string or null. */
  public JsonOut text(String name, @Nullable String text) throws IOException {
    generator.writeFieldName(name);
    generator.writeString(text);
    return this;
  }

  /** A member that is a count. */
  public JsonOut number(String name, long number) throws IOException {
    generator.writeNumberField(name, number);
    return this;
  }

  /** A member that is an integer or null. */
  public JsonOut number(String name, @Nullable Long number) throws IOException {
    generator.writeFieldName(name);
    if (number == null) {
      generator.writeNull();
    } else {
      generator.writeNumber(number);
    }
    return this;
  }

  /** A member that is a number with up to three decimals, or null. */
  public JsonOut decimal(String name, @Nullable Double number) throws IOException {
    generator.writeFieldName(name);
    if (number == null) {
      generator.writeNull();
    } else {
      generator.writeNumber(
          BigDecimal.valueOf(number)
              .setScale(DECIMALS, RoundingMode.HALF_UP)
              .stripTrailingZeros()
              .toPlainString());
    }
    return this;
  }

  /** A member that is true or false. */
  public JsonOut flag(String name, boolean flag) throws IOException {
    generator.writeBooleanField(name, flag);
    return this;
  }

  /** A member that is an array of strings. */
  public JsonOut texts(String name, Iterable<String> texts) throws IOException {
    array(name);
    for (String text : texts) {
      generator.writeString(text);
    }
    return endArray();
  }

  /** A member that is a time or null. */
  public JsonOut time(String name, @Nullable Long micros) throws IOException {
    generator.writeFieldName(name);
    if (micros == null) {
      generator.writeNull();
    } else {
      time(micros);
    }
    return this;
  }

  /** A member that is a time or null. */
  public JsonOut time(String name, @Nullable Instant instant) throws IOException {
    return time(name, instant == null ? null : ChronoUnit.MICROS.between(Instant.EPOCH, instant));
  }

  /** A time in an array. */
  public JsonOut time(long micros) throws IOException {
    generator.writeNumber(EpochMillis.format(micros));
    return this;
  }

  /** A member that is a device's value. */
  public JsonOut value(String name, Value value) throws IOException {
    generator.writeFieldName(name);
    return value(value);
  }

  /** A device's value in an array. */
  public JsonOut value(Value value) throws IOException {
    switch (value) {
      case Value.Bool bool -> generator.writeBoolean(bool.value());
      case Value.Int integer -> {
        long number = integer.value();
        if (number > INTEGER_MAX || number < -INTEGER_MAX) {
          generator.writeString(Long.toString(number));
        } else {
          generator.writeNumber(number);
        }
      }
      case Value.Real real -> {
        double number = real.value();
        // The shortest text that reads back to the same bits, by Double.toString since JDK 19.
        if (Double.isFinite(number)) {
          generator.writeNumber(Double.toString(number));
        } else {
          generator.writeString(Double.toString(number));
        }
      }
      case Value.Text text -> generator.writeString(text.value());
      case Value.Json json -> generator.writeString(json.text());
    }
    return this;
  }
}
