package qiantang.store.read;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.EntryCodec;
import qiantang.store.fold.EventId;
import qiantang.store.fold.Masks;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.read.RejectionsAnswer.Item;

/**
 * The newest so many rejections, of events and of frames; holds no more than a page and one. One
 * that is both is one: its id is the same. Any thread: both are read at the same time.
 */
final class RejectionPage implements Tail.Visitor, EventPages.Page {
  private final RejectionsRequest request;
  private final Masks masks;

  // All guarded by this.
  private final NavigableMap<String, Item> newest = new TreeMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private int events;
  private int damaged;
  private @Nullable String endId;

  RejectionPage(RejectionsRequest request, Masks masks) {
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

  private boolean add(String id, Entry entry) {
    if (!(entry instanceof Entry.Rejection rejection) || !isWanted(id, rejection)) {
      return false;
    }
    newest.put(id, new Item(id, rejection));
    if (newest.size() > request.limit() + 1) {
      newest.pollFirstEntry();
    }
    return true;
  }

  private boolean isWanted(String id, Entry.Rejection rejection) {
    DeviceId device = request.device();
    return rejection.arrivalMicros() >= request.fromMicros()
        && rejection.arrivalMicros() < request.toMicros()
        && (request.beforeId() == null || id.compareTo(request.beforeId()) < 0)
        && (request.reason() == null || request.reason() == rejection.reason())
        && (device == null
            || device.equals(rejection.publisher())
            || device.equals(rejection.device()))
        && !masks.hides(device, rejection);
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

  synchronized RejectionsAnswer answer() {
    if (endId != null) {
      newest.headMap(endId, false).clear();
    }
    List<Item> items = new ArrayList<>(newest.descendingMap().values());
    @Nullable String next = endId;
    if (items.size() > request.limit()) {
      items = items.subList(0, request.limit());
      next = items.isEmpty() ? null : items.getLast().id();
    }
    long freshnessMicros = items.isEmpty() ? 0 : items.getFirst().rejection().arrivalMicros();
    return new RejectionsAnswer(
        List.copyOf(items),
        next,
        Completeness.of(next == null ? null : "limit", freshnessMicros, sources, damaged));
  }
}
