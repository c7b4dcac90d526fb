package qiantang.sim.api;

/**
 * A refusal as its enterprise may read it.
 *
 * @param device empty if the whole message was refused
 * @param count identical refusals of one second are one record
 * @param eventTimeMicros of the refused reading, or -1
 */
public record Rejection(
    String publisher, String device, String reason, long count, long eventTimeMicros) {}
