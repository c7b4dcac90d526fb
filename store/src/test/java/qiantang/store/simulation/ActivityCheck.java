package qiantang.store.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.read.Activity;
import qiantang.store.read.Activity.Connection;
import qiantang.store.read.Activity.DeviceActivity;

/** Whether the counts add up (I8), and devices are known, named and connected as they were. */
final class ActivityCheck {
  private final Judge judge;
  private final Devices devices;

  ActivityCheck(Judge judge, Devices devices) {
    this.judge = judge;
    this.devices = devices;
  }

  /** What an enterprise's devices did, asked for at this moment. */
  void activity(String reader, EnterpriseId enterprise, long began, Activity activity) {
    judge.check();
    String who = reader + " activity of " + enterprise;
    counts(who, enterprise, began, activity.counts());
    for (DeviceId device : devices.ids()) {
      readings(who, enterprise, device, began, activity.devices().get(device));
    }
    for (DeviceId device : devices.named()) {
      name(who, enterprise, device, began, activity.devices().get(device));
    }
    for (DeviceId device : devices.connecting()) {
      DeviceActivity found = activity.devices().get(device);
      connection(who + " of " + device, enterprise, device, began, found);
    }
  }

  private void counts(String who, EnterpriseId enterprise, long began, Counts counts) {
    Counts least = Counts.NONE;
    Counts most = Counts.NONE;
    for (Delivery delivery : judge.deliveries()) {
      if (delivery.message.enterprise.equals(enterprise)) {
        Counts one = delivery.message.counts();
        least = delivery.acknowledged < began ? least.plus(one) : least;
        most = delivery.frame != null ? most.plus(one) : most;
      }
    }
    if (!counts.equals(counts.max(least)) || !most.equals(most.max(counts))) {
      judge.violate("%s counts %s and not %s to %s".formatted(who, counts, least, most));
    }
  }

  private void readings(
      String who,
      EnterpriseId enterprise,
      DeviceId device,
      long began,
      @Nullable DeviceActivity found) {
    Long newest = found == null ? null : found.lastEventTimeMicros();
    boolean isNewestStored = newest == null;
    for (Track track : judge.tracksOf(enterprise, device)) {
      long micros = track.identity.eventTimeMicros();
      isNewestStored |=
          newest != null
              && newest == micros
              && track.said.stream()
                  .anyMatch(
                      said -> said.isStored() && !judge.deletions().isHidden(track, said, began));
      Track.Said floor = track.floor(began);
      if (floor != null
          && judge.deletions().isRequiredAsNewest(track, floor)
          && (found == null
              || newest == null
              || newest < micros
              || !found.metrics().contains(track.identity.metric()))) {
        judge.violate("%s of %s is %s without %s".formatted(who, device, found, track.identity));
      }
    }
    if (!isNewestStored) {
      judge.violate("%s of %s is %s, which nobody sent".formatted(who, device, found));
    }
  }

  private void name(
      String who,
      EnterpriseId enterprise,
      DeviceId device,
      long began,
      @Nullable DeviceActivity found) {
    String name = found == null ? null : found.name();
    Track track = judge.track(Message.nameOf(enterprise, device));
    boolean isRight =
        track == null
            ? name == null
            : track.mayBe(track.floor(began), name == null ? null : new Value.Text(name));
    if (!isRight) {
      judge.violate("%s: the name of %s is %s".formatted(who, device, name));
    }
  }

  /** Only where it is certain of each session whether it is open. */
  private void connection(
      String who,
      EnterpriseId enterprise,
      DeviceId device,
      long began,
      @Nullable DeviceActivity found) {
    int open = 0;
    int closed = 0;
    for (Session session : devices.sessions()) {
      if (!session.enterprise.equals(enterprise) || !session.device.equals(device)) {
        continue;
      }
      Delivery begin = first(session.begin);
      Delivery end = session.end == null ? null : first(session.end);
      if (end != null && end.acknowledged < began) {
        closed++;
      } else if (begin != null && begin.acknowledged < began && end == null) {
        open++;
      } else if (begin != null) {
        return; // on its way in or out
      }
    }
    Connection connection = found == null ? Connection.NEVER : found.connection();
    boolean isLost =
        found != null && connection == Connection.OFFLINE && "node-lost".equals(found.reason());
    boolean isRight =
        open > 0
            ? connection.isOpen() || (closed > 0 ? isOffline(connection) : isLost)
            : closed > 0 ? isOffline(connection) && !isLost : connection == Connection.NEVER;
    if (!isRight) {
      judge.violate(
          "%s is %s with %d sessions open and %d closed".formatted(who, found, open, closed));
    }
  }

  private static boolean isOffline(Connection connection) {
    return connection == Connection.OFFLINE;
  }

  private static @Nullable Delivery first(Message message) {
    List<Delivery> deliveries = message.deliveries;
    return deliveries.isEmpty() ? null : deliveries.getFirst();
  }
}
