/**
 * From what was measured on one node to the hardware for a whole plan: pure arithmetic, each step
 * with its formula, so that a person can check it and put in figures of their own.
 */
@NullMarked
package qiantang.sim.capacity;

import org.jspecify.annotations.NullMarked;
