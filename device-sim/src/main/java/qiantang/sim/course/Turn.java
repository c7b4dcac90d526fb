package qiantang.sim.course;

import qiantang.sim.fleet.Disturbance;

/**
 * One entry of a time table.
 *
 * @param atNanos after the plan's beginning
 * @param name of the phase or the fault that asks for it
 */
public record Turn(long atNanos, String name, Disturbance disturbance) {}
