/**
 * What befalls a run on purpose: the time table of its disturbances, the network between the fleet
 * and the system, and who sees to both while the run goes on.
 */
@NullMarked
package qiantang.sim.course;

import org.jspecify.annotations.NullMarked;
