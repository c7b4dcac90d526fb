/**
 * Whether this machine can hold a scenario's load, before the first connection is made: what is
 * needed, what is there, and the command that remedies it. Pure but for {@link
 * qiantang.sim.preflight.Machine#read}; any thread.
 */
@NullMarked
package qiantang.sim.preflight;

import org.jspecify.annotations.NullMarked;
