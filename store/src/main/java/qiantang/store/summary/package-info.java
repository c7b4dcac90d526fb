/**
 * What is known of many samples without reading them: summaries that merge exactly, the aggregates
 * that follow from them, and how a stretch of time is cut into intervals. Pure functions of samples
 * and times.
 */
@NullMarked
package qiantang.store.summary;

import org.jspecify.annotations.NullMarked;
