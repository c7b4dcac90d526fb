/**
 * What a run tells: a live display, a timeline by the second, the final table, result.json and
 * report.html, and the exit code. One thread, where a class says nothing else.
 */
@NullMarked
package qiantang.sim.report;

import org.jspecify.annotations.NullMarked;
