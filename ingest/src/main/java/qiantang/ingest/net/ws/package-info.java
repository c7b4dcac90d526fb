/**
 * MQTT over WebSocket (RFC 6455; MQTT section 6): the handshake on {@code /mqtt}, then frames whose
 * payload is the byte stream of MQTT. For {@code ingest.net}; event loops only.
 */
@NullMarked
package qiantang.ingest.net.ws;

import org.jspecify.annotations.NullMarked;
