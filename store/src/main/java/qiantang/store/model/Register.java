package qiantang.store.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What births, deaths and sessions said of a device up to some minute.
 *
 * @param firstArrivalMicros when the first birth or presence record arrived
 * @param birth the last one; null for a device that speaks for itself
 * @param last the begin or end of a session that arrived last; null where there was none
 * @param open the sessions that have begun and not ended
 * @param named the sessions of gateways that named it and did not say since that it is gone; they
 *     may have ended themselves, as the gateways' registers tell
 * @param gone the death after which nobody named it again; null where it was named since, where
 *     there was none, and of a device that had sessions of its own
 * @param ended those of its own sessions that named other devices and ended, the last ones in order
 *     of their ends: whom they named is offline since
 */
public record Register(
    long firstArrivalMicros,
    Entry.@Nullable Birth birth,
    Entry.@Nullable Presence last,
    List<OpenSession> open,
    List<Naming> named,
    @Nullable Gone gone,
    List<Ended> ended) {
  /**
   * An open session.
   *
   * @param start whose session it is: its end is said there
   * @param begin the record of its begin
   * @param hasNamed whether it named other devices, which go with it
   */
  public record OpenSession(StartId start, Entry.Presence begin, boolean hasNamed) {
    /** One that named nobody. */
    public OpenSession(StartId start, Entry.Presence begin) {
      this(start, begin, false);
    }
  }

  /**
   * A session of a gateway's that named the device.
   *
   * @param start whose session it is
   * @param session its number within the start
   * @param micros when the last birth in it arrived
   */
  public record Naming(StartId start, long session, DeviceId gateway, long micros) {}

  /**
   * A gateway said that the device is gone.
   *
   * @param micros when that arrived
   * @param reason the death's
   */
  public record Gone(long micros, String reason) {}

  /**
   * A session of its own that named other devices, and ended.
   *
   * @param start whose session it was
   * @param session its number within the start
   * @param micros when the record of its end arrived
   * @param reason why, as that says
   */
  public record Ended(StartId start, long session, long micros, String reason) {}

  /** Of a device none of whose sessions that ended named others. */
  public Register(
      long firstArrivalMicros,
      Entry.@Nullable Birth birth,
      Entry.@Nullable Presence last,
      List<OpenSession> open,
      List<Naming> named,
      @Nullable Gone gone) {
    this(firstArrivalMicros, birth, last, open, named, gone, List.of());
  }

  /** Of a device that nobody spoke for in a session that is known. */
  public Register(
      long firstArrivalMicros,
      Entry.@Nullable Birth birth,
      Entry.@Nullable Presence last,
      List<OpenSession> open) {
    this(firstArrivalMicros, birth, last, open, List.of(), null);
  }

  /**
   * What of it arrived at a time or later; null where nothing did. When the first of it arrived may
   * be told too late, where that is not in it any more.
   */
  public @Nullable Register since(long micros) {
    if (firstArrivalMicros >= micros) {
      return this;
    }
    Entry.Birth keptBirth = birth != null && birth.arrivalMicros() >= micros ? birth : null;
    Entry.Presence keptLast = last != null && last.arrivalMicros() >= micros ? last : null;
    List<OpenSession> keptOpen =
        open.stream().filter(session -> session.begin().arrivalMicros() >= micros).toList();
    long first = keptBirth == null ? Long.MAX_VALUE : keptBirth.arrivalMicros();
    first = keptLast == null ? first : Math.min(first, keptLast.arrivalMicros());
    for (OpenSession session : keptOpen) {
      first = Math.min(first, session.begin().arrivalMicros());
    }
    return first == Long.MAX_VALUE
        ? null
        : new Register(
            first,
            keptBirth,
            keptLast,
            keptOpen,
            named.stream().filter(naming -> naming.micros() >= micros).toList(),
            gone != null && gone.micros() >= micros ? gone : null,
            ended.stream().filter(end -> end.micros() >= micros).toList());
  }

  /** Whether others tell if it is connected: a gateway named it, and it had no own session. */
  public boolean isSpokenFor() {
    return last == null && birth != null;
  }
}
