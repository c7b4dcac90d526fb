/** The programs as processes, seen from outside: MQTT clients that are not ours, HTTP, signals. */
@NullMarked
package qiantang.standalone.system;

import org.jspecify.annotations.NullMarked;
