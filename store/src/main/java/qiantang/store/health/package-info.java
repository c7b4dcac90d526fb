/**
 * How well devices are: what they did in hourly cells, what is made of that, and what follows of it
 * on four axes. Pure functions and plain data.
 */
@NullMarked
package qiantang.store.health;

import org.jspecify.annotations.NullMarked;
