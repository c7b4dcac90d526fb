package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.quota.EnterpriseUsage;
import qiantang.ingest.quota.EnterpriseUsage.Wait;
import qiantang.ingest.quota.Gcra;
import qiantang.ingest.quota.Limits;
import qiantang.ingest.quota.Usage;
import qiantang.store.model.Counts;
import qiantang.store.model.Reason;
import qiantang.store.registry.Quota;

/**
 * Slows a session by the rates of its device and its enterprise: a message that came is taken, and
 * the next one is not read until the rates allow it. TCP makes the sender wait, and nothing is
 * lost. Event loop only.
 */
final class Throttle {
  private final MqttSession session;
  private final Identity identity;
  private final Records records;
  private final Usage device;

  // Made when it is first slowed: most never are.
  private TimerWheel.@Nullable Timer timer;
  private long toldNanos = Gcra.UNUSED;

  Throttle(MqttSession session, Identity identity, Records records, Usage device) {
    this.session = session;
    this.identity = identity;
    this.records = records;
    this.device = device;
  }

  /** A message has come. */
  void took(int payloadBytes, Ack ack) {
    Limits limits = identity.rules().limits();
    if (limits.isOff()) {
      return;
    }
    long now = session.loop().nanos();
    Wait wait = enterprise().take(limits, device, payloadBytes, now);
    if (wait == null || session.isEnded()) {
      return;
    }
    session.loop().node().meter().slowed(wait.limit().quota());
    ack.note(wait.limit().slowing());
    tell(wait, now);
    session.pause(MqttSession.Pause.QUOTA);
    session.loop().schedule(timer(), now + wait.nanos());
  }

  /** A quota has risen: the next message is reckoned anew, and may come now. */
  void lift() {
    if (session.isPausedFor(MqttSession.Pause.QUOTA)) {
      session.loop().cancel(timer());
      session.resume(MqttSession.Pause.QUOTA);
    }
  }

  /** The session ends. */
  void close() {
    TimerWheel.Timer set = timer;
    if (set != null) {
      session.loop().cancel(set);
    }
  }

  /** A record once a minute, of the device or, where all are slowed, of the enterprise. */
  private void tell(Wait wait, long nowNanos) {
    Quota quota = wait.limit().quota();
    boolean isOfAll = quota == Quota.ENTERPRISE_MESSAGES || quota == Quota.ENTERPRISE_BYTES;
    boolean isTold =
        toldNanos != Gcra.UNUSED && nowNanos - toldNanos < EnterpriseUsage.TELL.toNanos();
    if (isOfAll ? enterprise().mayTell(nowNanos) : !isTold) {
      toldNanos = isOfAll ? toldNanos : nowNanos;
      records.rejectUnbudgeted(Reason.SLOWED, wait.limit().slowing(), "", Counts.NONE);
    }
  }

  private EnterpriseUsage enterprise() {
    return identity.rules().usage();
  }

  private TimerWheel.Timer timer() {
    TimerWheel.Timer known = timer;
    if (known == null) {
      known = new TimerWheel.Timer(now -> session.resume(MqttSession.Pause.QUOTA));
      timer = known;
    }
    return known;
  }
}
