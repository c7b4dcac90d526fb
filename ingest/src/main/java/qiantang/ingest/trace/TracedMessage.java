package qiantang.ingest.trace;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.Decoded;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Reading;
import qiantang.store.model.WriteResult;
import qiantang.store.trace.TraceRecord.Outcome;

/**
 * A message that is traced, until it is answered.
 *
 * @param sinks to whom it is told
 * @param readings how many it has, of each device; the first {@link #DEVICES_MAX}
 */
public record TracedMessage(
    Tracer tracer,
    List<TraceSink> sinks,
    long receivedMicros,
    String topic,
    int qos,
    int packetId,
    int payloadBytes,
    byte[] payload,
    Map<DeviceId, Integer> readings) {
  /** What one takes while it waits, with a payload's beginning and some devices. */
  static final int BYTES = 1024;

  /** Devices of one message that are told apart; a gateway's may name 2,000. */
  static final int DEVICES_MAX = 16;

  /**
   * It is decided.
   *
   * @param note goes with a success that is not the whole truth
   */
  public void answered(WriteResult result, @Nullable String note) {
    switch (result) {
      case WriteResult.Stored _ -> tell(Outcome.ACCEPTED, null, note == null ? "" : note);
      case WriteResult.Refused refused ->
          tell(Outcome.REFUSED, refused.reason().word(), refused.detail());
      case WriteResult.Unavailable _ ->
          tell(Outcome.UNANSWERED, null, "the store is away, or the session is over");
    }
  }

  private void tell(Outcome outcome, @Nullable String reason, String detail) {
    tracer.answered(this, sinks, tracer.record(this, outcome, reason, detail));
  }

  static Map<DeviceId, Integer> readingsOf(Decoded decoded) {
    return switch (decoded) {
      case Decoded.Readings readings -> {
        Map<DeviceId, Integer> counts = new LinkedHashMap<>();
        for (Reading reading : readings.readings()) {
          if (counts.size() < DEVICES_MAX || counts.containsKey(reading.device())) {
            counts.merge(reading.device(), 1, Integer::sum);
          }
        }
        yield counts;
      }
      case Decoded.Lossy lossy -> readingsOf(lossy.what());
      case Decoded.Birth _, Decoded.Death _, Decoded.Refused _ -> Map.of();
    };
  }

  /** Whether a message says something of a device. */
  static boolean names(Decoded decoded, DeviceId device) {
    return switch (decoded) {
      case Decoded.Readings readings ->
          readings.readings().stream().anyMatch(reading -> reading.device().equals(device))
              || readings.refusals().stream().anyMatch(no -> device.equals(no.device()));
      case Decoded.Birth birth -> birth.device().id().equals(device);
      case Decoded.Death death -> death.devices().contains(device);
      case Decoded.Lossy lossy -> names(lossy.what(), device);
      case Decoded.Refused refused -> device.equals(refused.refusal().device());
    };
  }
}
