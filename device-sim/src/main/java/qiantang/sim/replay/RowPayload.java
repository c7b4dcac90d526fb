package qiantang.sim.replay;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A row as ThingsBoard telemetry. */
final class RowPayload {
  private static final int MICROS_DIGITS = 3;

  private RowPayload() {}

  static byte[] of(List<String> metrics, CsvFile.Row row, long shiftMicros) {
    BigDecimal millis = BigDecimal.valueOf(row.eventTimeMicros() + shiftMicros, MICROS_DIGITS);
    String ts = millis.signum() == 0 ? "0" : millis.stripTrailingZeros().toPlainString();
    StringBuilder json = new StringBuilder("{\"ts\":").append(ts).append(",\"values\":{");
    boolean first = true;
    for (int i = 0; i < metrics.size(); i++) {
      String text = row.cells().get(i);
      if (!Cell.isEmpty(text)) {
        json.append(first ? "\"" : ",\"");
        json.append(JsonStringEncoder.getInstance().quoteAsString(metrics.get(i))).append("\":");
        Cell.appendTo(json, text);
        first = false;
      }
    }
    return json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
  }
}
