package qiantang.ingest.mqtt;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.EnterpriseRules;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.net.Packet;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.SubDevice;
import qiantang.ingest.trace.Tracer;
import qiantang.store.codec.EntryCodec;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.Lane;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;
import qiantang.store.registry.Device;

/**
 * What one session writes to its enterprise's lane: readings, presence, births, rejections. Event
 * loop only.
 */
final class Records {
  private static final int TOPIC_CHARS_KEPT = 256;
  private static final byte[] NO_PAYLOAD = {};

  private final MqttSession session;
  private final Node node;
  private final Identity identity;
  private final String clientId;
  private final Lane lane;
  private final long number;
  private @Nullable ByteBudget budget; // an idle connection needs none
  private @Nullable RejectionLog rejections;
  private @Nullable Tracer tracer; // while somebody watches

  Records(MqttSession session, Identity identity, String clientId, Journal journal) {
    this.session = session;
    this.identity = identity;
    this.clientId = clientId;
    node = session.loop().node();
    lane = journal.lane(identity.enterprise());
    number = node.nextSession();
  }

  /** What the session's messages take room in while they wait. */
  ByteBudget budget() {
    ByteBudget known = budget;
    if (known == null) {
      known = node.budgets().session(identity.enterprise());
      budget = known;
    }
    return known;
  }

  /** The session begins, unless its enterprise has no room for so many bytes: then false. */
  boolean begin(int bytes) {
    ByteBudget all = node.budgets().enterprise(identity.enterprise());
    if (!all.tryTake(bytes)) {
      return false;
    }
    append(presence(true, "connect"), Counts.NONE, all, bytes, result -> {});
    if (identity.isDiscovered()) {
      discover(identity.device(), identity.device().text(), null, false);
    }
    return true;
  }

  /** The session is entered and welcome: whoever watches is told so. */
  void connected(Packet.Connect connect, int keepAliveSeconds) {
    trace();
    if (tracer != null) {
      tracer.connected(connect, keepAliveSeconds, session.address());
    }
  }

  /** What is traced has changed. */
  private void trace() {
    tracer = Tracer.of(node.traces(), identity, clientId, node.ticker(), node::nowMicros);
  }

  /** Any thread: what is traced of its enterprise has changed. */
  void traceLater() {
    session.loop().executor().execute(this::trace);
  }

  /** Whom to tell of packets; null for nobody. */
  @Nullable Tracer tracer() {
    return tracer;
  }

  /** A packet came. */
  void told(Packet packet) {
    if (tracer != null) {
      tracer.packet(packet);
    }
  }

  /** A message came again; the first one decides. */
  void repeated(String topic, int qos, int packetId) {
    node.meter().repeated();
    if (tracer != null) {
      tracer.repeated(topic, qos, packetId);
    }
  }

  /** The session ends. No bytes are taken: the record of its beginning had its bytes. */
  void end(SessionEnd why) {
    if (tracer != null) {
      tracer.ended(why);
    }
    RejectionLog log = rejections;
    if (log != null) {
      log.close();
      session.loop().forget(log);
    }
    append(presence(false, why.word()), Counts.NONE, 0, result -> {});
  }

  /** The client is gone and left a will. No bytes are taken: those of the will were, until now. */
  void death(Packet.Will will, SessionEnd why) {
    byte[] payload = will.payload();
    death(identity.device(), why.word(), will.topic(), payload, 0, payload.length);
  }

  /**
   * A message says that devices died. As with births no bytes are taken. The first has the payload,
   * for all of them: there may be thousands.
   *
   * @param why the session's end, where the message is its will; null where it goes on
   */
  void deaths(Decoded.Death told, @Nullable SessionEnd why, Packet.Publish publish) {
    String reason = why == null ? told.reason() : why.word();
    int length = publish.payloadLength();
    for (DeviceId device : told.devices()) {
      death(device, reason, publish.topic(), publish.bytes(), publish.payloadOffset(), length);
      length = 0;
    }
  }

  private void death(
      DeviceId device, String reason, String topic, byte[] bytes, int offset, int length) {
    int kept = Math.min(length, Entry.Death.PAYLOAD_KEPT_BYTES);
    byte[] payload = Arrays.copyOfRange(bytes, offset, offset + kept);
    long now = node.nowMicros();
    append(
        new Entry.Death(device, number, reason, cut(topic), length, payload, now),
        Counts.NONE,
        0,
        result -> {});
  }

  /** Appends an entry; the lane gives the bytes back before it tells the receipt. */
  void append(Entry entry, Counts counts, long bytes, Append.Receipt receipt) {
    append(entry, counts, budget(), bytes, receipt);
  }

  private void append(
      Entry entry, Counts counts, ByteBudget budget, long bytes, Append.Receipt receipt) {
    EnterpriseId owner = identity.enterprise(); // never a name in a payload (I6)
    byte[] encoded = EntryCodec.encode(entry);
    lane.append(
        new Append(owner, encoded, counts, budget, bytes, session.loop().executor(), receipt));
  }

  /** A birth record where the session has not named the device before. */
  void announce(SubDevice device, long nowMicros) {
    if (!device.announce()) {
      return;
    }
    append(
        new Entry.Birth(
            device.id(), device.name(), identity.device(), device.model(), number, nowMicros),
        Counts.NONE,
        0,
        result -> {});
    discover(device.id(), device.name(), device.model(), true);
  }

  /**
   * A message or some of its readings are refused; the acknowledgement waits for the record.
   *
   * @param kind tells it from other refusals of the message
   */
  void reject(
      Packet.Publish publish,
      Decoded.Refusal refusal,
      String kind,
      Counts counts,
      long nowMicros,
      int bytes,
      Ack ack) {
    int from = publish.payloadOffset() + refusal.from();
    int kept = Math.min(refusal.length(), Entry.Rejection.PAYLOAD_KEPT_BYTES);
    Entry.Rejection rejection =
        new Entry.Rejection(
            identity.device(),
            refusal.device(),
            refusal.reason(),
            refusal.detail(),
            cut(publish.topic()),
            Math.max(1, refusal.readings()),
            refusal.length(),
            Arrays.copyOfRange(publish.bytes(), from, from + kept),
            refusal.eventTimeMicros(),
            nowMicros);
    add(rejection, kind, counts, bytes, ack);
  }

  /** A message was too large to be kept. */
  void rejectOversized(Packet.OversizedPublish publish, String detail, int bytes, Ack ack) {
    if (tracer != null) {
      ack.traced(tracer.message(publish, node.nowMicros()));
    }
    Entry.Rejection rejection =
        new Entry.Rejection(
            identity.device(),
            null,
            Reason.TOO_LARGE,
            detail,
            cut(publish.topic()),
            1,
            publish.payloadLength(),
            publish.head(),
            null,
            node.nowMicros());
    add(rejection, "", new Counts(0, 1, 0, 0), bytes, ack);
  }

  /** Some filters of a SUBSCRIBE are refused; the record's bytes are taken. */
  void rejectFilter(Subscriptions.Refusal refusal) {
    Entry.Rejection rejection =
        new Entry.Rejection(
            identity.device(),
            null,
            Reason.TOPIC,
            refusal.detail(),
            cut(refusal.filter()),
            refusal.count(),
            0,
            NO_PAYLOAD,
            null,
            node.nowMicros());
    rejections()
        .add(
            identity.enterprise(),
            "",
            rejection,
            Counts.NONE,
            RejectionLog.RECORD_BYTES,
            null,
            session.loop().nanos());
  }

  /** A refusal that nobody waits for and that has no bytes of the budget. */
  void rejectUnbudgeted(Reason reason, String detail, String topic, Counts counts) {
    if (tracer != null) {
      tracer.refused(reason, detail, topic, counts);
    }
    Entry.Rejection rejection =
        new Entry.Rejection(
            identity.device(),
            null,
            reason,
            detail,
            cut(topic),
            1,
            0,
            NO_PAYLOAD,
            null,
            node.nowMicros());
    rejections()
        .addUnbudgeted(identity.enterprise(), "", rejection, counts, session.loop().nanos());
  }

  /** Messages were sent and did not come: a record, though there is nothing to refuse. */
  void lost(Packet.Publish publish, Decoded.Loss loss) {
    node.meter().lost(loss.messages());
    Entry.Rejection rejection =
        new Entry.Rejection(
            identity.device(),
            loss.device(),
            Reason.LOST,
            loss.detail(),
            cut(publish.topic()),
            loss.messages(),
            0,
            NO_PAYLOAD,
            null,
            node.nowMicros());
    rejections()
        .addUnbudgeted(identity.enterprise(), "", rejection, Counts.NONE, session.loop().nanos());
  }

  private void add(Entry.Rejection rejection, String kind, Counts counts, int bytes, Ack ack) {
    EnterpriseId owner = identity.enterprise();
    SessionLoop loop = session.loop();
    RejectionLog log = rejections();
    log.add(owner, kind, rejection, counts, bytes, ack.part(), loop.nanos());
    if (log.isAnswerDue()) {
      loop.after(RejectionLog.ANSWER, () -> log.answer(loop.nanos()));
    }
  }

  /** Made at the first refusal: most sessions never have one. */
  private RejectionLog rejections() {
    RejectionLog log = rejections;
    if (log == null) {
      log =
          new RejectionLog(
              (owner, entry, counts, bytes, receipt) -> append(entry, counts, bytes, receipt),
              budget());
      rejections = log;
    }
    session.loop().follow(log);
    return log;
  }

  private void discover(
      DeviceId device, String name, @Nullable String model, boolean isBehindGateway) {
    EnterpriseRules rules = identity.rules();
    rules.usage().takeNewDevice(rules.limits(), session.loop().nanos());
    node.discovery()
        .found(
            rules,
            new Device(
                identity.enterprise(),
                device,
                name,
                Device.Kind.DEVICE,
                isBehindGateway ? identity.device() : null,
                model == null ? "" : model,
                "",
                "",
                false,
                Instant.ofEpochMilli(node.clock().millis())));
  }

  private Entry presence(boolean isConnected, String reason) {
    return new Entry.Presence(
        identity.device(),
        number,
        isConnected,
        reason,
        clientId,
        session.address(),
        isConnected ? protocol() : null,
        isConnected ? session.transport() : null,
        node.nowMicros());
  }

  private String protocol() {
    return switch (session.version()) {
      case V3_1_1 -> "3.1.1";
      case V5 -> "5.0";
    };
  }

  private static String cut(String text) {
    return text.length() <= TOPIC_CHARS_KEPT ? text : text.substring(0, TOPIC_CHARS_KEPT) + "...";
  }
}
