/**
 * The journal: the only thing written before an acknowledgement. Lanes with one writer and one
 * write in flight, byte budgets, heartbeats, and the port to the tables. Clock, timers and tables
 * are parameters, so that a seed can replay a whole history in one thread.
 */
@NullMarked
package qiantang.store.journal;

import org.jspecify.annotations.NullMarked;
