package qiantang.sim;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where journals of runs go.
 *
 * @param kept whether somebody asked for them, so that they stay after a run that passes
 */
record JournalFolder(Path folder, boolean kept) {

  /** The folder named for journals, else that of results, else a temporary one. */
  static JournalFolder of(@Nullable Path journals, @Nullable Path results) {
    if (journals != null) {
      return new JournalFolder(journals, true);
    }
    return results != null
        ? new JournalFolder(results, true)
        : new JournalFolder(Path.of(System.getProperty("java.io.tmpdir", ".")), false);
  }
}
