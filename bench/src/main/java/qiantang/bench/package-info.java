/**
 * Benchmarks that print their figures. Each starts what it needs on free ports in a temporary
 * folder and stops it; its last line is {@code NAME key=value ...} for machines.
 */
@NullMarked
package qiantang.bench;

import org.jspecify.annotations.NullMarked;
