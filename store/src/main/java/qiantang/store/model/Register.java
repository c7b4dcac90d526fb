package qiantang.store.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What births and sessions said of a device up to some minute.
 *
 * @param firstArrivalMicros when the first of them arrived
 * @param birth the last one; null for a device that speaks for itself
 * @param last the begin or end of a session that arrived last; null where there was none
 * @param open the sessions that have begun and not ended
 */
public record Register(
    long firstArrivalMicros,
    Entry.@Nullable Birth birth,
    Entry.@Nullable Presence last,
    List<OpenSession> open) {
  /**
   * An open session.
   *
   * @param start whose session it is: its end is said there
   * @param begin the record of its begin
   */
  public record OpenSession(StartId start, Entry.Presence begin) {}
}
