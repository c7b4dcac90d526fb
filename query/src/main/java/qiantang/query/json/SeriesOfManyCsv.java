package qiantang.query.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.read.Series;
import qiantang.store.summary.Sample;

/**
 * Series of many devices as CSV. A table has no other place for what is wrong with a device, or for
 * where it goes on, so the last column says it, in a line without a value.
 */
public final class SeriesOfManyCsv {
  private static final String HEADER = "device,metric,time,value,problem\r\n";
  private static final String HEADER_OF_AGGREGATES =
      "device,metric,aggregate,time,value,problem\r\n";

  private final Writer out;
  private final boolean areAggregates;

  /** A table into a stream, which stays open. */
  public SeriesOfManyCsv(OutputStream stream, boolean areAggregates) {
    out = new OutputStreamWriter(stream, UTF_8);
    this.areAggregates = areAggregates;
  }

  /** Its first line. */
  public void begin() throws IOException {
    out.write(areAggregates ? HEADER_OF_AGGREGATES : HEADER);
  }

  /** All samples of one device. */
  public void samples(String device, List<Series> all) throws IOException {
    for (Series series : all) {
      String head = device + "," + SeriesCsv.cell(series.metric()) + ",";
      for (Series.Sample sample : series.samples()) {
        line(head, sample.eventTimeMicros(), SeriesCsv.cell(sample.value()));
      }
    }
  }

  /** Aggregates or thinned samples of one device. */
  public void intervals(String device, List<IntervalSeries> all) throws IOException {
    for (IntervalSeries series : all) {
      String head = device + "," + SeriesCsv.cell(series.metric()) + ",";
      if (series.aggregate() != null) {
        head += series.aggregate().word() + ",";
      }
      for (Sample sample : series.samples()) {
        line(head, sample.timeMicros(), SeriesCsv.cell(sample.value()));
      }
    }
  }

  private void line(String head, long timeMicros, String value) throws IOException {
    out.write(head);
    out.write(EpochMillis.format(timeMicros));
    out.write(",");
    out.write(value);
    out.write(",\r\n");
  }

  /** Why a device is not told of. */
  public void problem(String device, ItemProblem problem) throws IOException {
    note(device, problem.slug());
  }

  /** Ends it, and says where it goes on, if it does. */
  public void end(@Nullable String next) throws IOException {
    if (next != null) {
      note("", "truncated cursor=" + next);
    }
    out.flush();
  }

  private void note(String device, String text) throws IOException {
    out.write(
        SeriesCsv.cell(device)
            + (areAggregates ? ",,,,," : ",,,,")
            + SeriesCsv.cell(text)
            + "\r\n");
  }
}
