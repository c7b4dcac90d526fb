/**
 * Compares what was sent with what the API answers and puts every sample into exactly one class.
 * What was sent is computed again from the plan; only acknowledgements were remembered. A device's
 * audit belongs to one thread at a time.
 */
@NullMarked
package qiantang.sim.audit;

import org.jspecify.annotations.NullMarked;
