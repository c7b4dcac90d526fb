package qiantang.ingest.payload;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.quota.Gcra;
import qiantang.ingest.quota.Limit;
import qiantang.store.model.DeviceId;

/** A device behind a gateway, as one session knows it. Event loop only. */
public final class SubDevice {
  private final String name;
  private final DeviceId id;
  private @Nullable String model;
  private boolean announced;
  private boolean isCreated;
  private long notCreatedNanos;
  private long messagesNanos = Gcra.UNUSED;

  SubDevice(String name, DeviceId id) {
    this.name = name;
    this.id = id;
  }

  /** The name its gateway calls it by. */
  public String name() {
    return name;
  }

  /** Its id in the session's enterprise. */
  public DeviceId id() {
    return id;
  }

  /** The device type the gateway gave, if any. */
  public @Nullable String model() {
    return model;
  }

  /** Its gateway gives a type, or none: another one than before is to be announced. */
  void model(@Nullable String given) {
    if (given != null && !given.isEmpty() && !given.equals(model)) {
      model = given;
      announced = false;
    }
  }

  /** Whether its birth is yet to be written; false from the second time on. */
  public boolean announce() {
    boolean first = !announced;
    announced = true;
    return first;
  }

  /** Whether its birth was written. */
  public boolean isAnnounced() {
    return announced;
  }

  /** A message speaks for it; how long to wait if its rate does not allow it, else 0 or less. */
  public long take(Limit messages, long nowNanos) {
    long after = Gcra.after(messagesNanos, nowNanos, messages.costNanos(1));
    long wait = Gcra.waitNanos(after, nowNanos, messages.burstNanos());
    messagesNanos = wait > 0 ? messagesNanos : after;
    return wait;
  }

  /** It was told dead: when it is back, that is a birth again. */
  public void died() {
    announced = false;
  }

  /** It was deleted: whoever speaks for it on speaks for another one, which is to be born. */
  void deleted() {
    announced = false;
    isCreated = false;
    notCreatedNanos = 0;
  }

  /** Whether the registry has said that somebody created it. */
  public boolean isCreated() {
    return isCreated;
  }

  /** When the registry last said that nobody did, by the ticker; 0 where it was not asked. */
  public long notCreatedNanos() {
    return notCreatedNanos;
  }

  /** What the registry says; a device that was created once stays. */
  public void created(boolean isThere, long nowNanos) {
    isCreated = isThere;
    notCreatedNanos = isThere ? 0 : nowNanos;
  }
}
