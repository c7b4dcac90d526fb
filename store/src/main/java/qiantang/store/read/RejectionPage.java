package qiantang.store.read;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import qiantang.store.fold.EventId;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.read.RejectionsAnswer.Item;

/** The newest so many rejections; holds no more than a page and one. */
final class RejectionPage implements Tail.Visitor {
  private static final Comparator<Item> OLDEST_FIRST = Comparator.comparing(Item::id);

  private final RejectionsRequest request;
  private final PriorityQueue<Item> oldestFirst = new PriorityQueue<>(OLDEST_FIRST);
  private long freshnessMicros;

  RejectionPage(RejectionsRequest request) {
    this.request = request;
  }

  @Override
  public void entry(FrameKey frame, int index, Entry entry) {
    freshnessMicros = Math.max(freshnessMicros, entry.arrivalMicros());
    if (!(entry instanceof Entry.Rejection rejection) || !isWanted(rejection)) {
      return;
    }
    Item item = new Item(EventId.of(frame, index, rejection.arrivalMicros()), rejection);
    if (request.beforeId() == null || item.id().compareTo(request.beforeId()) < 0) {
      oldestFirst.add(item);
      if (oldestFirst.size() > request.limit() + 1) {
        oldestFirst.remove();
      }
    }
  }

  private boolean isWanted(Entry.Rejection rejection) {
    DeviceId device = request.device();
    return rejection.arrivalMicros() >= request.fromMicros()
        && rejection.arrivalMicros() < request.toMicros()
        && (request.reason() == null || request.reason() == rejection.reason())
        && (device == null
            || device.equals(rejection.publisher())
            || device.equals(rejection.device()));
  }

  RejectionsAnswer answer(int damagedFrames) {
    boolean more = oldestFirst.size() > request.limit();
    if (more) {
      oldestFirst.remove();
    }
    List<Item> items = new ArrayList<>(oldestFirst);
    items.sort(OLDEST_FIRST.reversed());
    return new RejectionsAnswer(
        items,
        more && !items.isEmpty() ? items.getLast().id() : null,
        Completeness.ofJournal(freshnessMicros, damagedFrames));
  }
}
