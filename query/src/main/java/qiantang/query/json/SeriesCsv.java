package qiantang.query.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.List;
import qiantang.query.read.ReadIntervals;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.read.Series;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.summary.Sample;

/**
 * Samples as CSV (RFC 4180), one a line. Texts are always quoted, so that the text "1" differs from
 * the number 1, and the empty text from nothing. A cell that begins with = + or - is data and left
 * as it is.
 */
public final class SeriesCsv {
  private static final String HEADER = "device,metric,time,value\r\n";
  private static final String HEADER_OF_AGGREGATES = "device,metric,aggregate,time,value\r\n";
  private static final String HEADER_OF_ALL_DEVICES = "metric,aggregate,time,value\r\n";

  private SeriesCsv() {}

  /** Writes the samples, metric by metric, into a stream, which stays open. */
  public static void write(OutputStream stream, DeviceId device, SeriesAnswer answer)
      throws IOException {
    Writer out = new OutputStreamWriter(stream, UTF_8);
    out.write(HEADER);
    for (Series series : answer.series()) {
      String head = device.text() + "," + cell(series.metric()) + ",";
      for (Series.Sample sample : series.samples()) {
        out.write(head);
        out.write(EpochMillis.format(sample.eventTimeMicros()));
        out.write(",");
        out.write(cell(sample.value()));
        out.write("\r\n");
      }
    }
    out.flush();
  }

  /** Writes aggregates of intervals, or thinned samples, which look like samples. */
  public static void write(
      OutputStream stream, ReadIntervals.Wanted wanted, List<IntervalSeries> all)
      throws IOException {
    Writer out = new OutputStreamWriter(stream, UTF_8);
    DeviceId device = wanted.device();
    String header = wanted.aggregates().isEmpty() ? HEADER : HEADER_OF_AGGREGATES;
    out.write(device == null ? HEADER_OF_ALL_DEVICES : header);
    for (IntervalSeries series : all) {
      String head = (device == null ? "" : device.text() + ",") + cell(series.metric()) + ",";
      if (series.aggregate() != null) {
        head += series.aggregate().word() + ",";
      }
      for (Sample sample : series.samples()) {
        out.write(head);
        out.write(EpochMillis.format(sample.timeMicros()));
        out.write(",");
        out.write(cell(sample.value()));
        out.write("\r\n");
      }
    }
    out.flush();
  }

  static String cell(Value value) {
    return switch (value) {
      case Value.Bool bool -> Boolean.toString(bool.value());
      case Value.Int integer -> Long.toString(integer.value());
      case Value.Real real -> Double.toString(real.value());
      case Value.Text text -> quoted(text.value());
      case Value.Json json -> quoted(json.text());
    };
  }

  static String cell(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' || c == '"' || c == '\r' || c == '\n') {
        return quoted(text);
      }
    }
    return text;
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
