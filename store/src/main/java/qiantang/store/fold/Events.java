package qiantang.store.fold;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.EntryCodec;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;

/** In which lists of events a record belongs. */
final class Events {
  private Events() {}

  /** The record's rows, one for each list. */
  static List<Event> of(EnterpriseId enterprise, String id, Entry entry) {
    byte[] bytes = EntryCodec.encode(entry);
    long month = EventPartition.monthOf(entry.arrivalMicros());
    List<Event> events = new ArrayList<>();
    for (@Nullable DeviceId list : lists(entry)) {
      events.add(new Event(new EventPartition(enterprise, list, month), id, bytes));
    }
    return events;
  }

  private static Set<@Nullable DeviceId> lists(Entry entry) {
    Set<@Nullable DeviceId> lists = new LinkedHashSet<>();
    switch (entry) {
      case Entry.Readings _ -> {}
      case Entry.Birth birth -> lists.add(birth.device());
      case Entry.Presence presence -> lists.add(presence.publisher());
      case Entry.Death death -> lists.add(death.publisher());
      case Entry.Rejection rejection -> {
        // Nobody asks for the connects of a whole enterprise, but for what it was refused.
        lists.add(null);
        if (rejection.publisher() != null) {
          lists.add(rejection.publisher());
        }
        if (rejection.device() != null) {
          lists.add(rejection.device());
        }
      }
    }
    return lists;
  }
}
