/**
 * One plan sent by several processes of this machine, because a process has 20,000 open files on a
 * usual one. The coordinator deals the publishers out by their numbers, starts this same program
 * again and talks to it in lines of JSON over standard input and output; counts, histograms and
 * ledgers are added up exactly. A worker ends when its standard input does, so that none outlives a
 * coordinator that was killed.
 */
@NullMarked
package qiantang.sim.worker;

import org.jspecify.annotations.NullMarked;
