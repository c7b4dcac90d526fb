package qiantang.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.report.Repeat;

/**
 * Where journals of runs go.
 *
 * @param kept whether somebody asked for them, so that they stay after a run that passes
 * @param system arguments that say which system the run is made against
 */
record JournalFolder(Path folder, boolean kept, List<String> system) {

  /**
   * The folder named for journals, else that of results, else a temporary one.
   *
   * @param arguments of the run's command
   */
  static JournalFolder of(@Nullable Path journals, @Nullable Path results, List<String> arguments) {
    List<String> system = Repeat.system(arguments);
    if (journals != null) {
      return new JournalFolder(journals, true, system);
    }
    return results != null
        ? new JournalFolder(results, true, system)
        : new JournalFolder(Path.of(System.getProperty("java.io.tmpdir", ".")), false, system);
  }

  /** The command that audits the run of a journal in it again. */
  String audit(Path journal) {
    List<String> arguments = new ArrayList<>(List.of("audit", journal.toString()));
    arguments.addAll(system);
    return Repeat.command("./qiantang sim", arguments);
  }
}
