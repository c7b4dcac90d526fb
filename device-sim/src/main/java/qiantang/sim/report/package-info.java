/**
 * What a run tells: progress once a second, the final table, the same as JSON, and the exit code.
 * One thread.
 */
@NullMarked
package qiantang.sim.report;

import org.jspecify.annotations.NullMarked;
