/**
 * The commands {@code sim run} and {@code sim replay}, and the demo's fleet. The simulator talks to
 * the system by MQTT and HTTP only.
 */
@NullMarked
package qiantang.sim;

import org.jspecify.annotations.NullMarked;
