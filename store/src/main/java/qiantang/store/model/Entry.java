package qiantang.store.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One record of a frame. Its enterprise is the frame section's, taken from the session. */
public sealed interface Entry {
  /** When the node took it, microseconds since 1970 UTC. */
  long arrivalMicros();

  /**
   * The readings of one message.
   *
   * @param publisher the MQTT client that sent it: a gateway or the device itself
   * @param arrivalMicros when the node took it, microseconds since 1970 UTC
   * @param readings none where the message was accepted but said nothing: it still counts
   */
  record Readings(DeviceId publisher, long arrivalMicros, List<Reading> readings)
      implements Entry {}

  /**
   * A device was seen for the first time by a session, before its first reading.
   *
   * @param device the device
   * @param name the name its gateway calls it by, any UTF-8 up to 128 bytes
   * @param gateway the gateway that speaks for it
   * @param model the device type the gateway gave, if any
   * @param session number of the gateway's session within its start: the device goes with it; null
   *     where the record does not say, as those of programs before 2026-12
   */
  record Birth(
      DeviceId device,
      String name,
      DeviceId gateway,
      @Nullable String model,
      @Nullable Long session,
      long arrivalMicros)
      implements Entry {
    /** One that does not say in which session. */
    public Birth(
        DeviceId device,
        String name,
        DeviceId gateway,
        @Nullable String model,
        long arrivalMicros) {
      this(device, name, gateway, model, null, arrivalMicros);
    }
  }

  /**
   * A session began or ended.
   *
   * @param publisher who connected
   * @param session number of the session within its start; a disconnect closes only its own
   * @param connected true where the session began
   * @param reason why it began or ended: {@code connect}, or a word of {@link SessionEnd}
   * @param clientId MQTT client id
   * @param address peer address and port
   * @param protocol of MQTT: {@code 3.1.1} or {@code 5.0}; null where the record does not say, as
   *     those of ends and of programs before 2026-12
   * @param transport what lies below: {@code tcp}, {@code tls}, {@code ws} or {@code wss}; null
   *     with the protocol
   */
  record Presence(
      DeviceId publisher,
      long session,
      boolean connected,
      String reason,
      String clientId,
      String address,
      @Nullable String protocol,
      @Nullable String transport,
      long arrivalMicros)
      implements Entry {
    public Presence {
      if ((protocol == null) != (transport == null)) {
        throw new IllegalArgumentException("cannot say one of protocol and transport alone");
      }
    }

    /** One that does not say how it came. */
    public Presence(
        DeviceId publisher,
        long session,
        boolean connected,
        String reason,
        String clientId,
        String address,
        long arrivalMicros) {
      this(publisher, session, connected, reason, clientId, address, null, null, arrivalMicros);
    }
  }

  /**
   * A client died with a will, so that its session ended and not by a goodbye that takes the will
   * back; or a device was said to be dead by who speaks for it.
   *
   * @param publisher who died: whose session it was, or a device that it spoke for
   * @param session number of the session within its start
   * @param reason why it ended, a word of {@link SessionEnd}; {@link #OF_NODE}, {@link #OF_DEVICE}
   *     or {@link #DISCONNECTED} where the session said so and goes on
   * @param topic where the will was to be published, or the message was
   * @param payloadBytes length of its payload
   * @param payload its first {@link #PAYLOAD_KEPT_BYTES} bytes
   */
  record Death(
      DeviceId publisher,
      long session,
      String reason,
      String topic,
      int payloadBytes,
      byte[] payload,
      long arrivalMicros)
      implements Entry {
    /** A Sparkplug node said, or was said, to be gone with all its devices: NDEATH. */
    public static final String OF_NODE = "ndeath";

    /** A Sparkplug node said that its device is gone: DDEATH. */
    public static final String OF_DEVICE = "ddeath";

    /** A ThingsBoard gateway said that its device is gone: {@code v1/gateway/disconnect}. */
    public static final String DISCONNECTED = "disconnect";

    /** How much of a will is kept: a word or a small document, as with rejections. */
    public static final int PAYLOAD_KEPT_BYTES = 512;
  }

  /**
   * Refused messages or readings, readable by their enterprise. Identical refusals of one source
   * within a second are one record with a count.
   *
   * @param publisher who sent it; null where the login itself was refused
   * @param device the device concerned, where one is known
   * @param reason a word of a closed list: see {@link Reason}
   * @param detail what was wrong and what to do, for a person
   * @param topic where it was sent, empty for a login
   * @param count how many identical refusals this record stands for, at least 1
   * @param payloadBytes length of the first refused payload
   * @param payload its first {@link #PAYLOAD_KEPT_BYTES} bytes
   * @param eventTimeMicros the refused event time, where that was the cause
   */
  record Rejection(
      @Nullable DeviceId publisher,
      @Nullable DeviceId device,
      Reason reason,
      String detail,
      String topic,
      long count,
      int payloadBytes,
      byte[] payload,
      @Nullable Long eventTimeMicros,
      long arrivalMicros)
      implements Entry {
    /** How much of a refused payload is kept: enough to recognise it, too little to store by it. */
    public static final int PAYLOAD_KEPT_BYTES = 512;
  }
}
