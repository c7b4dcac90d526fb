package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.FrameCodec.Decoded;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.Value;
import qiantang.store.read.LatestAnswer;
import qiantang.store.read.Series;
import qiantang.store.read.Series.Sample;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.read.SeriesRequest;

/**
 * Knows what was sent, what was acknowledged and in which frame it was stored, and nothing of how
 * the store merges; tells whether an answer is one that may be given. One thread.
 */
final class Judge {
  /** What was said of one identity, by whatever delivery. */
  private static final class Track {
    final Identity identity;
    final List<Said> said = new ArrayList<>(2);
    long seenIn; // the check that last found it in an answer

    Track(Identity identity) {
      this.identity = identity;
    }
  }

  private record Said(Delivery delivery, Value value) {}

  private record Owner(EnterpriseId enterprise, DeviceId device) {}

  private final Trace trace;
  private final List<Message> messages = new ArrayList<>();
  private final List<Delivery> deliveries = new ArrayList<>();
  private final Map<FrameKey, byte[]> frames = new HashMap<>();
  private final Map<Identity, Track> tracks = new HashMap<>();
  private final Map<Owner, List<Track>> byOwner = new HashMap<>();
  private long moment;
  private long checks;
  private @Nullable String violation;

  Judge(Trace trace) {
    this.trace = trace;
  }

  /** What is wrong with this world; null for nothing so far. */
  @Nullable String violation() {
    return violation;
  }

  /** Says that something is wrong; the first that is said counts. */
  void violate(String what) {
    if (violation == null) {
      violation = what;
      trace.note("judge", "finds", 0, what);
    }
  }

  /** How many answers were judged. */
  long checks() {
    return checks;
  }

  /** This moment, after all that was acknowledged before. */
  long now() {
    return ++moment;
  }

  /** All messages, in order of their first delivery. */
  List<Message> messages() {
    return messages;
  }

  /** What one of the last messages said something of; null where there was none. */
  @Nullable Identity recent(Dice dice) {
    if (messages.isEmpty()) {
      return null;
    }
    int back = dice.below(Math.min(messages.size(), 4));
    return messages.get(messages.size() - 1 - back).values.keySet().iterator().next();
  }

  /** Whether no more deliveries can be told apart. */
  boolean isFull() {
    return deliveries.size() >= Delivery.COUNT_MAX;
  }

  /** A message reaches a node, whose clock shows this time. */
  Delivery deliver(Message message, long arrivalMillis) {
    Delivery delivery = new Delivery(deliveries.size() + 1, message, arrivalMillis);
    deliveries.add(delivery);
    if (message.deliveries.isEmpty()) {
      messages.add(message);
    }
    message.deliveries.add(delivery);
    message.values.forEach(
        (identity, value) -> track(identity).said.add(new Said(delivery, value)));
    return delivery;
  }

  private Track track(Identity identity) {
    Track track = tracks.get(identity);
    if (track == null) {
      track = new Track(identity);
      tracks.put(identity, track);
      byOwner
          .computeIfAbsent(
              new Owner(identity.enterprise(), identity.device()), owner -> new ArrayList<>())
          .add(track);
    }
    return track;
  }

  /** The last minute in which something of an enterprise is stored; below 0 for none. */
  long lastMinute(EnterpriseId enterprise) {
    long last = -1;
    for (Delivery delivery : deliveries) {
      if (delivery.frame != null && delivery.message.enterprise.equals(enterprise)) {
        last = Math.max(last, delivery.frame.partition().minute());
      }
    }
    return last;
  }

  /** A frame is put into the tables. */
  void stored(FrameKey key, byte[] bytes) {
    byte[] before = frames.putIfAbsent(key, bytes);
    if (before != null) {
      if (!Arrays.equals(before, bytes)) {
        violate("frame " + key + " is repeated with other bytes");
      }
      return;
    }
    if (!(FrameCodec.decode(bytes) instanceof Decoded.Sections sections)) {
      violate("a frame that cannot be decoded: " + key);
      return;
    }
    for (FrameCodec.Section section : sections.sections()) {
      for (FrameCodec.Numbered numbered : section.entries()) {
        if (numbered.entry() instanceof Entry.Readings entry) {
          place(key, section.enterprise(), numbered.index(), entry);
        }
      }
    }
  }

  private void place(FrameKey key, EnterpriseId enterprise, int index, Entry.Readings entry) {
    int number = Delivery.numberOf(entry.arrivalMicros());
    Delivery delivery = number > deliveries.size() ? null : deliveries.get(number - 1);
    if (delivery == null
        || !delivery.message.enterprise.equals(enterprise)
        || delivery.arrivalMicros != entry.arrivalMicros()
        || !delivery.message.readings.equals(entry.readings())) {
      violate("frame " + key + " holds what nobody sent: " + entry);
    } else if (delivery.frame != null) {
      violate(delivery + " is stored again in " + key);
    } else {
      delivery.frame = key;
      delivery.index = index;
    }
  }

  /** The device is told that its message is safe. */
  void acknowledged(Delivery delivery) {
    if (delivery.frame == null) {
      violate(delivery + " is acknowledged and not stored");
    }
    if (delivery.acknowledged < Long.MAX_VALUE) {
      violate(delivery + " is acknowledged twice");
    }
    delivery.acknowledged = now();
  }

  /** An answer to a request that began at this moment. */
  void series(String reader, SeriesRequest request, long began, SeriesAnswer answer) {
    checks++;
    String who = reader + " " + request.device() + " of " + request.enterprise();
    Long next = answer.nextFromMicros();
    long toMicros = next == null ? request.toMicros() : next;
    if (next != null && (next <= request.fromMicros() || next >= request.toMicros())) {
      violate(who + " goes on at " + next + " after " + request);
    }
    complete(who, next == null, answer.completeness().complete());
    int samples = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (Series series : answer.series()) {
      long before = Long.MIN_VALUE;
      samples += series.samples().size();
      for (Sample sample : series.samples()) {
        long micros = sample.eventTimeMicros();
        if (micros <= before || micros < request.fromMicros() || micros >= toMicros) {
          violate(who + ": " + micros + " us is out of order or range: " + request);
        }
        before = micros;
        first = Math.min(first, micros);
        last = Math.max(last, micros);
        see(who, identity(request, series.metric(), micros), began, sample);
      }
    }
    if (samples > request.limit() && first != last) {
      violate(who + " gives " + samples + " samples: " + request);
    }
    for (Track track : tracksOf(request.enterprise(), request.device())) {
      long micros = track.identity.eventTimeMicros();
      if (track.seenIn != checks
          && micros >= request.fromMicros()
          && micros < toMicros
          && (request.metrics().isEmpty() || request.metrics().contains(track.identity.metric()))) {
        Delivery floor = floor(track, began);
        if (floor != null) {
          violate(who + " misses " + track.identity + ": " + floor);
        }
      }
    }
  }

  private static Identity identity(SeriesRequest request, String metric, long micros) {
    return new Identity(request.enterprise(), request.device(), metric, micros);
  }

  /** The newest values of a device, asked for at this moment. */
  void latest(
      String reader, EnterpriseId enterprise, DeviceId device, long began, LatestAnswer answer) {
    checks++;
    String who = reader + " latest of " + device + " of " + enterprise;
    complete(who, true, answer.completeness().complete());
    answer
        .byMetric()
        .forEach(
            (metric, sample) ->
                see(
                    who,
                    new Identity(enterprise, device, metric, sample.eventTimeMicros()),
                    began,
                    sample));
    for (Track track : tracksOf(enterprise, device)) {
      Sample sample = answer.byMetric().get(track.identity.metric());
      if (sample == null || sample.eventTimeMicros() < track.identity.eventTimeMicros()) {
        Delivery floor = floor(track, began);
        if (floor != null) {
          violate(who + " is " + sample + " and not " + track.identity + ": " + floor);
        }
      }
    }
  }

  private void complete(String who, boolean expected, boolean said) {
    if (expected != said) {
      violate(who + " says of itself complete=" + said);
    }
  }

  private List<Track> tracksOf(EnterpriseId enterprise, DeviceId device) {
    return byOwner.getOrDefault(new Owner(enterprise, device), List.of());
  }

  /** A sample of an answer: one that was sent, and no earlier one than was acknowledged. */
  private void see(String who, Identity identity, long began, Sample sample) {
    Track track = tracks.get(identity);
    if (track == null) {
      violate(who + " gives what nobody sent: " + identity + " " + sample);
      return;
    }
    track.seenIn = checks;
    Delivery floor = floor(track, began);
    for (Said said : track.said) {
      Delivery delivery = said.delivery;
      if (delivery.frame != null
          && (floor == null || delivery.compareTo(floor) >= 0)
          && said.value.equals(sample.value())
          && Math.floorDiv(delivery.arrivalMicros, 1000L)
              == Math.floorDiv(sample.arrivalMicros(), 1000L)) {
        return;
      }
    }
    violate(who + " gives " + sample + " for " + identity + " and not " + floor);
  }

  /** Of what was acknowledged before this moment the last in arrival order; null for nothing. */
  private static @Nullable Delivery floor(Track track, long began) {
    @Nullable Delivery last = null;
    for (Said said : track.said) {
      if (said.delivery.acknowledged < began
          && said.delivery.frame != null
          && (last == null || said.delivery.compareTo(last) > 0)) {
        last = said.delivery;
      }
    }
    return last;
  }
}
