/**
 * The wire: listeners, the channel initializer and the codec of MQTT 3.1.1 and 5.0 packets. For
 * {@code ingest.mqtt}. Everything runs on the channel's event loop; what leaves the decoder lies on
 * the heap, so that no pooled buffer outlives the turn that read it.
 */
@NullMarked
package qiantang.ingest.net;

import org.jspecify.annotations.NullMarked;
