package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.Packet;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.SessionEnd;

/**
 * What a client wants to be published when it is gone, held from its CONNECT on. Its bytes are
 * taken from what an enterprise's sessions may keep. With a session that ends with its connection
 * there is nothing to delay: a will delay is over at once. [MQTT-3.1.2-8, MQTT-3.1.3-9] Event loop
 * only.
 */
final class LastWill {
  // The record, its arrays and the map it is not in.
  private static final int OVERHEAD_BYTES = 128;

  private final ByteBudget kept;
  private final int bytes;
  private Packet.@Nullable Will will;

  private LastWill(Packet.Will will, ByteBudget kept, int bytes) {
    this.will = will;
    this.kept = kept;
    this.bytes = bytes;
  }

  /** Keeps the will; null if there is no room for it. */
  static @Nullable LastWill keep(Packet.Will will, ByteBudget kept) {
    int bytes = OVERHEAD_BYTES + will.topic().getBytes(UTF_8).length + will.payload().length;
    return kept.tryTake(bytes) ? new LastWill(will, kept, bytes) : null;
  }

  /**
   * The session ends: the will, once, unless the client took it back with a DISCONNECT of 0x00.
   * [MQTT-3.1.2-10, MQTT-3.14.4-3]
   */
  Packet.@Nullable Will open(SessionEnd why) {
    Packet.Will now = will;
    will = null;
    if (now != null) {
      kept.give(bytes);
    }
    return why == SessionEnd.DISCONNECT ? null : now;
  }
}
