package qiantang.ingest.mqtt;

import java.util.LinkedHashMap;
import java.util.Map;
import qiantang.ingest.net.admission.TokenBucket;
import qiantang.store.model.EnterpriseId;

/**
 * How many edge nodes are asked for their births: births are the largest messages there are, and
 * after a restart or an outage all nodes lack one at once. Any thread.
 */
final class RebirthPace {
  /** Of all enterprises a second: 200 births of 256 KiB are 50 MiB/s, what a node takes at most. */
  static final int NODE_PER_SECOND = 200;

  /** Of one enterprise a second, so that it leaves room to the others. */
  static final int ENTERPRISE_PER_SECOND = 5;

  /** Enterprises that are told apart; one that is forgotten begins anew, within the node's pace. */
  static final int ENTERPRISES_MAX = 4096;

  // A second's worth at most is saved up.
  private static final double BURST_SECONDS = 1;

  private final Map<EnterpriseId, TokenBucket> enterprises =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EnterpriseId, TokenBucket> eldest) {
          return size() > ENTERPRISES_MAX;
        }
      };

  private final TokenBucket node;

  RebirthPace(long nowNanos) {
    node = new TokenBucket(NODE_PER_SECOND, BURST_SECONDS, nowNanos);
  }

  /** Whether another node of this enterprise may be asked now; if so, it counts as asked. */
  synchronized boolean tryTake(EnterpriseId enterprise, long nowNanos) {
    TokenBucket own =
        enterprises.computeIfAbsent(
            enterprise, id -> new TokenBucket(ENTERPRISE_PER_SECOND, BURST_SECONDS, nowNanos));
    own.fill(nowNanos);
    node.fill(nowNanos);
    boolean mayAsk = own.hasOne() && node.hasOne();
    if (mayAsk) {
      own.take();
      node.take();
    }
    return mayAsk;
  }
}
