package qiantang.sim.course;

import qiantang.sim.fleet.Disturbance;

/**
 * One entry of a time table.
 *
 * @param atNanos after the plan's beginning
 * @param name of the phase or the fault that asks for it
 * @param share of the connections that the scenario asks for, 0 to 1
 */
public record Turn(long atNanos, String name, double share, Disturbance disturbance) {}
