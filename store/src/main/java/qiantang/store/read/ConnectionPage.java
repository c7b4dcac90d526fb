package qiantang.store.read;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.EntryCodec;
import qiantang.store.fold.EventId;
import qiantang.store.fold.Masks;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.model.StartId;
import qiantang.store.read.ConnectionsAnswer.Began;
import qiantang.store.read.ConnectionsAnswer.End;
import qiantang.store.read.ConnectionsAnswer.Item;

/**
 * The newest so many connections of a device, of events and of frames: their begins, and what is
 * seen of their ends. Any thread: both are read at the same time.
 */
final class ConnectionPage implements Tail.Visitor, EventPages.Page {
  /** Death records of one session that are told; the last ones. */
  static final int DEATHS_TOLD_MAX = 16;

  /** Gateways whose sessions are looked for, of one page; most devices only ever have one. */
  static final int GATEWAYS_MAX = 4;

  // Of what is looked at for one answer (50,000 events twice, and the frames): 10 MB, and 3 MB.
  private static final int ENDS_MAX = 100_000;
  private static final int DEATHS_MAX = 4_000;
  private static final int BIRTHS_MAX = 4_000;

  private static final String NAMED_AGAIN = "named-again";
  private static final String OF_GATEWAY = "gateway-";

  /** A session of a start. */
  private record SessionKey(StartId start, long number) {}

  private final ConnectionsRequest request;
  private final Masks masks;

  // All guarded by this. Begins are births and presence records.
  private final NavigableMap<String, Entry> begins = new TreeMap<>();
  private final NavigableMap<String, Entry.Birth> births = new TreeMap<>(); // off the page too
  private final Map<SessionKey, End.Ended> ends = new HashMap<>(); // of gateways too
  private final NavigableMap<String, Entry.Death> deaths = new TreeMap<>();
  private final Map<SessionKey, OpenSession> open = new HashMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private int events;
  private int damaged;
  private @Nullable String endId;

  ConnectionPage(ConnectionsRequest request, Masks masks) {
    this.request = request;
    this.masks = masks;
  }

  @Override
  public synchronized void entry(FrameKey frame, int index, Entry entry) {
    add(EventId.of(frame, index, entry.arrivalMicros()), entry);
  }

  @Override
  public synchronized void event(Event event) {
    Optional<Entry> entry = EntryCodec.decode(event.bytes());
    if (entry.isEmpty()) {
      damaged++;
    } else if (add(event.id(), entry.get())) {
      events++;
      sources.add(Source.EVENTS);
    }
  }

  /** Takes a record, whatever it is; true where it is a begin that was asked for. */
  private boolean add(String id, Entry entry) {
    return switch (entry) {
      case Entry.Presence presence when !presence.connected() -> {
        end(keyOf(id, presence.session()), presence);
        yield false;
      }
      case Entry.Presence presence when presence.publisher().equals(request.device()) ->
          begin(id, presence);
      case Entry.Birth birth when birth.device().equals(request.device()) -> {
        births.put(id, birth);
        if (births.size() > BIRTHS_MAX) {
          births.pollFirstEntry();
        }
        yield begin(id, birth);
      }
      case Entry.Death death when death.publisher().equals(request.device()) -> {
        deaths.put(id, death);
        if (deaths.size() > DEATHS_MAX) {
          deaths.pollFirstEntry();
        }
        yield false;
      }
      case Entry.Presence _, Entry.Birth _, Entry.Death _ -> false; // of others
      case Entry.Readings _, Entry.Rejection _ -> false;
    };
  }

  private static SessionKey keyOf(String id, long session) {
    return new SessionKey(EventId.startOf(id), session);
  }

  private void end(SessionKey session, Entry.Presence presence) {
    if (ends.size() < ENDS_MAX) {
      ends.putIfAbsent(session, new End.Ended(presence.arrivalMicros(), presence.reason()));
    }
  }

  private boolean begin(String id, Entry entry) {
    if (!isWanted(id, entry)) {
      return false;
    }
    begins.put(id, entry);
    if (begins.size() > request.limit() + 1) {
      begins.pollFirstEntry();
    }
    return true;
  }

  private boolean isWanted(String id, Entry entry) {
    return entry.arrivalMicros() >= request.fromMicros()
        && entry.arrivalMicros() < request.toMicros()
        && (request.beforeId() == null || id.compareTo(request.beforeId()) < 0)
        && !masks.hidesRecord(request.device(), entry.arrivalMicros());
  }

  /**
   * Takes the sessions that have not ended by the device's register. One that began when there were
   * no events yet that are still kept is on the page by this alone.
   */
  synchronized void open(List<OpenSession> sessions, long keptFromMicros) {
    for (OpenSession session : sessions) {
      Entry.Presence begin = session.begin();
      open.put(new SessionKey(session.start(), begin.session()), session);
      if (begin.arrivalMicros() < keptFromMicros) {
        String time = EventId.first(begin.arrivalMicros());
        begin("%s-%s-%x".formatted(time, session.start(), begin.session()), begin);
      }
    }
  }

  /** Takes of a frame the end of a session, of whom ever. */
  synchronized void end(FrameKey frame, int index, Entry entry) {
    if (entry instanceof Entry.Presence presence && !presence.connected()) {
      end(keyOf(EventId.of(frame, index, entry.arrivalMicros()), presence.session()), presence);
    }
  }

  /** Takes the sessions of a gateway that have not ended. */
  synchronized void openOfGateway(List<OpenSession> sessions) {
    for (OpenSession session : sessions) {
      open.put(new SessionKey(session.start(), session.begin().session()), session);
    }
  }

  @Override
  public synchronized boolean isFullOfEvents() {
    return events > request.limit();
  }

  @Override
  public synchronized void endAt(String id) {
    endId = id;
  }

  /** Counts what could not be decoded. */
  synchronized void damaged(int frames) {
    damaged += frames;
  }

  /** Whether a session on the page ended and its end was not seen yet. */
  synchronized boolean isAnEndMissing() {
    for (Map.Entry<String, Entry> begin : page().entrySet()) {
      if (begin.getValue() instanceof Entry.Presence presence) {
        SessionKey session = keyOf(begin.getKey(), presence.session());
        if (!open.containsKey(session) && !ends.containsKey(session)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * The gateways with whose sessions devices of the page may have gone, and when the first birth of
   * each of these was.
   */
  synchronized Map<DeviceId, Long> gateways() {
    Map<DeviceId, Long> firsts = new LinkedHashMap<>();
    for (Map.Entry<String, Entry> begin : page().descendingMap().entrySet()) {
      if (begin.getValue() instanceof Entry.Birth birth
          && ownEnd(begin.getKey(), birth) == null
          && (firsts.size() < GATEWAYS_MAX || firsts.containsKey(birth.gateway()))) {
        firsts.merge(birth.gateway(), birth.arrivalMicros(), Math::min);
      }
    }
    return firsts;
  }

  /** Whether a session of this gateway that named the device ended, and its end was not seen. */
  synchronized boolean isAnEndMissing(DeviceId gateway) {
    for (Map.Entry<String, Entry> begin : page().entrySet()) {
      if (begin.getValue() instanceof Entry.Birth birth
          && birth.gateway().equals(gateway)
          && birth.session() != null
          && ownEnd(begin.getKey(), birth) == null) {
        SessionKey session = keyOf(begin.getKey(), birth.session());
        if (!open.containsKey(session) && !ends.containsKey(session)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Up to which time an end of those that a gateway spoke for may be in the device's own list:
   * until the gateway's session ended. 0 where nothing is missing.
   */
  synchronized long ownEndsUntilMicros() {
    long until = 0;
    for (Map.Entry<String, Entry> begin : page().entrySet()) {
      if (begin.getValue() instanceof Entry.Birth birth && ownEnd(begin.getKey(), birth) == null) {
        Long session = birth.session();
        End.Ended end = session == null ? null : ends.get(keyOf(begin.getKey(), session));
        until = Math.max(until, end == null ? Long.MAX_VALUE : end.micros() + 1);
      }
    }
    return until;
  }

  /** Events behind the page, of which only ends and deaths are taken; so many at most. */
  final class Behind implements EventPages.Page {
    private int lookedAt;

    @Override
    public void event(Event event) {
      EntryCodec.decode(event.bytes()).ifPresent(entry -> take(event.id(), entry));
      lookedAt++;
    }

    private void take(String id, Entry entry) {
      synchronized (ConnectionPage.this) {
        add(id, entry); // no begin there is wanted
      }
    }

    @Override
    public boolean isFullOfEvents() {
      return lookedAt >= EventPages.LOOKED_AT_MAX;
    }

    @Override
    public void endAt(String id) {} // full
  }

  /** The begins that are told, oldest first; perhaps one more. */
  private NavigableMap<String, Entry> page() {
    return endId == null ? begins : begins.tailMap(endId, true);
  }

  /**
   * The answer; all was read.
   *
   * @param sessions tell whether the nodes of sessions without an end are there
   */
  synchronized ConnectionsAnswer answer(Sessions sessions) {
    List<Item> items = new ArrayList<>();
    @Nullable String next = endId;
    String before = request.beforeId() == null ? "g" : request.beforeId(); // behind all ids
    Set<SessionKey> told = new HashSet<>();
    for (Map.Entry<String, Entry> begin : page().descendingMap().entrySet()) {
      if (items.size() == request.limit()) {
        next = items.getLast().id();
        break;
      }
      String id = begin.getKey();
      switch (begin.getValue()) {
        case Entry.Presence presence -> {
          SessionKey session = keyOf(id, presence.session());
          if (told.add(session)) { // of an event that is about to expire there are two
            items.add(item(id, presence, session, sessions));
          }
        }
        case Entry.Birth birth -> {
          items.add(item(id, birth, before, sessions));
          before = id;
        }
        case Entry.Readings _, Entry.Rejection _, Entry.Death _ ->
            throw new AssertionError("BUG: nothing begins with " + begin.getValue());
      }
    }
    return new ConnectionsAnswer(
        List.copyOf(items),
        next,
        Completeness.of(next == null ? null : "limit", freshnessMicros(items), sources, damaged));
  }

  private static long freshnessMicros(List<Item> items) {
    return items.isEmpty() ? 0 : EventId.micros(items.getFirst().id());
  }

  private Item item(String id, Entry.Presence begin, SessionKey session, Sessions sessions) {
    End end = ends.get(session);
    OpenSession unended = open.get(session);
    if (end == null) {
      end = unended == null ? new End.Unknown() : endOf(unended, sessions);
    }
    List<Entry.Death> own = new ArrayList<>();
    deaths
        .tailMap(id)
        .forEach(
            (death, entry) -> {
              if (keyOf(death, entry.session()).equals(session)) {
                own.add(entry);
              }
            });
    return item(id, new Began.Session(begin), end, own);
  }

  private static End endOf(OpenSession session, Sessions sessions) {
    return sessions.isLive(session.start())
        ? new End.Open()
        : new End.NodeLost(sessions.lastSignMicros(session));
  }

  /** A birth's deaths are those up to the next birth, on the same node. */
  private Item item(String id, Entry.Birth birth, String before, Sessions sessions) {
    List<Entry.Death> own = new ArrayList<>();
    deaths
        .subMap(id, before)
        .forEach(
            (death, entry) -> {
              if (EventId.startOf(death).equals(EventId.startOf(id))) {
                own.add(entry);
              }
            });
    End end = ownEnd(id, birth);
    return item(
        id, new Began.SpokenFor(birth), end == null ? withGateway(id, birth, sessions) : end, own);
  }

  /** What first came of a birth's session that ends what it began; null where nothing is known. */
  private End.@Nullable Ended ownEnd(String id, Entry.Birth birth) {
    Map.Entry<String, Entry.Birth> next =
        births.tailMap(id, false).entrySet().stream()
            .filter(later -> isOfSession(id, birth, later.getKey(), later.getValue().session()))
            .findFirst()
            .orElse(null);
    for (Map.Entry<String, Entry.Death> death : deaths.tailMap(id, false).entrySet()) {
      if (next != null && next.getKey().compareTo(death.getKey()) < 0) {
        break;
      }
      if (isOfSession(id, birth, death.getKey(), death.getValue().session())) {
        return new End.Ended(death.getValue().arrivalMicros(), reasonOf(death.getValue()));
      }
    }
    return next == null ? null : new End.Ended(next.getValue().arrivalMicros(), NAMED_AGAIN);
  }

  /** Of births that do not say in which session all records on the same start count. */
  private static boolean isOfSession(
      String id, Entry.Birth birth, String otherId, @Nullable Long other) {
    return (birth.session() == null || birth.session().equals(other))
        && EventId.startOf(otherId).equals(EventId.startOf(id));
  }

  private static String reasonOf(Entry.Death death) {
    return switch (death.reason()) {
      case Entry.Death.OF_NODE -> "node-death";
      case Entry.Death.OF_DEVICE -> "device-death";
      case Entry.Death.DISCONNECTED -> "disconnect";
      default -> OF_GATEWAY + death.reason(); // a will that said so
    };
  }

  /** How the session ended, or goes on, that named a device. */
  private End withGateway(String id, Entry.Birth birth, Sessions sessions) {
    End.Ended ended = birth.session() == null ? null : ends.get(keyOf(id, birth.session()));
    if (ended != null) {
      return new End.Ended(ended.micros(), OF_GATEWAY + ended.reason());
    }
    OpenSession session = sessionOf(id, birth);
    if (session == null) {
      return new End.Unknown();
    }
    return sessions.isLive(session.start())
        ? new End.WithGateway()
        : new End.NodeLost(Math.max(sessions.lastSignMicros(session), birth.arrivalMicros()));
  }

  private @Nullable OpenSession sessionOf(String id, Entry.Birth birth) {
    if (birth.session() != null) {
      return open.get(keyOf(id, birth.session()));
    }
    StartId start = EventId.startOf(id);
    return open.values().stream()
        .filter(session -> session.start().equals(start))
        .filter(session -> session.begin().publisher().equals(birth.gateway()))
        .filter(session -> session.begin().arrivalMicros() <= birth.arrivalMicros())
        .findFirst()
        .orElse(null);
  }

  private static Item item(String id, Began began, End end, List<Entry.Death> own) {
    List<Entry.Death> last = own.subList(Math.max(0, own.size() - DEATHS_TOLD_MAX), own.size());
    return new Item(id, began, end, own.size(), List.copyOf(last));
  }
}
