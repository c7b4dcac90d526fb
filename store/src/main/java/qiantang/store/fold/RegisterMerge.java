package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.model.StartId;

/**
 * Makes a device's register of its births, of the begins and ends of its sessions, and of an
 * earlier register. They may come in any order and more than once: packers and readers merge alike,
 * and whatever has been folded, the same comes out. Not thread-safe.
 */
public final class RegisterMerge {
  /**
   * Sessions of one device that are told apart, the last that began: all clients that share a
   * device's credentials are one.
   */
  static final int SESSIONS_MAX = 1000;

  private static final Comparator<OpenSession> BEGIN =
      Comparator.<OpenSession>comparingLong(session -> session.begin().arrivalMicros())
          .thenComparing(OpenSession::start)
          .thenComparingLong(session -> session.begin().session());

  private record SessionKey(StartId start, long session) {}

  private record Placed<T>(Place place, T entry) {}

  private final Map<SessionKey, Placed<Entry.Presence>> sessions = new HashMap<>();
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
      case Entry.Readings _, Entry.Rejection _, Entry.Death _ -> null;
    };
  }

  /** Takes an earlier register in which every record with a label before this minute is. */
  public void base(Register register, long minute) {
    if (minute > baseMinute) {
      base = register;
      baseMinute = minute;
    }
  }

  /** Takes a record. */
  public void add(Place place, Entry entry) {
    switch (entry) {
      case Entry.Birth found -> {
        firstArrivalMicros = Math.min(firstArrivalMicros, found.arrivalMicros());
        if (birth == null || birth.place.compareTo(place) < 0) {
          birth = new Placed<>(place, found);
        }
      }
      case Entry.Presence found -> {
        firstArrivalMicros = Math.min(firstArrivalMicros, found.arrivalMicros());
        Placed<Entry.Presence> placed = new Placed<>(place, found);
        sessions.merge(
            new SessionKey(place.frame().partition().start(), found.session()),
            placed,
            (before, now) -> before.place.compareTo(now.place) < 0 ? now : before);
        if (last == null || isLater(placed, last)) {
          last = placed;
        }
      }
      // The session that a death belongs to has an end of its own.
      case Entry.Readings _, Entry.Rejection _, Entry.Death _ -> {}
    }
  }

  // By arrival time: within a minute, frames of two nodes come by start and not by time.
  private static boolean isLater(Placed<Entry.Presence> one, Placed<Entry.Presence> other) {
    int byTime = Long.compare(one.entry.arrivalMicros(), other.entry.arrivalMicros());
    return byTime != 0 ? byTime > 0 : one.place.compareTo(other.place) > 0;
  }

  /** The register of all that was taken. */
  public Register register() {
    return new Register(
        base == null ? firstArrivalMicros : Math.min(firstArrivalMicros, base.firstArrivalMicros()),
        lastBirth(),
        lastPresence(),
        openSessions());
  }

  private Entry.@Nullable Birth lastBirth() {
    boolean isNewer = birth != null && birth.place.minute() >= baseMinute;
    return birth != null && (base == null || isNewer) ? birth.entry : birthOf(base);
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
    boolean isNewer = last.place.minute() >= baseMinute;
    return isNewer && last.entry.arrivalMicros() >= known.arrivalMicros() ? last.entry : known;
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
          if (placed.place.minute() >= baseMinute) {
            if (placed.entry.connected()) {
              open.put(key, new OpenSession(key.start, placed.entry));
            } else {
              open.remove(key);
            }
          }
        });
    List<OpenSession> inOrder = new ArrayList<>(open.values());
    inOrder.sort(BEGIN);
    return List.copyOf(inOrder.subList(Math.max(0, inOrder.size() - SESSIONS_MAX), inOrder.size()));
  }
}
