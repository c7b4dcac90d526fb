/**
 * A TCP proxy between a fleet and its target that does what networks do: delay, jitter, narrow
 * bands, silence, resets, half-open connections. It needs no rights, unlike tc-netem(8), and what
 * befalls a connection is a function of (seed, its number), so that a run can be repeated. It sees
 * no packets: bytes are never lost or changed within a connection, as TCP would mend that. One
 * loop's thread does everything.
 */
@NullMarked
package qiantang.sim.netem;

import org.jspecify.annotations.NullMarked;
