/**
 * What a run sent, on disk, so that it can be audited when its process is gone. One append-only
 * file a run: {@link RunJournal} writes it once a second from a thread of its own, {@link
 * JournalReader} reads it up to the last record that is whole. It never holds a credential.
 */
@NullMarked
package qiantang.sim.journal;

import org.jspecify.annotations.NullMarked;
