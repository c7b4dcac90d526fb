package qiantang.ingest.payload.sparkplug;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.ByteBudget;

/**
 * What a session knows of one edge node. Event loop only.
 *
 * <p>Nothing is put back in order: messages of one TCP connection come in the order in which they
 * were sent (MQTT 3.1.1, 4.6), so a sequence number that is missed will not come any more, and a
 * window to wait for it (specification 5.9, "Reorder Timeout") would only hold up what did come.
 */
final class EdgeNode {
  private final String name;
  private final ByteBudget budget;
  // By the device's name; the empty one is the node itself.
  private final Map<String, Declared> declared = new HashMap<>();
  private final SequenceNumbers numbers = new SequenceNumbers();
  private boolean isBorn;
  private boolean isDead;
  private @Nullable Long bdSeq;
  private boolean isRebirthWanted;
  private boolean isCut;
  private boolean wasAsked;
  private long askedNanos;

  EdgeNode(String name, ByteBudget budget) {
    this.name = name;
    this.budget = budget;
  }

  /** {@code group/node}. */
  String name() {
    return name;
  }

  boolean isBorn() {
    return isBorn;
  }

  SequenceNumbers numbers() {
    return numbers;
  }

  /**
   * The node is born: what was known of it and of its devices holds no more. Any number is accepted
   * as the first, for nodes differ in whether a birth begins with 0.
   */
  void born(@Nullable Long bdSeqOfBirth, @Nullable Long seqOfBirth) {
    clear();
    isBorn = true;
    isDead = false;
    isRebirthWanted = false;
    bdSeq = bdSeqOfBirth;
    numbers.begin(seqOfBirth == null ? 0 : (int) (seqOfBirth & SequenceNumbers.MASK));
  }

  /**
   * The node was born again, and its birth could not be read: whatever it says now is said in words
   * of that birth, so it is asked for another one.
   */
  void bornUnread() {
    clear();
    numbers.forget();
    isRebirthWanted = true;
  }

  /** Whether a death was told already: a node that says goodbye leaves a will of the same. */
  boolean isDead(@Nullable Long bdSeqOfDeath) {
    return isDead && Objects.equals(bdSeq, bdSeqOfDeath);
  }

  /** Why a death is not this node's, or null where it is. */
  @Nullable String deathFault(@Nullable Long bdSeqOfDeath) {
    if (!isBorn) {
      return "no birth of " + name + " came on this connection, so the death is of an older one";
    }
    if (bdSeq == null || bdSeq.equals(bdSeqOfDeath)) {
      return null;
    }
    // [tck-id-payloads-nbirth-bdseq-repeat] else an old will would end a node that is alive.
    return "the death of %s has bdSeq %s and its birth %s: it is of an older connection"
        .formatted(name, bdSeqOfDeath == null ? "none" : bdSeqOfDeath, bdSeq);
  }

  /** The node is dead, and with it all its devices. */
  void died() {
    clear();
    isBorn = false;
    isDead = true;
    numbers.forget();
    isRebirthWanted = false;
  }

  /** Names of the devices whose births came and whose deaths did not. */
  Set<String> devices() {
    return declared.keySet();
  }

  /** What a node's or device's birth declared; null where no birth came. */
  @Nullable Declared declared(String device) {
    return declared.get(device);
  }

  /** A birth begins: what the one before declared holds no more; null where there is no room. */
  @Nullable Declared declare(String device) {
    forget(device);
    if (!budget.tryTake(Declared.BYTES)) {
      isCut = true;
      return null;
    }
    Declared fresh = new Declared(budget);
    declared.put(device, fresh);
    return fresh;
  }

  /** A device is dead. */
  void forget(String device) {
    Declared old = declared.remove(device);
    if (old != null) {
      old.release();
    }
  }

  /** Gives back all that was taken for it. */
  void clear() {
    declared.values().forEach(Declared::release);
    declared.clear();
    isCut = false;
  }

  /** Whether a birth found no room at all: another one would not change that. */
  boolean isCut() {
    return isCut;
  }

  /** Only another birth tells what is needed. */
  void wantRebirth() {
    isRebirthWanted = true;
  }

  /** Whether it should be asked for a birth now: it is wanted, and was not asked for lately. */
  boolean isDue(long nowNanos) {
    return isRebirthWanted && (!wasAsked || nowNanos - askedNanos >= EdgeNodes.REBIRTH_NANOS);
  }

  boolean isRebirthWanted() {
    return isRebirthWanted;
  }

  void asked(long nowNanos) {
    wasAsked = true;
    askedNanos = nowNanos;
  }
}
