package qiantang.store.model;

/**
 * A partition of the journal.
 *
 * @param start the process start that wrote it
 * @param lane lane of that start, from 0
 * @param minute minutes since 1970 by the writer's clock: a label, never an order of events
 */
public record LaneMinute(StartId start, int lane, long minute) {}
