package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import qiantang.store.journal.ByteBudget;

/**
 * A session that waits for room in its byte budget: it is not read meanwhile. A session that ends
 * leaves the queue with an empty place: while the store is away, clients that come, wait and go
 * must leave no more than this behind. Event loop only.
 */
final class BudgetWait {
  private static final class Place implements Runnable {
    private @Nullable MqttSession session;

    Place(MqttSession session) {
      this.session = session;
    }

    @Override
    public void run() {
      MqttSession still = session;
      if (still != null) {
        still.resume(MqttSession.Pause.BUDGET);
      }
    }
  }

  private @Nullable Place place;

  /** Stops reading until so many bytes may fit. */
  void begin(MqttSession session, ByteBudget budget, int bytes) {
    session.loop().node().meter().paused();
    session.pause(MqttSession.Pause.BUDGET);
    Place now = new Place(session);
    place = now;
    budget.whenGiven(bytes, session.loop().executor(), now);
  }

  /** The session ends. */
  void leave() {
    Place waiting = place;
    if (waiting != null) {
      waiting.session = null;
    }
  }
}
