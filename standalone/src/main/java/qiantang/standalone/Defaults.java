package qiantang.standalone;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.PropertiesDefaultProvider;

/**
 * What an option is that the command line does not give: its twin in the environment, else what the
 * file of {@code --config} says. Of one command line: the file is read once.
 */
final class Defaults implements IDefaultValueProvider {
  /** The option that names the file. */
  static final String CONFIG = "--config";

  // Made when the first option asks; null where no file is named.
  private @Nullable PropertiesDefaultProvider file;
  private boolean isRead;

  /** Null lets the option's own default stand. */
  @Override
  public @Nullable String defaultValue(ArgSpec argument) throws Exception {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    @Nullable String inEnvironment = System.getenv(twin(option.longestName()));
    if (inEnvironment != null) {
      return inEnvironment;
    }
    if (!isRead) {
      isRead = true;
      file = read(option.command());
    }
    return file == null ? null : file.defaultValue(option);
  }

  static String twin(String option) {
    return "QIANTANG_" + option.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static @Nullable PropertiesDefaultProvider read(CommandSpec command) {
    @Nullable OptionSpec config = command.findOption(CONFIG);
    @Nullable Path path = config == null ? null : path(config);
    if (path == null) {
      return null;
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw wrong(command, "cannot read %s: no such file".formatted(path));
    } catch (IOException | IllegalArgumentException e) {
      throw wrong(command, "cannot read %s: %s".formatted(path, e));
    }
    for (String key : properties.stringPropertyNames()) {
      requireOption(command, path, key);
    }
    return new PropertiesDefaultProvider(properties);
  }

  /** Given options are set before others are asked for; its twin may not be yet. */
  private static @Nullable Path path(OptionSpec config) {
    @Nullable Path given = config.getValue();
    @Nullable String inEnvironment = System.getenv(twin(CONFIG));
    return given == null && inEnvironment != null ? Path.of(inEnvironment) : given;
  }

  /**
   * A word with a slip would be left out in silence. One file may serve several commands: their
   * options begin with {@code qiantang.ingest.}, {@code qiantang.demo.} there.
   */
  private static void requireOption(CommandSpec command, Path path, String key) {
    String program = command.root().name() + ".";
    String own = command.qualifiedName(".") + ".";
    if (key.startsWith(program) && !key.startsWith(own)) {
      return;
    }
    String name = "--" + (key.startsWith(own) ? key.substring(own.length()) : key);
    @Nullable OptionSpec option = command.findOption(name);
    if (option == null || option.usageHelp() || option.versionHelp() || name.equals(CONFIG)) {
      throw wrong(
          command,
          "%s has '%s', which is no option of %s for a file"
              .formatted(path, key, command.qualifiedName()));
    }
  }

  private static ParameterException wrong(CommandSpec command, String what) {
    return new ParameterException(command.commandLine(), what);
  }
}
