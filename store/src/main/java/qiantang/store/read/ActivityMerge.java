package qiantang.store.read;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.codec.RecordsCodec;
import qiantang.store.codec.RegisterCodec;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.Masks;
import qiantang.store.fold.Place;
import qiantang.store.fold.RecordTables.LaneCounts;
import qiantang.store.fold.RecordTables.RegisterRow;
import qiantang.store.fold.RegisterMerge;
import qiantang.store.health.Behaviour;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Register;
import qiantang.store.model.StartId;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.read.Positions.LaneKey;

/**
 * Gathers what the devices of one enterprise did, from registers, states, blocks and frames in any
 * order and more than once. Any thread: tiers are read at the same time.
 */
final class ActivityMerge {
  // A device that invents names must not fill the memory: its first thousand, by name, are listed.
  private static final int METRICS_MAX = 1000;

  private static final class Seen {
    final RegisterMerge register = new RegisterMerge();
    @Nullable Long lastEventTimeMicros;
    final SortedSet<String> metrics = new TreeSet<>();
  }

  /** The last entry of a lane that is known. */
  private record LastEntry(long sequence, int index, long arrivalMicros) {
    static LastEntry later(LastEntry one, LastEntry other) {
      return one.sequence > other.sequence
              || (one.sequence == other.sequence && one.index > other.index)
          ? one
          : other;
    }
  }

  private final Masks masks;
  private final @Nullable HealthMerge health;

  // All guarded by this.
  private final SortedMap<DeviceId, Seen> devices = new TreeMap<>();
  private final Map<LaneKey, Counts> counts = new HashMap<>();
  private final Map<LaneKey, LastEntry> lastEntries = new HashMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private int damaged;

  /**
   * A merge.
   *
   * @param masks hide readings; births and presence records belong to the registry's side of a
   *     device, which stays, but for those of an earlier one of the same id
   */
  ActivityMerge(Masks masks) {
    this(masks, null);
  }

  /**
   * A merge that tells of the devices' health too.
   *
   * @param health has its rows already
   */
  ActivityMerge(Masks masks, @Nullable HealthMerge health) {
    this.masks = masks;
    this.health = health;
  }

  /** Takes of frames what concerns these devices. */
  Tail.Visitor visitor(WantedDevices wanted) {
    return new Tail.Visitor() {
      @Override
      public void counts(LaneMinute partition, Counts cumulative) {
        count(partition, cumulative);
      }

      @Override
      public void entry(FrameKey frame, int index, Entry entry) {
        take(frame, index, entry, wanted);
      }
    };
  }

  private synchronized void count(LaneMinute partition, Counts cumulative) {
    counts.merge(new LaneKey(partition.start(), partition.lane()), cumulative, Counts::max);
  }

  /** Takes what sorters counted. */
  synchronized void counts(List<LaneCounts> sorted) {
    for (LaneCounts lane : sorted) {
      LaneKey key = new LaneKey(lane.start(), lane.lane());
      counts.merge(key, lane.counts(), Counts::max);
      // The last of its frame.
      last(key, new LastEntry(lane.sequence(), Integer.MAX_VALUE, lane.arrivalMicros()));
    }
  }

  private void last(LaneKey lane, LastEntry entry) {
    lastEntries.merge(lane, entry, LastEntry::later);
  }

  private synchronized void take(FrameKey frame, int index, Entry entry, WantedDevices wanted) {
    LaneMinute partition = frame.partition();
    last(
        new LaneKey(partition.start(), partition.lane()),
        new LastEntry(frame.sequence(), index, entry.arrivalMicros()));
    if (health != null) {
      health.frame(frame, entry, wanted);
    }
    if (entry instanceof Entry.Readings message) {
      long arrivalMillis = Math.floorDiv(message.arrivalMicros(), 1000L);
      message.readings().stream()
          .filter(reading -> wanted.contains(reading.device()))
          .forEach(reading -> reading(reading, arrivalMillis));
    } else {
      record(new Place(frame, index), entry, wanted);
    }
  }

  private void record(Place place, Entry entry, WantedDevices wanted) {
    DeviceId device = RegisterMerge.deviceOf(entry);
    if (device != null && wanted.contains(device)) {
      seen(device).register.add(device, masks, place, entry);
    }
    if (entry instanceof Entry.Birth birth
        && wanted.contains(birth.gateway())
        && !masks.isEarlier(birth.gateway(), birth)) {
      seen(birth.gateway()).register.names(place, birth);
    }
  }

  private void reading(Reading reading, long arrivalMillis) {
    if (masks.hides(reading.device(), reading.eventTimeMicros(), arrivalMillis)) {
      return;
    }
    Seen seen = seen(reading.device());
    eventTime(seen, reading.eventTimeMicros());
    for (MetricValue value : reading.values()) {
      metric(seen, value.metric());
    }
  }

  private static void eventTime(Seen seen, long micros) {
    if (seen.lastEventTimeMicros == null || seen.lastEventTimeMicros < micros) {
      seen.lastEventTimeMicros = micros;
    }
  }

  private static void metric(Seen seen, String metric) {
    seen.metrics.add(metric);
    if (seen.metrics.size() > METRICS_MAX) {
      seen.metrics.removeLast();
    }
  }

  /** Takes a device's register. */
  void register(RegisterRow row) {
    switch (RegisterCodec.decode(row.bytes())) {
      case RegisterCodec.Decoded.Whole(Register register) -> register(row, register);
      case RegisterCodec.Decoded.Damaged _ -> damaged(1);
    }
  }

  private synchronized void register(RegisterRow row, Register register) {
    sources.add(Source.STATES);
    DeviceId device = row.device();
    seen(device).register.base(register, row.minute(), masks.begunMicros(device));
  }

  /** Takes births, presence and death records that may be in no register yet. */
  void records(Block block, WantedDevices wanted) {
    DeviceId single = wanted.single();
    RecordsCodec.Decoded decoded =
        single == null
            ? RecordsCodec.decode(block.bytes())
            : RecordsCodec.decode(block.bytes(), single);
    switch (decoded) {
      case RecordsCodec.Decoded.Items(List<RecordsCodec.Item> items) ->
          records(block, items, wanted);
      case RecordsCodec.Decoded.Damaged _ -> damaged(1);
    }
  }

  private synchronized void records(
      Block block, List<RecordsCodec.Item> items, WantedDevices wanted) {
    sources.add(Source.BLOCKS);
    for (RecordsCodec.Item item : items) {
      Place place = Place.of(block.key(), item.sequence(), item.index());
      record(place, item.entry(), wanted);
      if (health != null) {
        health.record(place, item.entry(), wanted);
      }
    }
  }

  /** Takes what a state tells of readings. */
  void state(State state, WantedDevices wanted) {
    if (!wanted.contains(state.device())) {
      return;
    }
    switch (ChunkCodec.decode(state.bytes())) {
      case ChunkCodec.Decoded.Columns(DeviceColumns columns) ->
          columns(Source.STATES, state.device(), columns);
      case ChunkCodec.Decoded.Damaged _ -> damaged(1);
    }
  }

  /** Takes what a block tells of readings. */
  void block(Block block, WantedDevices wanted) {
    DeviceId single = wanted.single();
    BlockCodec.Decoded decoded =
        single == null
            ? BlockCodec.decode(block.bytes(), wanted::contains)
            : BlockCodec.decode(block.bytes(), single);
    switch (decoded) {
      case BlockCodec.Decoded.Members(List<BlockCodec.Member> members) ->
          members.forEach(member -> member(block, member));
      case BlockCodec.Decoded.Damaged _ -> damaged(1);
    }
  }

  private void member(Block block, BlockCodec.Member member) {
    columns(Source.BLOCKS, member.device(), member.columns());
    if (health != null) {
      health.block(block.key(), member);
    }
  }

  private synchronized void columns(Source source, DeviceId device, DeviceColumns decoded) {
    DeviceColumns columns = masks.visible(device, decoded);
    if (columns.rows() == 0) {
      return;
    }
    sources.add(source);
    Seen seen = seen(device);
    eventTime(seen, columns.eventTimeMicros(columns.rows() - 1));
    columns.metrics().forEach(metric -> metric(seen, metric));
  }

  private Seen seen(DeviceId device) {
    return devices.computeIfAbsent(device, id -> new Seen());
  }

  /** Counts what could not be decoded. */
  synchronized void damaged(int frames) {
    damaged += frames;
  }

  /** The gateways that tell whether these devices are connected; theirs alone. */
  synchronized Set<DeviceId> gatewaysOf(WantedDevices wanted) {
    Set<DeviceId> gateways = new HashSet<>();
    for (DeviceId device : devices.keySet()) {
      if (wanted.contains(device)) {
        gateways.addAll(gatewaysOf(device));
      }
    }
    return gateways;
  }

  /**
   * The gateways that tell whether this device is connected; none where itself does, or nobody.
   * Mostly one, and {@link RegisterMerge#NAMED_MAX} at most.
   */
  synchronized Set<DeviceId> gatewaysOf(DeviceId device) {
    Seen seen = devices.get(device);
    Register register = seen == null ? null : seen.register.register();
    if (register == null || !register.isSpokenFor() || register.gone() != null) {
      return Set.of();
    }
    Entry.Birth birth = register.birth();
    return register.named().isEmpty() && birth != null
        ? Set.of(birth.gateway())
        : register.named().stream().map(Register.Naming::gateway).collect(Collectors.toSet());
  }

  /** The starts on which it depends whether somebody is connected. */
  synchronized Set<StartId> startsOfSessions() {
    Set<StartId> starts = new HashSet<>();
    for (Seen seen : devices.values()) {
      seen.register.register().open().forEach(session -> starts.add(session.start()));
    }
    return starts;
  }

  /**
   * The answer; the merge is done.
   *
   * @param starts those of all sessions, unless they have expired
   */
  synchronized Activity answer(Map<StartId, Start> starts, long nowMicros) {
    Sessions sessions = sessions(starts, nowMicros);
    Map<DeviceId, Register> registers = new HashMap<>();
    devices.forEach(
        (id, seen) -> {
          if (seen.register.isKnown()) {
            registers.put(id, seen.register.register());
          }
        });
    SortedMap<DeviceId, DeviceActivity> answers = new TreeMap<>();
    devices.forEach(
        (id, seen) -> {
          // Of whom nothing but a death is known nobody knows anything.
          if (registers.containsKey(id) || seen.lastEventTimeMicros != null) {
            answers.put(id, answer(id, seen, registers, sessions));
          }
        });
    return new Activity(
        answers,
        refused(answers, Math.floorDiv(nowMicros, 1000L)),
        counts.values().stream().reduce(Counts.NONE, Counts::plus),
        Completeness.of(
            null,
            sessions.lastArrivals().values().stream().mapToLong(Long::longValue).max().orElse(0),
            sources,
            damaged + (health == null ? 0 : health.damaged())));
  }

  private SortedMap<DeviceId, DeviceActivity> refused(
      SortedMap<DeviceId, DeviceActivity> answers, long nowMillis) {
    SortedMap<DeviceId, DeviceActivity> refused = new TreeMap<>();
    if (health != null) {
      for (DeviceId device : health.devices()) {
        if (!answers.containsKey(device)) {
          Behaviour behaviour = health.behaviour(device, nowMillis);
          if (behaviour.rejected() > 0) {
            refused.put(device, DeviceActivity.refused(behaviour));
          }
        }
      }
    }
    return refused;
  }

  /** Tells which sessions are open; the merge is done. */
  synchronized Sessions sessions(Map<StartId, Start> starts, long nowMicros) {
    Map<StartId, Long> lastArrivals = new HashMap<>();
    lastEntries.forEach(
        (lane, entry) -> lastArrivals.merge(lane.start(), entry.arrivalMicros, Math::max));
    return new Sessions(starts, lastArrivals, nowMicros);
  }

  /** A device's sessions without an end, as far as is known: their nodes may be gone. */
  synchronized List<Register.OpenSession> openSessions(DeviceId device) {
    Seen seen = devices.get(device);
    return seen == null ? List.of() : seen.register.register().open();
  }

  private DeviceActivity answer(
      DeviceId id, Seen seen, Map<DeviceId, Register> registers, Sessions sessions) {
    Register register = registers.get(id);
    Entry.Birth birth = register == null ? null : register.birth();
    Sessions.Connected connected =
        sessions.connected(register, registers, seen.lastEventTimeMicros);
    long nowMillis = Math.floorDiv(sessions.nowMicros(), 1000L);
    Behaviour behaviour = behaviour(id, nowMillis);
    return new DeviceActivity(
        birth == null ? null : birth.name(),
        birth == null ? null : birth.gateway(),
        birth == null ? null : birth.model(),
        connected.connection(),
        connected.sinceMicros(),
        connected.reason(),
        register == null ? null : Long.valueOf(register.firstArrivalMicros()),
        seen.lastEventTimeMicros,
        seen.metrics,
        behaviour,
        register == null || register.isSpokenFor()
            ? null
            : HealthMerge.connectedShare(register, behaviour, sessions, nowMillis),
        connected.through());
  }

  private Behaviour behaviour(DeviceId device, long nowMillis) {
    return health == null ? Behaviour.NONE : health.behaviour(device, nowMillis);
  }
}
