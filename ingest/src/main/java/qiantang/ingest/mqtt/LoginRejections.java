package qiantang.ingest.mqtt;

import java.util.HashMap;
import java.util.Map;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;

/**
 * Refused logins, as rejections of whose they are. Anybody can cause them, with any name and from
 * any address, so all is bounded: on each event loop an owner has {@link #CLIENTS_MAX} clients that
 * are told apart, at one record a second each, and one more record a second and reason for all
 * others. Event loop only.
 */
final class LoginRejections {
  /** Clients of one owner that are told apart at a time. */
  static final int CLIENTS_MAX = 8;

  /** Owners that have refusals at a time, about 10 KB each; those of more go to the operator. */
  static final int OWNERS_MAX = 256;

  private final RejectionLog.Sink sink;
  private final ByteBudget budget;
  private final Map<EnterpriseId, RejectionLog> logs = new HashMap<>();

  LoginRejections(RejectionLog.Sink sink, ByteBudget budget) {
    this.sink = sink;
    this.budget = budget;
  }

  /**
   * Adds a refusal.
   *
   * @param client all that tells this client from others
   */
  void add(EnterpriseId owner, String client, Entry.Rejection rejection, long nowNanos) {
    boolean hasRoom = logs.size() < OWNERS_MAX || logs.containsKey(owner);
    EnterpriseId reader = hasRoom ? owner : EnterpriseId.OPERATOR;
    RejectionLog log = logs.computeIfAbsent(reader, id -> new RejectionLog(sink, budget));
    if (log.isOpen(reader, client, rejection) || log.size() < CLIENTS_MAX) {
      log.addUnbudgeted(reader, client, rejection, Counts.NONE, nowNanos);
    } else {
      log.addUnbudgeted(reader, "", ofMany(rejection), Counts.NONE, nowNanos);
    }
  }

  /** Writes what was gathered for a second; called several times a second. */
  void tick(long nowNanos) {
    logs.values()
        .removeIf(
            log -> {
              log.tick(nowNanos);
              return log.isEmpty();
            });
  }

  /** Writes all that was gathered: the node ends. */
  void close() {
    logs.values().forEach(RejectionLog::close);
    logs.clear();
  }

  private static Entry.Rejection ofMany(Entry.Rejection first) {
    return new Entry.Rejection(
        null,
        null,
        first.reason(),
        "one of more clients than are told apart: " + first.detail(),
        first.topic(),
        first.count(),
        first.payloadBytes(),
        first.payload(),
        first.eventTimeMicros(),
        first.arrivalMicros());
  }
}
