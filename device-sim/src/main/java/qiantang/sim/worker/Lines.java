package qiantang.sim.worker;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Records of one sealed type as lines of JSON, each with its name under {@code is}. */
final class Lines {
  private static final String KIND = "is";
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS).build();

  private Lines() {}

  /** One end that speaks. Any thread. */
  static final class Writer<T> {
    private final BufferedWriter out;

    Writer(OutputStream out) {
      this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    synchronized void write(T said) throws IOException {
      ObjectNode line = JSON.valueToTree(said);
      line.put(KIND, said.getClass().getSimpleName());
      out.write(JSON.writeValueAsString(line));
      out.write('\n');
      out.flush();
    }
  }

  /** One end that listens. One thread. */
  static final class Reader<T> {
    private final BufferedReader in;
    private final Class<T> type;

    Reader(InputStream in, Class<T> type) {
      this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      this.type = type;
    }

    /** The next line, or null at the end; one that its writer's end cut off is the end too. */
    @Nullable T read() throws IOException {
      String line = in.readLine();
      if (line == null) {
        return null;
      }
      JsonNode node;
      try {
        node = JSON.readTree(line);
      } catch (JsonParseException e) {
        if (in.readLine() == null) {
          return null;
        }
        throw e;
      }
      String kind = node.path(KIND).asText();
      for (Class<?> each : type.getPermittedSubclasses()) {
        if (each.getSimpleName().equals(kind)) {
          return type.cast(JSON.treeToValue(((ObjectNode) node).without(KIND), each));
        }
      }
      throw new IOException("a line that is no " + type.getSimpleName() + ": '" + kind + "'");
    }
  }

  static byte[] bytes(Histogram histogram) {
    ByteBuffer out = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    byte[] bytes = new byte[histogram.encodeIntoCompressedByteBuffer(out)];
    out.get(0, bytes);
    return bytes;
  }

  static Histogram histogram(byte[] bytes) throws IOException {
    try {
      return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
    } catch (DataFormatException e) {
      throw new IOException("a histogram that cannot be read", e);
    }
  }
}
