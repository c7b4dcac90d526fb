/**
 * Publishers that send what the plan says when it says so (open loop): a slow system makes messages
 * late and shows in their latency, it never makes them fewer. Each publisher belongs to one loop's
 * thread; the figures may be read from any.
 */
@NullMarked
package qiantang.sim.fleet;

import org.jspecify.annotations.NullMarked;
