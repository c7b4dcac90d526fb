/** A running simulator in Prometheus' text format, on loopback only. */
@NullMarked
package qiantang.sim.metrics;

import org.jspecify.annotations.NullMarked;
