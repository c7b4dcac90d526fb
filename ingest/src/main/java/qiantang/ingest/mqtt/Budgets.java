package qiantang.ingest.mqtt;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.EnterpriseId;

/** The byte budgets of a node: node, enterprise, session. Any thread. */
public final class Budgets {
  /** What a message costs beside its payload while it waits: packet, entry, acknowledgement. */
  static final int MESSAGE_OVERHEAD_BYTES = 256;

  /**
   * One packet of the largest size and as much again. A client with 256 messages of 1.7 KB or 20 of
   * 25 KB in flight never reaches it, so it is read, and its PINGREQ answered, however long the
   * store is away.
   */
  static final int SESSION_BYTES = 512 * 1024;

  private final ByteBudget node;
  private final ByteBudget logins;
  private final ByteBudget largePackets;
  private final ByteBudget kept;
  private final ByteBudget births;
  private final long enterpriseBytes;
  private final Map<EnterpriseId, ByteBudget> keptOf = new ConcurrentHashMap<>();
  private final Map<EnterpriseId, ByteBudget> enterprises = new ConcurrentHashMap<>();
  private final Map<EnterpriseId, ByteBudget> enterpriseBirths = new ConcurrentHashMap<>();

  /**
   * Budgets within one of the node.
   *
   * @param nodeBytes half of it is the most that one enterprise may take
   */
  public Budgets(long nodeBytes) {
    node = new ByteBudget(nodeBytes);
    enterpriseBytes = Math.max(nodeBytes / 2, 1);
    largePackets = new ByteBudget(Math.max(nodeBytes / 4, 1));
    kept = new ByteBudget(Math.max(nodeBytes / 4, 1));
    births = new ByteBudget(Math.max(nodeBytes / 2, 1));
    logins = node.child(Math.max(nodeBytes / 64, 1));
  }

  /** Bytes taken, of all. */
  public long takenBytes() {
    return node.takenBytes();
  }

  /** The bound of all. */
  public long limitBytes() {
    return node.limitBytes();
  }

  /** Beside the node's: packets of 16 KiB and more that are not whole, or not used, yet. */
  public ByteBudget largePackets() {
    return largePackets;
  }

  /**
   * Beside the node's, what sessions keep as long as they live: wills and topic aliases. In the
   * node's it would count as messages that are never answered, and whoever waits for those waits
   * for three quarters to be free. One enterprise may have half of it.
   */
  ByteBudget kept(EnterpriseId enterprise) {
    return keptOf.computeIfAbsent(enterprise, id -> kept.child(Math.max(kept.limitBytes() / 2, 1)));
  }

  /**
   * Beside the node's: what sessions of an enterprise keep of births of edge nodes, as long as they
   * last. 128 MiB, where the node has 256, are 600,000 metrics; one enterprise may have half.
   */
  ByteBudget births(EnterpriseId enterprise) {
    return enterpriseBirths.computeIfAbsent(
        enterprise, id -> births.child(Math.max(births.limitBytes() / 2, 1)));
  }

  /** For the records of refused logins. */
  ByteBudget logins() {
    return logins;
  }

  ByteBudget enterprise(EnterpriseId enterprise) {
    return enterprises.computeIfAbsent(enterprise, id -> node.child(enterpriseBytes));
  }

  ByteBudget session(EnterpriseId enterprise) {
    return enterprise(enterprise).child(SESSION_BYTES);
  }
}
