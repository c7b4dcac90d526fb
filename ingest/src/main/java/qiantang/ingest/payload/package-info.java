/**
 * Payloads: one class per dialect turns a message into readings, births or refusals. Pure functions
 * of the message; the limits are named here. Runs on the session's event loop.
 */
@NullMarked
package qiantang.ingest.payload;

import org.jspecify.annotations.NullMarked;
