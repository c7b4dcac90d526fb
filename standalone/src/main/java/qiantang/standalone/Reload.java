package qiantang.standalone;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import qiantang.ingest.LiveSettings;
import qiantang.standalone.cassandra.CannotStartException;

/**
 * Reads the options of a running command again, as they would be read at a start: its words, the
 * environment, the file. What can change while it runs does, of the rest it says that a restart is
 * needed; where anything is wrong nothing changes.
 */
final class Reload {
  private static final Logger logger = LoggerFactory.getLogger(Reload.class);

  private final CommandSpec command;
  private final Function<Object, IngestOptions> options;
  private final Consumer<LiveSettings> ingest;
  private final @Nullable Path config;

  // By name. Guarded by this.
  private final Map<String, @Nullable Object> inForce = new HashMap<>();
  private List<LogLevel> logLevels;

  /**
   * Of a command that has begun.
   *
   * @param options what ingest serves, of its user object
   * @param ingest takes what has changed
   */
  Reload(
      CommandSpec command, Function<Object, IngestOptions> options, Consumer<LiveSettings> ingest) {
    this.command = command;
    this.options = options;
    this.ingest = ingest;
    command.options().forEach(option -> inForce.put(option.longestName(), option.getValue()));
    IngestOptions begun = options.apply(command.userObject());
    config = begun.config();
    logLevels = begun.live().logLevels();
  }

  /** At each SIGHUP, if there is a file to read again. */
  void onHangUp() {
    if (config != null) {
      HangUp.run(this::run);
    }
  }

  /** Now. */
  synchronized void run() {
    try {
      CommandSpec fresh = parse();
      LiveOptions live = options.apply(fresh.userObject()).live();
      LiveSettings settings = live.settings();
      List<OptionSpec> changed = fresh.options().stream().filter(this::isChanged).toList();
      if (changed.stream().anyMatch(Reload::isLive)) {
        ingest.accept(settings);
        LogLevel.apply(logLevels, live.logLevels());
        logLevels = live.logLevels();
      }
      changed.forEach(this::take);
      if (changed.isEmpty()) {
        logger.info("read {} again: nothing has changed", config);
      }
    } catch (ParameterException | CannotStartException e) {
      logger.error("all options stay as they are: {}", e.getMessage());
    }
  }

  private CommandSpec parse() {
    List<String> words = command.root().commandLine().getParseResult().originalArgs();
    CommandLine.ParseResult parsed = Main.commandLine().parseArgs(words.toArray(String[]::new));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    return parsed.commandSpec();
  }

  private boolean isChanged(OptionSpec option) {
    return !Objects.equals(inForce.get(option.longestName()), option.getValue());
  }

  private static boolean isLive(OptionSpec option) {
    return option.userObject() instanceof Field field
        && field.getDeclaringClass().equals(LiveOptions.class);
  }

  private void take(OptionSpec option) {
    String name = option.longestName();
    @Nullable Object before = inForce.get(name);
    @Nullable Object now = option.getValue();
    if (isLive(option)) {
      inForce.put(name, now);
      logger.info("{} is {} now, it was {}", name, shown(now), shown(before));
    } else {
      logger.warn("{} is still {}: {} needs a restart", name, shown(before), shown(now));
    }
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "not given";
      case List<?> list when list.isEmpty() -> "not given";
      case List<?> list -> String.join(",", list.stream().map(String::valueOf).toList());
      default -> value.toString();
    };
  }
}
