/**
 * What ingest counts, under names and labels that are bounded: outcomes and reasons, never devices
 * or enterprises. Any thread.
 */
@NullMarked
package qiantang.ingest.meter;

import org.jspecify.annotations.NullMarked;
