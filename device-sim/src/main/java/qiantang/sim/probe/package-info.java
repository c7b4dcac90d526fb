/**
 * Latency from the planned time of a message to the first answer of the query API that holds it.
 * Depends on plan and api alone.
 */
@NullMarked
package qiantang.sim.probe;

import org.jspecify.annotations.NullMarked;
