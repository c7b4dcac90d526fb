package qiantang.store.read;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.read.Activity.Connection;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.read.Positions.LaneKey;

/** Gathers what the devices of one enterprise did from the entries of a scan. */
final class ActivityMerge implements Tail.Visitor {
  // A device that invents names must not fill the memory: its first thousand are listed.
  private static final int METRICS_MAX = 1000;

  private record SessionKey(StartId start, long session) {}

  private static final class Seen {
    @Nullable String name;
    @Nullable DeviceId gateway;
    @Nullable String model;
    long firstArrivalMicros = Long.MAX_VALUE;
    @Nullable Long lastEventTimeMicros;
    final SortedSet<String> metrics = new TreeSet<>();
    // Open sessions and since when; a disconnect closes only its own.
    final Map<SessionKey, Entry.Presence> open = new HashMap<>();
    Entry.@Nullable Presence last;
  }

  private final SortedMap<DeviceId, Seen> devices = new TreeMap<>();
  private final Map<LaneKey, Counts> counts = new HashMap<>();
  private long freshnessMicros;

  @Override
  public void counts(LaneMinute partition, Counts cumulative) {
    counts.merge(new LaneKey(partition.start(), partition.lane()), cumulative, Counts::max);
  }

  @Override
  public void entry(FrameKey frame, int index, Entry entry) {
    freshnessMicros = Math.max(freshnessMicros, entry.arrivalMicros());
    switch (entry) {
      case Entry.Readings message -> message.readings().forEach(r -> reading(message, r));
      case Entry.Birth birth -> {
        Seen seen = seen(birth.device(), birth.arrivalMicros());
        seen.name = birth.name();
        seen.gateway = birth.gateway();
        seen.model = birth.model();
      }
      case Entry.Presence presence -> {
        Seen seen = seen(presence.publisher(), presence.arrivalMicros());
        SessionKey key = new SessionKey(frame.partition().start(), presence.session());
        if (presence.connected()) {
          seen.open.put(key, presence);
        } else {
          seen.open.remove(key);
        }
        // By arrival time: within a minute, frames of two nodes come by start and not by time.
        if (seen.last == null || seen.last.arrivalMicros() <= presence.arrivalMicros()) {
          seen.last = presence;
        }
      }
      case Entry.Rejection rejection -> {}
    }
  }

  private void reading(Entry.Readings message, Reading reading) {
    Seen seen = seen(reading.device(), message.arrivalMicros());
    if (!reading.device().equals(message.publisher())) {
      seen.gateway = message.publisher();
    }
    if (seen.lastEventTimeMicros == null || seen.lastEventTimeMicros < reading.eventTimeMicros()) {
      seen.lastEventTimeMicros = reading.eventTimeMicros();
    }
    for (MetricValue value : reading.values()) {
      if (seen.metrics.size() < METRICS_MAX) {
        seen.metrics.add(value.metric());
      }
    }
  }

  private Seen seen(DeviceId device, long arrivalMicros) {
    Seen seen = devices.computeIfAbsent(device, id -> new Seen());
    seen.firstArrivalMicros = Math.min(seen.firstArrivalMicros, arrivalMicros);
    return seen;
  }

  Activity answer(Tail.Scanned scanned, long nowMicros) {
    Set<StartId> live = new HashSet<>();
    for (Start start : scanned.starts().values()) {
      if (!start.sealed() && nowMicros - start.beatMicros() < Reader.LIVE.toNanos() / 1000) {
        live.add(start.id());
      }
    }
    SortedMap<DeviceId, DeviceActivity> answers = new TreeMap<>();
    devices.forEach((id, seen) -> answers.put(id, answer(seen, scanned, live)));
    return new Activity(
        answers,
        counts.values().stream().reduce(Counts.NONE, Counts::plus),
        Completeness.ofJournal(freshnessMicros, scanned.damagedFrames()));
  }

  private DeviceActivity answer(Seen seen, Tail.Scanned scanned, Set<StartId> live) {
    // A device behind a gateway is as connected as its gateway.
    Seen speaker = seen.last == null && seen.gateway != null ? devices.get(seen.gateway) : seen;
    Connection connection = Connection.NEVER;
    @Nullable Long since = null;
    @Nullable String reason = null;
    if (speaker != null && speaker.last != null) {
      connection = Connection.OFFLINE;
      since = speaker.last.arrivalMicros();
      reason = speaker.last.reason();
      for (Map.Entry<SessionKey, Entry.Presence> open : speaker.open.entrySet()) {
        Start start = scanned.starts().get(open.getKey().start());
        long began = open.getValue().arrivalMicros();
        if (live.contains(open.getKey().start())) {
          if (connection != Connection.ONLINE || began < since) {
            since = began;
            reason = open.getValue().reason();
          }
          connection = Connection.ONLINE;
        } else if (connection != Connection.ONLINE && start != null) {
          // Its node died without a word: offline since the node's last heartbeat, unless a later
          // session ended after that.
          long lost = Math.max(start.beatMicros(), began);
          if (lost >= since) {
            since = lost;
            reason = "node-lost";
          }
        }
      }
    }
    return new DeviceActivity(
        seen.name,
        seen.gateway,
        seen.model,
        connection,
        since,
        reason,
        seen.firstArrivalMicros,
        seen.lastEventTimeMicros,
        seen.metrics);
  }
}
