package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.Register.Ended;
import qiantang.store.model.Register.Gone;
import qiantang.store.model.Register.Naming;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.model.StartId;

/**
 * Makes a device's register of its births and deaths, of the begins and ends of its sessions, and
 * of an earlier register. They may come in any order and more than once: packers and readers merge
 * alike, and whatever has been folded, the same comes out. Not thread-safe.
 */
public final class RegisterMerge {
  /**
   * Sessions of one device that are told apart, the last that began: all clients that share a
   * device's credentials are one.
   */
  static final int SESSIONS_MAX = 1000;

  /**
   * Sessions that named a device which are told apart, the last ones: a gateway that moves has two,
   * the old one half open, and two gateways may share a name.
   */
  static final int NAMED_MAX = 4;

  /**
   * Ends that are kept of a gateway's sessions which named devices, the last ones, 40 B each: whom
   * one of them named, and no later one, is offline since. Of a gateway that breaks every hour that
   * is a day and more; of what went before, the device's own last reading tells.
   */
  static final int ENDED_MAX = 32;

  private static final Comparator<OpenSession> BEGIN =
      Comparator.<OpenSession>comparingLong(session -> session.begin().arrivalMicros())
          .thenComparing(OpenSession::start)
          .thenComparingLong(session -> session.begin().session());

  private static final Comparator<Naming> NAMED =
      Comparator.comparingLong(Naming::micros)
          .thenComparing(Naming::start)
          .thenComparingLong(Naming::session);

  private static final Comparator<Ended> ENDED =
      Comparator.comparingLong(Ended::micros)
          .thenComparing(Ended::start)
          .thenComparingLong(Ended::session);

  private record SessionKey(StartId start, long session) {}

  private record Placed<T>(Place place, T entry) {
    static <T> Placed<T> later(Placed<T> one, Placed<T> other) {
      return one.place.compareTo(other.place) < 0 ? other : one;
    }
  }

  /** The last word of a session on the device: that it is there (a gateway), or gone (null). */
  private record Word(@Nullable DeviceId gateway, long micros) {}

  private final Map<SessionKey, Placed<Entry.Presence>> sessions = new HashMap<>();
  private final Map<SessionKey, Placed<Word>> words = new HashMap<>();
  private @Nullable Placed<Gone> gone;
  private final Map<SessionKey, Place> namings = new HashMap<>(); // of others, the first of each
  private long firstArrivalMicros = Long.MAX_VALUE;
  private @Nullable Placed<Entry.Birth> birth;
  private @Nullable Placed<Entry.Presence> last;
  private @Nullable Register base;
  private long baseMinute = Long.MIN_VALUE;

  /** Nothing is known yet. */
  public RegisterMerge() {}

  /** Whose register tells of this record; null where it is none of those. */
  public static @Nullable DeviceId deviceOf(Entry entry) {
    return switch (entry) {
      case Entry.Birth found -> found.device();
      case Entry.Presence found -> found.publisher();
      case Entry.Death found -> found.publisher();
      case Entry.Readings _, Entry.Rejection _ -> null;
    };
  }

  /** Whether there is anything to register: a death alone makes no device. */
  public boolean isKnown() {
    return base != null || birth != null || last != null;
  }

  /** Takes an earlier register in which every record with a label before this minute is. */
  public void base(Register register, long minute) {
    if (minute > baseMinute) {
      base = register;
      baseMinute = minute;
    }
  }

  /** The same, of which that alone counts that arrived since its device began anew. */
  public void base(Register register, long minute, long begunMicros) {
    Register own = register.since(begunMicros);
    if (own != null) {
      base(own, minute);
    }
  }

  /**
   * Takes a record of a device; of an earlier one of the same id nothing but that its sessions
   * ended.
   *
   * @param masks tell which are an earlier one's
   */
  public void add(DeviceId device, Masks masks, Place place, Entry entry) {
    if (!masks.isEarlier(device, entry)) {
      add(place, entry);
    } else if (entry instanceof Entry.Presence presence && !presence.connected()) {
      session(place, presence);
    }
  }

  private void session(Place place, Entry.Presence presence) {
    sessions.merge(
        new SessionKey(place.frame().partition().start(), presence.session()),
        new Placed<>(place, presence),
        Placed::later);
  }

  /** Takes a record. */
  public void add(Place place, Entry entry) {
    switch (entry) {
      case Entry.Birth found -> {
        firstArrivalMicros = Math.min(firstArrivalMicros, found.arrivalMicros());
        if (birth == null || birth.place.compareTo(place) < 0) {
          birth = new Placed<>(place, found);
        }
        if (found.session() != null) {
          word(place, found.session(), new Word(found.gateway(), found.arrivalMicros()));
        }
      }
      case Entry.Presence found -> {
        firstArrivalMicros = Math.min(firstArrivalMicros, found.arrivalMicros());
        Placed<Entry.Presence> placed = new Placed<>(place, found);
        session(place, found);
        if (last == null || isLater(placed, last)) {
          last = placed;
        }
      }
      // Of a device that its own session was, this changes nothing: that has an end of its own.
      case Entry.Death found -> {
        word(place, found.session(), new Word(null, found.arrivalMicros()));
        Placed<Gone> now = new Placed<>(place, new Gone(found.arrivalMicros(), found.reason()));
        gone = gone == null ? now : Placed.later(gone, now);
      }
      case Entry.Readings _, Entry.Rejection _ -> {}
    }
  }

  /** Takes a birth by which a session of this device's named another one. */
  public void names(Place place, Entry.Birth other) {
    if (other.session() != null) {
      namings.merge(
          new SessionKey(place.frame().partition().start(), other.session()),
          place,
          (one, two) -> one.compareTo(two) < 0 ? one : two);
    }
  }

  private void word(Place place, long session, Word word) {
    words.merge(
        new SessionKey(place.frame().partition().start(), session),
        new Placed<>(place, word),
        Placed::later);
  }

  // By arrival time: within a minute, frames of two nodes come by start and not by time.
  private static boolean isLater(Placed<Entry.Presence> one, Placed<Entry.Presence> other) {
    int byTime = Long.compare(one.entry.arrivalMicros(), other.entry.arrivalMicros());
    return byTime != 0 ? byTime > 0 : one.place.compareTo(other.place) > 0;
  }

  /** The register of all that was taken. */
  public Register register() {
    List<Naming> named = named();
    Entry.Presence lastPresence = lastPresence();
    return new Register(
        base == null ? firstArrivalMicros : Math.min(firstArrivalMicros, base.firstArrivalMicros()),
        lastBirth(),
        lastPresence,
        openSessions(),
        named,
        lastPresence == null && named.isEmpty() ? lastDeath() : null,
        ended());
  }

  private Entry.@Nullable Birth lastBirth() {
    return birth != null && isNewer(birth.place) ? birth.entry : birthOf(base);
  }

  /** Whether a record is not in the base. */
  private boolean isNewer(Place place) {
    return base == null || place.minute() >= baseMinute;
  }

  private List<Naming> named() {
    Map<SessionKey, Naming> live = new HashMap<>();
    if (base != null) {
      for (Naming named : base.named()) {
        live.put(new SessionKey(named.start(), named.session()), named);
      }
    }
    words.forEach(
        (key, word) -> {
          DeviceId gateway = word.entry.gateway;
          if (isNewer(word.place) && gateway == null) {
            live.remove(key);
          } else if (isNewer(word.place) && gateway != null) {
            live.put(key, new Naming(key.start, key.session, gateway, word.entry.micros));
          }
        });
    List<Naming> inOrder = new ArrayList<>(live.values());
    inOrder.sort(NAMED);
    return List.copyOf(inOrder.subList(Math.max(0, inOrder.size() - NAMED_MAX), inOrder.size()));
  }

  /** By which the device is gone where no session names it; null where a birth came after it. */
  private @Nullable Gone lastDeath() {
    Place born = birth != null && isNewer(birth.place) ? birth.place : null;
    if (gone != null && isNewer(gone.place)) {
      boolean isBornSince = born != null && born.compareTo(gone.place) > 0;
      return lastBirth() == null || isBornSince ? null : gone.entry;
    }
    return base == null || born != null ? null : base.gone();
  }

  private static Entry.@Nullable Birth birthOf(@Nullable Register register) {
    return register == null ? null : register.birth();
  }

  private Entry.@Nullable Presence lastPresence() {
    Entry.Presence known = base == null ? null : base.last();
    if (last == null || known == null) {
      return last == null ? known : last.entry;
    }
    // One with an earlier label is in the base, where another may have arrived later.
    return isNewer(last.place) && last.entry.arrivalMicros() >= known.arrivalMicros()
        ? last.entry
        : known;
  }

  private static OpenSession speaking(OpenSession session) {
    return new OpenSession(session.start(), session.begin(), true);
  }

  private List<Ended> ended() {
    Map<SessionKey, Ended> ended = new HashMap<>();
    Set<SessionKey> known = new HashSet<>();
    if (base != null) {
      base.ended().forEach(end -> ended.put(new SessionKey(end.start(), end.session()), end));
      base.open().stream()
          .filter(OpenSession::hasNamed)
          .forEach(open -> known.add(new SessionKey(open.start(), open.begin().session())));
    }
    sessions.forEach(
        (key, last) -> {
          Entry.Presence end = last.entry;
          Place naming = namings.get(key);
          boolean hasNamed =
              known.contains(key) || (naming != null && naming.compareTo(last.place) < 0);
          if (!end.connected() && hasNamed && isNewer(last.place)) {
            ended.put(key, new Ended(key.start, key.session, end.arrivalMicros(), end.reason()));
          }
        });
    List<Ended> inOrder = new ArrayList<>(ended.values());
    inOrder.sort(ENDED);
    return List.copyOf(inOrder.subList(Math.max(0, inOrder.size() - ENDED_MAX), inOrder.size()));
  }

  private List<OpenSession> openSessions() {
    Map<SessionKey, OpenSession> open = new HashMap<>();
    if (base != null) {
      for (OpenSession session : base.open()) {
        open.put(new SessionKey(session.start(), session.begin().session()), session);
      }
    }
    sessions.forEach(
        (key, placed) -> {
          if (isNewer(placed.place)) {
            if (placed.entry.connected()) {
              open.put(key, new OpenSession(key.start, placed.entry));
            } else {
              open.remove(key);
            }
          }
        });
    namings.keySet().forEach(key -> open.computeIfPresent(key, (same, found) -> speaking(found)));
    List<OpenSession> inOrder = new ArrayList<>(open.values());
    inOrder.sort(BEGIN);
    return List.copyOf(inOrder.subList(Math.max(0, inOrder.size() - SESSIONS_MAX), inOrder.size()));
  }
}
