/**
 * How a step of the simulator ends: with a value, or with an exit code and a sentence for the
 * person who ran it. Immutable, any thread.
 */
@NullMarked
package qiantang.sim.outcome;

import org.jspecify.annotations.NullMarked;
