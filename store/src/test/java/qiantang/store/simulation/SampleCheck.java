package qiantang.store.simulation;

import java.util.SortedMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Completeness;
import qiantang.store.read.Series;
import qiantang.store.read.Series.Sample;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.read.SeriesRequest;
import qiantang.store.simulation.Track.Said;

/** Whether series and newest values are what may be answered. */
final class SampleCheck {
  private final Judge judge;

  SampleCheck(Judge judge) {
    this.judge = judge;
  }

  /** A page of samples, asked for at this moment. */
  void series(String reader, SeriesRequest request, long began, SeriesAnswer answer) {
    long check = judge.check();
    String who = reader + " " + request.device() + " of " + request.enterprise();
    Long next = answer.nextFromMicros();
    long toMicros = next == null ? request.toMicros() : next;
    if (next != null && (next <= request.fromMicros() || next >= request.toMicros())) {
      judge.violate(who + " goes on at " + next + " after " + request);
    }
    complete(who, next == null, answer.completeness());
    int samples = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (Series series : answer.series()) {
      long before = Long.MIN_VALUE;
      samples += series.samples().size();
      for (Sample sample : series.samples()) {
        long micros = sample.eventTimeMicros();
        if (micros <= before || micros < request.fromMicros() || micros >= toMicros) {
          judge.violate(who + ": " + micros + " us is out of order or range: " + request);
        }
        before = micros;
        first = Math.min(first, micros);
        last = Math.max(last, micros);
        Identity identity =
            new Identity(request.enterprise(), request.device(), series.metric(), micros);
        see(who, identity, began, check, sample, judge.deletions()::isRequired);
      }
    }
    if (samples > request.limit() && first != last) {
      judge.violate(who + " gives " + samples + " samples: " + request);
    }
    for (Track track : judge.tracksOf(request.enterprise(), request.device())) {
      if (track.seenIn != check && isAskedFor(track.identity, request, toMicros)) {
        miss(who, track, began);
      }
    }
  }

  private static boolean isAskedFor(Identity identity, SeriesRequest request, long toMicros) {
    return identity.eventTimeMicros() >= request.fromMicros()
        && identity.eventTimeMicros() < toMicros
        && (request.metrics().isEmpty() || request.metrics().contains(identity.metric()));
  }

  /** The newest values of a device, asked for at this moment. */
  void latest(
      String reader,
      EnterpriseId enterprise,
      DeviceId device,
      long began,
      SortedMap<String, Sample> byMetric,
      Completeness completeness) {
    long check = judge.check();
    String who = reader + " latest of " + device + " of " + enterprise;
    complete(who, true, completeness);
    byMetric.forEach(
        (metric, sample) ->
            see(
                who,
                new Identity(enterprise, device, metric, sample.eventTimeMicros()),
                began,
                check,
                sample,
                judge.deletions()::isRequiredAsNewest));
    for (Track track : judge.tracksOf(enterprise, device)) {
      Sample sample = byMetric.get(track.identity.metric());
      if (sample == null || sample.eventTimeMicros() < track.identity.eventTimeMicros()) {
        @Nullable Said floor = track.floor(began);
        if (floor != null && judge.deletions().isRequiredAsNewest(track, floor)) {
          judge.violate(who + " with " + sample + " misses " + track.identity + ": " + floor);
        }
      }
    }
  }

  private void complete(String who, boolean expected, Completeness said) {
    if (expected != said.complete()) {
      judge.violate(who + " says of itself " + said);
    }
  }

  /**
   * A sample of an answer: one that was sent, and no earlier one than was acknowledged, where that
   * is required.
   */
  private void see(
      String who,
      Identity identity,
      long began,
      long check,
      Sample sample,
      BiPredicate<Track, Said> required) {
    Track track = judge.track(identity);
    if (track == null) {
      judge.violate(who + " gives what nobody sent: " + identity + " " + sample);
      return;
    }
    track.seenIn = check;
    Said floor = track.floor(began);
    // Where the last one is hidden, an earlier one may be shown.
    boolean isBound = floor != null && required.test(track, floor);
    for (Said said : track.said) {
      if (said.isStored()
          && (!isBound || floor == null || !floor.isBehind(said))
          && isSame(said, sample)
          && !judge.deletions().isHidden(track, said, began)) {
        return;
      }
    }
    judge.violate(who + " gives " + sample + " for " + identity + " and not " + floor);
  }

  private static boolean isSame(Said said, Sample sample) {
    // Arrival times are kept in milliseconds, and are the same before and after a fold.
    return said.value().equals(sample.value())
        && Math.floorDiv(said.delivery().arrivalMicros, 1000L) * 1000 == sample.arrivalMicros();
  }

  private void miss(String who, Track track, long began) {
    @Nullable Said floor = track.floor(began);
    if (floor != null && judge.deletions().isRequired(track, floor)) {
      judge.violate(who + " misses " + track.identity + ": " + floor);
    }
  }
}
