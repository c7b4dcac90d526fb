/**
 * The HTTP API as the simulator sees it: make devices, read series and rejections. Blocking calls;
 * every class may be used by many threads.
 */
@NullMarked
package qiantang.sim.api;

import org.jspecify.annotations.NullMarked;
