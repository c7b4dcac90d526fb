package qiantang.store.trace;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;

/**
 * What became of one packet, or of a session.
 *
 * @param id {@link TraceId}; empty until it is told
 * @param micros when it came or was sent, microseconds since 1970 UTC
 * @param answeredMicros when it was answered; null where it was not or needs no answer
 * @param device whose session it was; null of a gap
 * @param clientId MQTT client id of the session
 * @param packet MQTT's name of the packet; {@code END} where the session ended, {@code GAP} where
 *     nothing is told but what was skipped
 * @param isSent whether the node sent it to the client
 * @param topic of a message or its will; the filters of a SUBSCRIBE, separated by blanks
 * @param qos 0 where there is none
 * @param packetId 0 where there is none
 * @param payloadBytes length of the payload
 * @param payload its first {@link #PAYLOAD_KEPT_BYTES} bytes
 * @param outcome what became of it
 * @param reason the word of a refusal or of a session's end
 * @param detail for a person, empty where there is nothing to say
 * @param readings how many were stored, of each device
 * @param skipped records that were left out since the one before, by this node
 */
public record TraceRecord(
    String id,
    long micros,
    @Nullable Long answeredMicros,
    @Nullable DeviceId device,
    String clientId,
    String packet,
    boolean isSent,
    String topic,
    int qos,
    int packetId,
    int payloadBytes,
    byte[] payload,
    Outcome outcome,
    @Nullable String reason,
    String detail,
    Map<DeviceId, Integer> readings,
    long skipped) {
  /** How much of a payload is told: enough to recognise it. */
  public static final int PAYLOAD_KEPT_BYTES = 256;

  /** What became of a packet. */
  public enum Outcome {
    /** A login was granted, or a message stored. */
    ACCEPTED("accepted"),
    /** It was refused, in whole. */
    REFUSED("refused"),
    /** Nobody knows whether it is stored: the client is to send it again. */
    UNANSWERED("unanswered"),
    /** It came again; the first one decides. */
    REPEATED("repeated"),
    /** It says something and needs no decision. */
    TOLD("told"),
    /** The session is over. */
    ENDED("ended");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    /** The word in tables and answers. */
    public String word() {
      return word;
    }

    /** The outcome of this word; {@link #TOLD} for one of a later program. */
    public static Outcome ofWord(String word) {
      for (Outcome outcome : values()) {
        if (outcome.word.equals(word)) {
          return outcome;
        }
      }
      return TOLD;
    }
  }

  /** The same under its name, with what was left out before it. */
  public TraceRecord told(String name, long skippedBefore) {
    return new TraceRecord(
        name,
        micros,
        answeredMicros,
        device,
        clientId,
        packet,
        isSent,
        topic,
        qos,
        packetId,
        payloadBytes,
        payload,
        outcome,
        reason,
        detail,
        readings,
        skippedBefore);
  }
}
