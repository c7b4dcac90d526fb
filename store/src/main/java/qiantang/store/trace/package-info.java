/**
 * Live traces: what passes between ingest and one device, or on one topic, told packet by packet
 * for some minutes. Depends on {@code model} alone.
 */
@NullMarked
package qiantang.store.trace;

import org.jspecify.annotations.NullMarked;
