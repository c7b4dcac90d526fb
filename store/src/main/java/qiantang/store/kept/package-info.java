/**
 * The tables of kept counts: how well devices are, by enterprise and by platform, so that a
 * platform opens without a look at any device.
 */
@NullMarked
package qiantang.store.kept;

import org.jspecify.annotations.NullMarked;
