package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Choice;
import qiantang.query.read.ReadIntervals;
import qiantang.query.read.ReadSeries;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer;
import qiantang.store.read.Series;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.registry.Units;
import qiantang.store.summary.Sample;

/**
 * The tag of a series whose time is over: all that makes the answer, samples before they are
 * written. They were read then, so it saves writing, sending and parsing them, and not the reading;
 * a late sample changes it, as does packing, which changes what is told of sources.
 */
final class SeriesTag {
  // SHA-256 of 17 B a sample: 100,000 samples take a millisecond or two, writing them ten.
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int SAMPLE_BYTES = 2 * Long.BYTES + 1;

  private final MessageDigest digest = Tag.sha256();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  private SeriesTag(Request request) {
    text(request.wantsCsv() ? "csv" : "json");
  }

  /**
   * Of samples.
   *
   * @param units that are told along
   */
  static Tag of(
      Request request,
      ReadSeries.Wanted wanted,
      SeriesAnswer answer,
      Units.OfModel units,
      Choice.@Nullable Told told) {
    SeriesTag tag = new SeriesTag(request);
    tag.text(wanted + " " + answer.nextFromMicros() + " " + answer.completeness() + " " + told);
    for (Series series : answer.series()) {
      tag.text(series.metric());
      tag.text(String.valueOf(units.of(series.metric())));
      for (Series.Sample sample : series.samples()) {
        tag.sample(sample.eventTimeMicros(), sample.value());
      }
    }
    return tag.made();
  }

  /**
   * Of aggregates, or of samples that are thinned.
   *
   * @param units that are told along
   */
  static Tag of(
      Request request,
      ReadIntervals.Wanted wanted,
      IntervalsAnswer.Found answer,
      Units.OfModel units,
      Choice.@Nullable Told told) {
    SeriesTag tag = new SeriesTag(request);
    tag.text(
        wanted.device()
            + " %d %d ".formatted(wanted.fromMicros(), wanted.toMicros())
            + answer.completeness()
            + " "
            + told);
    for (IntervalsAnswer.IntervalSeries series : answer.series()) {
      tag.text(series.metric() + " " + series.aggregate());
      tag.text(String.valueOf(units.of(series.metric())));
      for (Sample sample : series.samples()) {
        tag.sample(sample.timeMicros(), sample.value());
      }
    }
    return tag.made();
  }

  private void sample(long micros, Value value) {
    if (buffer.remaining() < SAMPLE_BYTES) {
      drain();
    }
    buffer.putLong(micros);
    switch (value) {
      case Value.Bool bool -> buffer.put((byte) (bool.value() ? 1 : 0));
      case Value.Int integer -> buffer.put((byte) 2).putLong(integer.value());
      case Value.Real real ->
          buffer.put((byte) 3).putLong(Double.doubleToRawLongBits(real.value()));
      case Value.Text text -> {
        buffer.put((byte) 4);
        text(text.value());
      }
      case Value.Json json -> {
        buffer.put((byte) 5);
        text(json.text());
      }
    }
  }

  /** With its length, so that no two sequences of texts look alike. */
  private void text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    if (buffer.remaining() < Integer.BYTES) {
      drain();
    }
    buffer.putInt(bytes.length);
    drain();
    digest.update(bytes);
  }

  private void drain() {
    digest.update(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  private Tag made() {
    drain();
    return Tag.of(digest);
  }
}
