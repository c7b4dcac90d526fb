/**
 * The command line of the whole system. {@code Main} is the map: each command wires the programs it
 * needs in the order of the data's walk and stops them in reverse. Runs on the main thread; what it
 * starts brings threads of its own.
 */
@NullMarked
package qiantang.standalone;

import org.jspecify.annotations.NullMarked;
