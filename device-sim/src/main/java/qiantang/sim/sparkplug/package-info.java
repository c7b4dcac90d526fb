/**
 * Sparkplug B 3.0 as an edge node writes it: topics, payloads, commands. It shares no code with the
 * server, so that a fault there cannot hide behind the same fault here. Pure.
 */
@NullMarked
package qiantang.sim.sparkplug;

import org.jspecify.annotations.NullMarked;
