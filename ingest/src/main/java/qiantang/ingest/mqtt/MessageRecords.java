package qiantang.ingest.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.net.Packet;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.SubDevice;
import qiantang.ingest.trace.Tracer;
import qiantang.store.model.Counts;
import qiantang.store.model.Entry;
import qiantang.store.model.SessionEnd;
import qiantang.store.model.WriteResult;

/** What becomes of the messages of one session that a dialect has decoded. Event loop only. */
final class MessageRecords {
  private final Identity identity;
  private final Records records;
  private final IngestMeter meter;

  MessageRecords(Identity identity, Records records, IngestMeter meter) {
    this.identity = identity;
    this.records = records;
    this.meter = meter;
  }

  /**
   * What a message says becomes records; the last of them gives its bytes back.
   *
   * @param ending why the session ends, where the message is its will; else null
   * @param bytes taken from the session's budget
   */
  void become(
      Packet.Publish publish,
      Decoded decoded,
      @Nullable SessionEnd ending,
      long nowMicros,
      int bytes,
      Ack ack) {
    Tracer tracer = records.tracer();
    if (tracer != null) {
      ack.traced(tracer.message(publish, decoded, nowMicros));
    }
    write(publish, decoded, ending, nowMicros, bytes, ack);
  }

  private void write(
      Packet.Publish publish,
      Decoded decoded,
      @Nullable SessionEnd ending,
      long nowMicros,
      int bytes,
      Ack ack) {
    switch (decoded) {
      case Decoded.Readings readings when readings.isRefused() ->
          refuse(publish, readings.refusals(), nowMicros, bytes, ack);
      case Decoded.Readings readings -> accept(publish, readings, nowMicros, bytes, ack);
      case Decoded.Birth birth -> {
        records.announce(birth.device(), nowMicros);
        accept(publish, Decoded.Readings.NONE, nowMicros, bytes, ack);
      }
      case Decoded.Refused refused ->
          refuse(publish, List.of(refused.refusal()), nowMicros, bytes, ack);
      case Decoded.Death death -> {
        records.deaths(death, ending, publish);
        accept(publish, Decoded.Readings.NONE, nowMicros, bytes, ack);
      }
      case Decoded.Lossy lossy -> {
        records.lost(publish, lossy.loss());
        write(publish, lossy.what(), ending, nowMicros, bytes, ack);
      }
    }
  }

  private void accept(
      Packet.Publish publish, Decoded.Readings readings, long nowMicros, int bytes, Ack ack) {
    for (SubDevice device : readings.devices()) {
      records.announce(device, nowMicros);
    }
    int refused = 0;
    for (int i = 0; i < readings.refusals().size(); i++) {
      Decoded.Refusal refusal = readings.refusals().get(i);
      refused += refusal.readings();
      meter.readingsRefused(refusal.reason(), refusal.readings());
      Counts counts = new Counts(0, 0, 0, refusal.readings());
      records.reject(publish, refusal, kind(i, refusal), counts, nowMicros, 0, ack);
    }
    int accepted = readings.readings().size();
    ack.readings(accepted);
    if (refused > 0) {
      String first = readings.refusals().getFirst().detail();
      ack.note(refused + " of " + (refused + accepted) + " readings were refused: " + first);
    }
    Entry entry = new Entry.Readings(identity.device(), nowMicros, readings.readings());
    records.append(entry, new Counts(1, 0, accepted, 0), bytes, ack.part());
  }

  private void refuse(
      Packet.Publish publish, List<Decoded.Refusal> refusals, long nowMicros, int bytes, Ack ack) {
    Decoded.Refusal first = refusals.getFirst();
    ack.decide(new WriteResult.Refused(first.reason(), first.detail()));
    int last = refusals.size() - 1;
    for (int i = 0; i <= last; i++) {
      Decoded.Refusal refusal = refusals.get(i);
      meter.readingsRefused(refusal.reason(), refusal.readings());
      Counts counts = new Counts(0, i == 0 ? 1 : 0, 0, refusal.readings());
      int own = i == last ? bytes : 0;
      records.reject(publish, refusal, kind(i, refusal), counts, nowMicros, own, ack);
    }
  }

  /**
   * The first refusal of a message is identical with those of messages before whatever its detail
   * is, as that may have a number in it that changes; but it does not hide the others.
   */
  private static String kind(int index, Decoded.Refusal refusal) {
    return index == 0 ? "" : refusal.detail();
  }
}
