/**
 * Whole histories of the store from one seed, in one thread and in virtual time: ingest nodes,
 * folds and readers on machines that stall, die and have wrong clocks, with tables that answer
 * late, lose requests and apply them an hour after they were given up. A judge that knows only what
 * was sent, acknowledged and stored tells whether an answer may be given.
 */
@NullMarked
package qiantang.store.simulation;

import org.jspecify.annotations.NullMarked;
