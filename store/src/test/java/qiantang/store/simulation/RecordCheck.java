package qiantang.store.simulation;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.EventId;
import qiantang.store.read.RejectionsAnswer;
import qiantang.store.read.RejectionsRequest;

/** Whether every refusal can be read back, and none twice (I8). */
final class RecordCheck {
  private final Judge judge;

  RecordCheck(Judge judge) {
    this.judge = judge;
  }

  /** A page of rejections, asked for at this moment. */
  void rejections(String reader, RejectionsRequest request, long began, RejectionsAnswer answer) {
    judge.check();
    String who = reader + " rejections of " + request.enterprise();
    Set<Delivery> seen = new HashSet<>();
    String before = request.beforeId();
    for (RejectionsAnswer.Item item : answer.items()) {
      Delivery delivery = judge.delivery(item.rejection().arrivalMicros());
      if (delivery == null
          || delivery.frame == null
          || !delivery.message.enterprise.equals(request.enterprise())
          || !delivery.message.isSaidBy(item.rejection())) {
        judge.violate(who + " hold what nobody sent: " + item);
      } else if (before != null && item.id().compareTo(before) >= 0) {
        judge.violate(who + " are out of order or twice there: " + item);
      } else if (judge.deletions().isHidden(delivery, began)) {
        judge.violate(who + " hold what was deleted: " + item);
      } else {
        seen.add(delivery);
      }
      before = item.id();
    }
    if (answer.items().size() > request.limit()) {
      judge.violate(who + " are more than " + request.limit());
    }
    for (Delivery delivery : judge.deliveries()) {
      if (delivery.acknowledged < began
          && !seen.contains(delivery)
          && !judge.deletions().isHidden(delivery, Long.MAX_VALUE)
          && isAskedFor(delivery, request, answer.next())) {
        judge.violate(who + " miss " + delivery);
      }
    }
  }

  private static boolean isAskedFor(
      Delivery delivery, RejectionsRequest request, @Nullable String next) {
    if (!delivery.message.isRefused()
        || delivery.frame == null
        || !delivery.message.enterprise.equals(request.enterprise())
        || (request.device() != null && !request.device().equals(delivery.message.publisher()))) {
      return false;
    }
    String id = EventId.of(delivery.frame, delivery.index, delivery.arrivalMicros);
    return (request.beforeId() == null || id.compareTo(request.beforeId()) < 0)
        && (next == null || id.compareTo(next) >= 0);
  }
}
