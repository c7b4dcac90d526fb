/**
 * One Cassandra node as a child process on Java 17, and the folder it keeps its data in. For {@code
 * demo}, the benchmarks and the tests. Blocking calls, made by the thread that starts and stops the
 * programs.
 */
@NullMarked
package qiantang.standalone.cassandra;

import org.jspecify.annotations.NullMarked;
