/**
 * Sparkplug B (specification 3.0, chapters 4 to 6): the protobuf payload, and what a session knows
 * of the edge nodes it speaks for. No clock, no thread, no socket; time comes with the message.
 */
@NullMarked
package qiantang.ingest.payload.sparkplug;

import org.jspecify.annotations.NullMarked;
