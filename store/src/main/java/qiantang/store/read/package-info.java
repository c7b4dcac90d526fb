/**
 * Answers from what is stored: series, latest, rejections, activity. Today every answer is a merge
 * over the journal's tail; chunks, blocks and states join as further sources of the same merge. No
 * clock, thread or random number of its own.
 */
@NullMarked
package qiantang.store.read;

import org.jspecify.annotations.NullMarked;
