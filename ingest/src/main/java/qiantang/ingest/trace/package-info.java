/**
 * What is told of packets while somebody watches: bounded in number and bytes, and never waited
 * for. Where nobody does, a session has one null reference.
 */
@NullMarked
package qiantang.ingest.trace;

import org.jspecify.annotations.NullMarked;
