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

/**
 * Knows what was sent, what was acknowledged and in which frame it was stored, and nothing of how
 * the store merges. One thread.
 */
final class Judge {
  private record Owner(EnterpriseId enterprise, DeviceId device) {}

  private final Trace trace;
  private final List<Message> messages = new ArrayList<>();
  private final List<Delivery> deliveries = new ArrayList<>();
  private final Map<FrameKey, byte[]> frames = new HashMap<>();
  private final Map<Identity, Track> tracks = new HashMap<>();
  private final Map<Owner, List<Track>> byOwner = new HashMap<>();
  private final Deletions deletions = new Deletions();
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

  /** Another answer is judged; its number. */
  long check() {
    return ++checks;
  }

  /** This moment, after all that was acknowledged before. */
  long now() {
    return ++moment;
  }

  /** All messages, in order of their first delivery. */
  List<Message> messages() {
    return messages;
  }

  /** All deliveries, in order. */
  List<Delivery> deliveries() {
    return deliveries;
  }

  /** What was deleted. */
  Deletions deletions() {
    return deletions;
  }

  /** What one of the last messages said something of; null where there was none. */
  @Nullable Identity recent(Dice dice) {
    if (messages.isEmpty()) {
      return null;
    }
    int back = dice.below(Math.min(messages.size(), 4));
    Message message = messages.get(messages.size() - 1 - back);
    return message.isReadings() ? message.values.keySet().iterator().next() : null;
  }

  /** Whether no more deliveries can be told apart. */
  boolean isFull() {
    return deliveries.size() >= Delivery.COUNT_MAX;
  }

  /** A message reaches a node, whose clock shows this time. */
  Delivery deliver(Message message, long arrivalMillis) {
    Delivery delivery = new Delivery(deliveries.size() + 1, message, arrivalMillis);
    delivery.sent = now();
    deliveries.add(delivery);
    if (message.deliveries.isEmpty()) {
      messages.add(message);
    }
    message.deliveries.add(delivery);
    message.values.forEach(
        (identity, value) -> trackOf(identity).said.add(new Track.Said(delivery, value)));
    return delivery;
  }

  private Track trackOf(Identity identity) {
    Track track = tracks.get(identity);
    if (track == null) {
      track = new Track(identity);
      tracks.put(identity, track);
      Owner owner = new Owner(identity.enterprise(), identity.device());
      byOwner.computeIfAbsent(owner, key -> new ArrayList<>()).add(track);
    }
    return track;
  }

  /** What was said of an identity; null for nothing. */
  @Nullable Track track(Identity identity) {
    return tracks.get(identity);
  }

  /** What was said of a device. */
  List<Track> tracksOf(EnterpriseId enterprise, DeviceId device) {
    return byOwner.getOrDefault(new Owner(enterprise, device), List.of());
  }

  List<Track> tracksOf(EnterpriseId enterprise) {
    return byOwner.entrySet().stream()
        .filter(owner -> owner.getKey().enterprise().equals(enterprise))
        .flatMap(owner -> owner.getValue().stream())
        .toList();
  }

  /**
   * The last minute in which something of an enterprise was acknowledged; below 0 for none. What
   * was not may lie in a lane that nobody knows of.
   */
  long lastMinute(EnterpriseId enterprise) {
    long last = -1;
    for (Delivery delivery : deliveries) {
      if (delivery.frame != null
          && delivery.acknowledged < Long.MAX_VALUE
          && delivery.message.enterprise.equals(enterprise)) {
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
        place(key, section.enterprise(), numbered.index(), numbered.entry());
      }
    }
  }

  private void place(FrameKey key, EnterpriseId enterprise, int index, Entry entry) {
    Delivery delivery = delivery(entry.arrivalMicros());
    if (delivery == null
        || !delivery.message.enterprise.equals(enterprise)
        || !delivery.message.isSaidBy(entry)) {
      violate("frame " + key + " holds what nobody sent: " + entry);
    } else if (delivery.frame != null) {
      violate(delivery + " is stored again in " + key);
    } else {
      delivery.frame = key;
      delivery.index = index;
    }
  }

  /** The delivery that arrived at this time; null for none. */
  @Nullable Delivery delivery(long arrivalMicros) {
    int number = Delivery.numberOf(arrivalMicros);
    Delivery delivery =
        number < 1 || number > deliveries.size() ? null : deliveries.get(number - 1);
    return delivery == null || delivery.arrivalMicros != arrivalMicros ? null : delivery;
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
}
