package qiantang.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** The file beside a database that says which fleet's history was loaded into it, to its end. */
final class LoadMarker {
  private static final String FILE = "read-bench.properties";

  private final Path folder;
  private final Path file;

  /** The marker of a data directory. */
  LoadMarker(Path folder) {
    this.folder = folder;
    file = folder.resolve(FILE);
  }

  /** The fleet that was loaded; empty where no load was complete. */
  Optional<MachineFleet> read() throws IOException, UnusableFolderException {
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    if (number(properties, "version") != MachineFleet.VERSION) {
      throw new UnusableFolderException(
          folder,
          "version %s of the generator loaded it, and this is version %d"
              .formatted(properties.get("version"), MachineFleet.VERSION));
    }
    return Optional.of(
        new MachineFleet(
            (int) number(properties, "devices"),
            (int) number(properties, "days"),
            number(properties, "beginMinute")));
  }

  private long number(Properties properties, String key) throws UnusableFolderException {
    try {
      return Long.parseLong(properties.getProperty(key, ""));
    } catch (NumberFormatException e) {
      throw new UnusableFolderException(folder, FILE + " in it has no number '" + key + "'");
    }
  }

  /** Says that a load is complete. */
  void write(MachineFleet fleet) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("version", String.valueOf(MachineFleet.VERSION));
    properties.setProperty("devices", String.valueOf(fleet.devices()));
    properties.setProperty("days", String.valueOf(fleet.days()));
    properties.setProperty("beginMinute", String.valueOf(fleet.beginMinute()));
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "written by ./qiantang bench read");
    }
  }
}
