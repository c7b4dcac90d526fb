/**
 * HTTP in and out: the route table, parameters and bodies, problems, cursors, and the walk of a
 * request from the event loop to a virtual thread and back.
 */
@NullMarked
package qiantang.query.http;

import org.jspecify.annotations.NullMarked;
