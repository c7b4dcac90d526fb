/**
 * The client's side of MQTT 3.1.1 and 5 over Netty, for the fleet. It shares no code with the
 * server, so that a fault there cannot hide behind the same fault here. Beside {@code netem} the
 * only package of the simulator that knows Netty. A connection and its listener live on one loop's
 * thread.
 */
@NullMarked
package qiantang.sim.wire;

import org.jspecify.annotations.NullMarked;
