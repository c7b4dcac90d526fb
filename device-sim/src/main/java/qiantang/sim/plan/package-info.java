/**
 * What a run is going to send, as pure functions of integers: scenario, schedule, signal models.
 * The sender computes a message from here when it is due, and the auditor computes the same message
 * again to judge the answer, so nothing that was sent needs to be remembered. Any thread.
 */
@NullMarked
package qiantang.sim.plan;

import org.jspecify.annotations.NullMarked;
