package qiantang.query.live;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.live.LiveEvent.Measured;
import qiantang.store.access.Place;
import qiantang.store.access.Scope;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.read.Followed;

/** A client: what it wants to be told, what it may be told, and its stream. Any thread. */
final class Listener {
  private final Wanted wanted;
  private final Set<String> metrics;
  private final Leave leave;
  private final LiveStream stream;
  private final long sinceMillis;
  private final Map<DeviceId, Long> begun;
  private final Set<DeviceId> gone = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Followed told;

  /**
   * A client.
   *
   * @param begun when the devices began that are meant by the names in it: another one of the same
   *     name begins later
   * @param sinceMillis of what changed since then it has not been told
   */
  Listener(
      Wanted wanted, Leave leave, LiveStream stream, Map<DeviceId, Long> begun, long sinceMillis) {
    this.begun = begun;
    this.wanted = wanted;
    metrics = Set.copyOf(wanted.metrics());
    this.leave = leave;
    this.stream = stream;
    this.sinceMillis = sinceMillis;
  }

  Wanted wanted() {
    return wanted;
  }

  Leave leave() {
    return leave;
  }

  LiveStream stream() {
    return stream;
  }

  long sinceMillis() {
    return sinceMillis;
  }

  /** Of what others are told it was told this already. */
  void wasTold(Followed followed) {
    told = followed;
  }

  @Nullable Followed told() {
    return told;
  }

  /** Whether one must know where a device stands to say whether to tell of it. */
  boolean needsPlace() {
    return wanted.needsPlace() || leave.sight().needsPlace();
  }

  /** Whether those of this kind may be told at all. */
  static boolean mayHearRejections(Leave leave) {
    // What went wrong concerns the enterprise alone: no grant gives it.
    return leave.sight().isWhole()
        || (!leave.sight().isByGrants() && leave.sight().hasScope(Scope.DIAGNOSE));
  }

  /**
   * Tells an event as far as it is wanted and may be told.
   *
   * @param place of its device; null where that is not needed, or it has none
   */
  void tell(Shared shared, @Nullable Place place) {
    switch (shared.event()) {
      case Measured measured -> {
        Measured part = wanted.readings() ? part(measured, at(place, measured.device())) : null;
        if (part != null) {
          stream.put(shared, part);
        }
      }
      case LiveEvent.Changed changed -> {
        Place at = at(place, changed.device());
        if (wanted.states() && isWanted(changed.device(), at) && leave.sight().sees(at)) {
          stream.put(shared, null);
        }
      }
      case LiveEvent.Deleted deleted -> tellDeleted(shared, deleted.device());
      case LiveEvent.Refused refused -> {
        if (wanted.rejections() && isTold(refused, place)) {
          stream.put(shared, null);
        }
      }
    }
  }

  /** Whether a device is among those that are wanted. */
  boolean isWanted(DeviceId device, Place place) {
    return hasDevice(device) && wanted.isAt(place);
  }

  private boolean hasDevice(DeviceId device) {
    return wanted.hasDevice(device) && !gone.contains(device);
  }

  /** The devices that it names and that were not deleted, as far as it knows. */
  Set<DeviceId> named() {
    Set<DeviceId> named = new HashSet<>(begun.keySet());
    named.removeAll(gone);
    return named;
  }

  /** When the device began that is meant by this name. */
  long begun(DeviceId device) {
    return begun.getOrDefault(device, Long.MIN_VALUE);
  }

  /** The devices that it names and that began later than at this time. */
  Set<DeviceId> begunAfter(long micros) {
    Set<DeviceId> later = named();
    later.removeIf(device -> begun(device) <= micros);
    return later;
  }

  /** Tells that a device is gone which it names; with the last of them the stream ends. */
  void tellDeleted(Shared shared, DeviceId device) {
    if (gone.add(device)) {
      stream.putAnyway(shared);
      if (named().isEmpty()) {
        stream.endWhenTold("deleted");
      }
    }
  }

  /** Whether it is told of all devices, so also which are deleted. */
  boolean hearsOfAll() {
    return wanted.devices() == null && !wanted.needsPlace() && leave.sight().isWholeOfOwn();
  }

  private static Place at(@Nullable Place place, DeviceId device) {
    return place == null ? new Place("", "", device) : place;
  }

  private boolean isTold(LiveEvent.Refused refused, @Nullable Place place) {
    DeviceId device = refused.device();
    if (device == null) {
      return hearsOfAll();
    }
    DeviceId publisher = refused.item().rejection().publisher();
    Place at = at(place, device);
    boolean isNamed = hasDevice(device) || (publisher != null && hasDevice(publisher));
    return isNamed && wanted.isAt(at) && leave.sight().covers(at);
  }

  /** What of a reading is wanted and may be told; null for nothing. */
  private @Nullable Measured part(Measured measured, Place place) {
    if (!isWanted(measured.device(), place)) {
      return null;
    }
    return switch (leave.sight().choose(place, wanted.metrics(), new Action.Live())) {
      case Choice.Pass pass -> pass.metrics().isEmpty() ? measured : of(measured, pass.metrics());
      case Choice.Hidden _, Choice.Barred _ -> null;
    };
  }

  private @Nullable Measured of(Measured measured, List<String> allowed) {
    Set<String> names = leave.sight().isWhole() ? metrics : Set.copyOf(allowed);
    List<MetricValue> values =
        measured.values().stream().filter(value -> names.contains(value.metric())).toList();
    if (values.isEmpty()) {
      return null;
    }
    return values.size() == measured.values().size() ? measured : measured.of(values);
  }
}
