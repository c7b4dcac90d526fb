/**
 * Publishes a recorded data set as one device, through a client library that is not ours (Eclipse
 * Paho), and checks that the API answers every value bit for bit. One thread besides Paho's own.
 */
@NullMarked
package qiantang.sim.replay;

import org.jspecify.annotations.NullMarked;
